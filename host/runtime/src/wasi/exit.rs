//! `wasi:cli/exit`: leaving before the end.

use wasmtime::component::LinkerInstance;
use wasmtime::{Result, bail};

use crate::state::State;

pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
) -> Result<bool> {
    match (stem, function) {
        ("wasi:cli/exit", "exit") => {
            instance.func_wrap(
                function,
                |mut store, (status,): (std::result::Result<(), ()>,)| {
                    leave(store.data_mut(), u8::from(status.is_err()))
                },
            )?;
        }
        ("wasi:cli/exit", "exit-with-code") => {
            instance.func_wrap(function, |mut store, (status,): (u8,)| {
                leave(store.data_mut(), status)
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// A trap carries the guest out; the status says what the trap means.
fn leave(state: &mut State, status: u8) -> Result<()> {
    state.process.status = Some(status);
    bail!("the workflow left with status {status}")
}
