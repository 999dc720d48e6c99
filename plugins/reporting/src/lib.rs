//! The monitoring account's ARMS, for workflows that let agents of another account report there.
//!
//! ```text
//! find the service ─▶ take the baseline ─▶ (the workflow changes things) ─▶ wait for applications
//!  activated here?      what is listed        clusters, instances             what is new since?
//! ```
//!
//! What must hold:
//!
//! - Activation is a purchase that cannot be undone: it is asked for by the operator, or the run stops
//!   before it changes anything ([`Service`]).
//! - An application proves something only against the list as it was before the change
//!   ([`Baseline`]): it is new, or the cloud has seen it since. For what was not changed, any
//!   application that is listed counts.
//! - One list serves all things that are waited for, and each gets its own claim ([`wait`]).
//! - What is said to people is said here once, in the same words for every workflow ([`words`]).

mod application;
mod baseline;
mod moment;
mod service;
mod wait;
pub mod words;

pub use application::{Application, Key};
pub use baseline::{Baseline, Since};
pub use host_workflow_access::Ledger;
pub use moment::seconds;
pub use service::{Activation, Service};
pub use wait::{Seen, Wanted, wait};
