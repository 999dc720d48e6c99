//! What a run will change, before it does.
//!
//! ```text
//! two rehearsals ─▶ compose ─▶ Plan ─┬─▶ words for people, JSON for programs, a picture
//!                                    ├─▶ seal ─▶ a file ─▶ open
//!                                    └─▶ Approved ─▶ each write of the run: the next step, or a mismatch
//! ```
//!
//! This room knows neither the cloud nor the sandbox: a rehearsal is made elsewhere, and what comes of it
//! is data here. What the approving person reads is the catalog's words and literal values; a workflow's own
//! titles are shown apart, escaped and bounded.
//!
//! # Invariants
//!
//! - A value that the cloud decides is a [`Placeholder`]. A rehearsal is made twice with other texts in their
//!   place; what differs otherwise was taken apart by the workflow, and from there on a plan is a
//!   [`Forecast`].
//! - What was approved is what happens, or nothing: a step's parameters are equal after its placeholders are
//!   filled, in the order of the plan.

mod answers;
mod compose;
mod counts;
mod difference;
mod entering;
mod error;
mod filling;
mod graph;
mod json;
mod matching;
mod moment;
mod permission;
mod plan;
mod rehearsal;
mod repair;
mod seal;
mod shown;
mod words;

pub use compose::{Composed, compose};
pub use counts::{Counts, Deed};
pub use difference::Difference;
pub use error::{Mismatch, PlanError};
pub use graph::graph;
pub use json::{json, parameters};
pub use matching::{Allowed, Approved, Concern, names_it};
pub use permission::Needed;
pub use plan::{
    Conditional, Enforced, Expected, Forecast, Foreseen, Observed, Party, Placeholder, Plan, Seen,
    Step, Terms, Unread, Within, Workflow,
};
pub use rehearsal::{Rehearsal, Rehearsed};
pub use repair::Repair;
pub use seal::{Approval, FILE_LIMIT, FORMAT, How, is_plan, open, seal};
pub use shown::Shown;
pub use words::{
    Drift, Line, Mark, changes, claimed, differences, drift, question, since, subject, summary,
    words,
};
