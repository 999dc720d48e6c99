//! The host's own interfaces: each function becomes an event for the driver.

mod accounts;
mod clock;
mod context;
mod openapi;
mod plan;
mod progress;
mod types;
mod undo;
mod vault;

use host_bindings::Sandbox;
use wasmtime::Result;
use wasmtime::component::{HasSelf, Linker};

use crate::state::State;

/// Defines every function of the host's own interfaces in the linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    Sandbox::add_to_linker::<_, HasSelf<_>>(linker, |state: &mut State| state)
}
