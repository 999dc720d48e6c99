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
//! - No call leaves without a permit, and no permit is made here: `host-policy` makes them.
//! - A secret of a reply is sealed before the workflow learns that there is one.
//! - The verdict is computed from what the cloud answered; a workflow's claims only ever lower it.
//! - Whatever is reported was redacted first.

mod account;
mod ask;
mod error;
mod event;
mod input;
mod ledger;
mod live;
mod mark;
mod password;
pub mod record;
mod run;
mod secrets;
mod sighting;
mod verdict;

pub use account::{Bound, BoundAccounts};
pub use ask::{Approver, Decision, Question};
pub use error::RunError;
pub use event::{CallOutcome, ProofReport, Reporter, RunEvent};
pub use input::{InputError, InputSource, build_input};
pub use mark::Mark;
pub use run::{Ended, Origin, Past, Run, RunSettings};
pub use secrets::Secrets;
pub use verdict::Verdict;
