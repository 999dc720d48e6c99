//! Time as the run's record has it: the same again when the run is resumed.

pub use crate::bindings::host::run::clock::{now, sleep};
