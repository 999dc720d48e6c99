//! The record of a run: what its journal holds.

mod entry;

pub use entry::{
    Answered, Begun, Ended, Entry, FORMAT, Intent, Inverse, Known, Outcome, Party, Place, Renewed,
    Resumed, Took, Workflow,
};
