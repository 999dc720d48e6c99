//! A run from start to end: open accounts, drive calls, keep secrets, give the verdict.
//!
//! ```text
//! Plan of a run ─▶ Run::start ─▶ sandbox ──Event──▶ LiveDriver
//!                                                     │ needs: documents and marks behind names
//!                                                     │ judge: permit or denial
//!                                                     │ consent: a person, a vetted digest, or the offline cloud
//!                                                     │ client: sign, send, read
//!                                                     │ secrets: sealed before anything else happens
//!                                                     ▼
//!                                    RunEvent ─▶ Reporter      Ledger ─▶ verdict
//! ```
//!
//! # Invariants
//!
//! - No call with an effect leaves before it is on disk, and nothing is answered that is not written down
//!   before the next one (`record`).
//! - A run that goes on does nothing twice: what was answered is answered again, and what may have been sent
//!   is looked at first (`live/recall`, `live/lost`).
//! - No call leaves without a permit, and no permit is made here: `host-policy` makes them.
//! - A secret of a reply is sealed before the workflow learns that there is one.
//! - The verdict is computed from what the cloud answered; a workflow's claims only ever lower it.
//! - Whatever is reported was redacted first.

mod account;
mod ask;
mod equal;
mod error;
mod event;
mod input;
mod ledger;
mod left;
mod live;
mod mark;
mod moment;
mod password;
mod plan;
pub mod record;
mod rehearse;
mod run;
mod secrets;
mod settling;
mod sighting;
pub mod undo;
mod verdict;

pub use account::{Bound, BoundAccounts, is_same_caller};
pub use ask::{Approver, Decision, Question};
pub use error::RunError;
pub use event::{CallOutcome, ProofReport, Reporter, RunEvent, UndoLine, WouldDeny};
pub use input::{InputError, InputSource, build_input};
pub use mark::Mark;
pub use moment::Moment;
pub use plan::{Fault, Planned, PlannedError};
pub use rehearse::{RehearsalEnd, Rehearsed, rehearse};
pub use run::{Ended, Origin, Past, Run, RunSettings};
pub use secrets::Secrets;
pub use verdict::Verdict;
