//! How people get at the data in the monitoring account: the part that several workflows share.
//!
//! ```text
//! way               in the monitoring account (A)               in the source account (B)
//! existing-user     a user who is there: looked at              nothing
//! dedicated-user    a user of its own, AliyunARMSFullAccess …   nothing
//! role              a role that trusts ───────────────────────▶ users who may assume it, only it
//! ```
//!
//! [`role`] is the whole work of the workflow `delegate`; [`people`] is the choice of the three as
//! one parameter. Both come in parts, so that a workflow can look at everything before it changes
//! anything: `look` reads, `venture` makes the writes that the host may refuse for what they say,
//! `settle` makes the others, `prove` shows that it works. What must hold:
//!
//! - `look` writes nothing, and says all that can stop the run.
//! - A refusal by the host of what the operator asks for leaves nothing half done: `venture` comes
//!   before every other write of the workflow.
//! - Every step finds, compares, and then adopts, creates or leaves alone; a second run changes
//!   nothing and says so.
//! - Objects of others are left as they are, statements of others in a role's trust too. What an
//!   earlier run of this workflow gave, and is no longer wanted, is taken back as far as marks show
//!   that it is ours. No user is ever deleted.
//! - What is claimed is shown by calls, or by reading the documents that decide; the report says
//!   which.

mod attachment;
mod diagnosis;
mod documents;
mod dropped;
mod evidence;
mod external_id;
mod holders;
mod ledger;
mod names;
mod parameters;
mod parties;
pub mod people;
mod policy;
mod quota;
mod report;
pub mod role;
mod statements;
mod step;

pub use ledger::Ledger;
