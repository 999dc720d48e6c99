//! Taking a run back: only what it made, in an order that the cloud accepts, from its journal alone.
//!
//! ```text
//! entries of the run ─▶ plan ─▶ UndoPlan ─▶ (look at each thing now) ─▶ ask once ─▶ call, step by step
//! other runs ─▶ Usage ──┘        steps, stays                                          │
//!                                                                                      ▼
//!                                                              a run of its own in the journal
//! ```
//!
//! - What a call made goes; what it changed loses the change, and nothing that others wrote meanwhile.
//! - What was there before, what another run uses too, what does not carry the mark, and what nothing takes
//!   back stays, and is listed with the reason.
//! - Neither the workflow's file nor its author is needed: the catalog says what takes a call back, and
//!   where it cannot know, the workflow registered it before the call was made.
//! - An undo that was interrupted is simply done again: the plan is the same, and what is gone is skipped.

mod ask;
mod changed;
mod content;
mod desk;
mod execute;
mod follow;
mod history;
mod now;
mod object;
mod order;
mod others;
mod outcome;
mod plan;
mod registered;
mod run;
mod settings;
mod step;
mod usage;

pub use object::{Object, ObjectKind};
pub use others::{Others, taken_back, undoes};
pub use plan::{UndoInput, plan};
pub use run::{Scripts, Undo};
pub use step::{LessTrust, Put, Stays, Step, UndoPlan};
pub use usage::Usage;
