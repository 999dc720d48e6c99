//! The resources of the layer.

use wasmtime::component::{LinkerInstance, Resource, ResourceType};
use wasmtime::{Result, bail};

use super::poll::Pollable;
use super::stream::{Input, Output};
use crate::state::State;

/// Why a stream failed. No stream does, so none exists.
#[derive(Debug)]
pub(super) enum Failure {}

/// A file or folder. None is ever open.
#[derive(Debug)]
enum Descriptor {}

/// The entries of a folder.
#[derive(Debug)]
enum Entries {}

/// A terminal to read from.
#[derive(Debug)]
enum TerminalInput {}

/// A terminal to write to.
#[derive(Debug)]
enum TerminalOutput {}

/// Defines a resource by the interface that owns it.
pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    name: &str,
) -> Result<()> {
    match (stem, name) {
        ("wasi:io/error", "error") => held::<Failure>(instance, name),
        ("wasi:io/poll", "pollable") => held::<Pollable>(instance, name),
        ("wasi:io/streams", "input-stream") => held::<Input>(instance, name),
        ("wasi:io/streams", "output-stream") => held::<Output>(instance, name),
        ("wasi:filesystem/types", "descriptor") => held::<Descriptor>(instance, name),
        ("wasi:filesystem/types", "directory-entry-stream") => held::<Entries>(instance, name),
        ("wasi:cli/terminal-input", _) => held::<TerminalInput>(instance, name),
        ("wasi:cli/terminal-output", _) => held::<TerminalOutput>(instance, name),
        _ => bail!("`{stem}` has a resource `{name}` that nothing stands for"),
    }
}

fn held<T: Send + 'static>(instance: &mut LinkerInstance<'_, State>, name: &str) -> Result<()> {
    instance.resource(name, ResourceType::host::<T>(), |mut store, handle| {
        store.data_mut().table.delete(Resource::<T>::new_own(handle))?;
        Ok(())
    })
}

impl State {
    /// A handle for the guest. Too many of them end the run: the functions that make one cannot fail.
    pub(super) fn hold<T: Send + 'static>(&mut self, value: T) -> Result<Resource<T>> {
        match self.table.push(value) {
            Ok(handle) => Ok(handle),
            Err(_) => self.end_at_limit("handles_max", self.limits.handles_max as u64),
        }
    }
}
