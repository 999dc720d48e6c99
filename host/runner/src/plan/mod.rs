//! A run that is only planned: the same workflow, driver and rules, over a cloud that is only read.
//!
//! ```text
//! Run::plan ─▶ twice: sandbox ─Event─▶ LiveDriver ─▶ Client ─▶ Overlay ─ reads only ─▶ the cloud
//!                                        │ foresee              (writes go to the state machine)
//!                                        ▼
//!                                     Rehearsal ─▶ host-plan: compose ─▶ Plan
//! ```
//!
//! Where the rehearsals end because something may not be read, there is another round, in which the overlay
//! supposes that nothing is there.
//!
//! The second rehearsal sends nothing that the first one sent, and makes up other ids: what differs between
//! the two, the cloud decides. What scripts saw on machines, the journal knows from earlier runs.

mod clock;
mod keys;
mod nowhere;
mod planned;
mod reads;
mod rehearsal;
mod remembered;

pub(crate) use nowhere::Nowhere;
pub use planned::{Fault, Planned, PlannedError};
pub(crate) use rehearsal::Planning;
