//! WASI with nothing behind it, for guests whose toolchain cannot do without.
//!
//! ```text
//! wit-wasi/ ─▶ Layer ─▶ shapes, for the check of a component's imports
//!                 └───▶ linker: a few functions pass the driver as events, all others answer "nothing"
//! ```
//!
//! # Invariants
//!
//! - No authority: no variable, argument, file or connection can be reached through it. Sockets and
//!   HTTP are not even defined, so that a component which imports them is refused by name.
//! - What changes from run to run (time, randomness) is an event, so that a recorded run can be
//!   replayed. Whatever else there is, is a constant.
//! - What a guest prints is the workflow's words: lines of its log, within the budget of its log.

mod clock;
mod exit;
mod layer;
mod nothing;
mod poll;
mod process;
mod random;
mod resource;
mod stream;

use wasmtime::Result;
use wasmtime::component::{Linker, LinkerInstance};

use crate::state::State;

pub(crate) use layer::Layer;
pub(crate) use process::Process;

/// Defines a function of an interface, named without version, if it knows it.
type Define = fn(&mut LinkerInstance<'_, State>, &str, &str) -> Result<bool>;

/// All who know functions that do more than answer "nothing".
const SERVED: [Define; 5] =
    [clock::define, exit::define, poll::define, random::define, stream::define];

/// Defines the whole layer in the linker.
pub(crate) fn add_to_linker(linker: &mut Linker<State>) -> Result<()> {
    for (stem, interface) in Layer::builtin().interfaces() {
        let mut instance = linker.instance(&interface.name)?;
        for name in &interface.shapes.resources {
            resource::define(&mut instance, stem, name)?;
        }
        for (function, answer) in &interface.answers {
            let mut served = false;
            for define in SERVED {
                served = served || define(&mut instance, stem, function)?;
            }
            if !served {
                nothing::define(&mut instance, stem, function, answer.as_ref())?;
            }
        }
    }
    Ok(())
}
