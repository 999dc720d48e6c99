//! What a run did, for the verdict.

use host_model::AccountId;
use host_runtime::{Claim, IdentityClass};

/// Everything that the verdict looks at.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) checks: Vec<CheckRecord>,
}

/// A call that was answered.
#[derive(Debug)]
pub(crate) struct CallRecord {
    pub(crate) step: String,
    pub(crate) action: String,
    pub(crate) class: IdentityClass,
    pub(crate) account: AccountId,
    pub(crate) writes: bool,
    pub(crate) answer: Recorded,
    pub(crate) request_id: Option<String>,
}

/// How the cloud answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// Yes.
    Reply,
    /// No permission.
    Refusal,
    /// Anything else.
    Other,
}

/// What the workflow claimed.
#[derive(Debug)]
pub(crate) struct CheckRecord {
    pub(crate) id: String,
    pub(crate) claim: Claim,
    pub(crate) detail: String,
}
