//! What a workflow in Rust stands on.
//!
//! A workflow is a type with one function: input in, report out. It opens the accounts that the
//! operator bound, asks for typed calls, says which step it is in, and holds no key.
//!
//! ```
//! use host_workflow_sdk::{Account, Error, Workflow, export, progress, ram};
//!
//! struct Hello;
//!
//! impl Workflow for Hello {
//!     type Input = ();
//!     type Output = usize;
//!
//!     fn run((): ()) -> Result<usize, Error> {
//!         let monitoring = Account::open("monitoring")?;
//!         progress::step("look", "count the users");
//!         Ok(ram::list_users(&monitoring)?.len())
//!     }
//! }
//!
//! export!(Hello);
//! ```
//!
//! What must hold in a workflow:
//!
//! - It is deterministic: the same replies lead to the same calls. Time comes from [`clock`];
//!   there is no randomness; collections are ordered.
//! - Every call is blocking and is recorded by the host, so a run can be planned, resumed and
//!   checked without the workflow knowing.
//! - A secret is a handle: it can be placed, compared within the run, and never read.
//! - What it imports is what it uses: the linker trims the rest away, so the import list of the
//!   component shows what it can do.
//!
//! What every workflow begins with is here once: an account that the cloud has confirmed
//! ([`Account::open_confirmed`]), two sides that are two accounts ([`Account::require_other`]), and
//! the question whether an object is ours ([`ownership`]). Their codes begin with `workflow.`.
//!
//! One module for each product; functions that take nothing but required parameters come without
//! the options record of the contract, all others as the contract has them.

mod account;
mod bindings;
mod error;
mod plain;
mod workflow;

pub mod arms;
pub mod clock;
pub mod context;
pub mod cs;
pub mod ecs;
pub mod ims;
pub mod openapi;
pub mod ownership;
pub mod plan;
pub mod progress;
pub mod ram;
pub mod resourcemanager;
pub mod sts;
pub mod undo;
pub mod vault;

pub use account::Account;
pub use bindings::aliyun::core::types::{Error, ErrorKind, Identity, Secret, Tag, Value};
pub use error::Tolerant;
pub use workflow::Workflow;
#[doc(hidden)]
pub use workflow::registration;
