//! The record of a run: what its journal holds, how it is written, and how it answers again.

mod entry;
mod error;
mod recorder;
mod tape;

pub use entry::{
    Answered, ApprovedPlan, Begun, Ended, Entry, FORMAT, Intent, Inverse, Known, Left, Outcome,
    Party, Place, Renewed, Resumed, Took, Workflow,
};
pub use error::RecordError;
pub(crate) use recorder::{Recorder, new_entry};
pub use tape::{Numbered, begun, ended, over, read};
pub(crate) use tape::{Past, Tape};
