//! What a run did, for the verdict.

use std::collections::BTreeSet;

use host_model::{AccountId, Call, IdentityRef, Timestamp, Value};
use host_plan::Concern;
use host_runtime::{Claim, IdentityClass};

use crate::WouldDeny;
use crate::sighting::Sighting;

/// Everything that the verdict looks at.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// Ids of the steps that were entered.
    pub(crate) steps: BTreeSet<String>,
    pub(crate) calls: Vec<CallRecord>,
    pub(crate) checks: Vec<CheckRecord>,
    /// What the workflow warned of.
    pub(crate) warnings: Vec<String>,
    /// What a policy file would deny that is only audited.
    pub(crate) would_deny: Vec<WouldDeny>,
    /// Codes that calls failed with.
    pub(crate) failed_with: BTreeSet<String>,
    /// What the workflow read that somebody changed since its plan: what matters most, and of that the first.
    pub(crate) stale: Option<(Concern, Stale)>,
}

impl Ledger {
    /// Whether a step of that id, or of one of its things, was entered.
    pub(crate) fn has_entered(&self, id: &str) -> bool {
        let is_of_thing =
            |step: &String| step.strip_prefix(id).is_some_and(|rest| rest.starts_with('/'));
        self.steps.contains(id) || self.steps.iter().any(is_of_thing)
    }

    /// What the workflow claims at the end: of each check, the last claim.
    pub(crate) fn claims(&self, claim: Claim) -> impl Iterator<Item = &CheckRecord> {
        let is_last = |(index, check): &(usize, &CheckRecord)| {
            !self.checks.iter().skip(index + 1).any(|later| later.id == check.id)
        };
        let last = self.checks.iter().enumerate().filter(is_last).map(|(_, check)| check);
        last.filter(move |check| check.claim == claim)
    }

    /// Whether the cloud is, or may be, another one than before the run.
    pub(crate) fn has_changed(&self) -> bool {
        let changed = |call: &CallRecord| {
            call.writes && !call.looks && matches!(call.answer, Recorded::Reply | Recorded::Unknown)
        };
        self.calls.iter().any(changed)
    }
}

/// Something that is not what it was when the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stale {
    /// What was looked at.
    pub(crate) reason: String,
    /// What changed, a line each.
    pub(crate) drift: Vec<String>,
}

/// A call that was answered.
#[derive(Debug)]
pub(crate) struct CallRecord {
    pub(crate) step: String,
    pub(crate) action: String,
    pub(crate) class: IdentityClass,
    pub(crate) account: AccountId,
    pub(crate) region: Option<String>,
    /// Who called, and with which parameters, of a call that shows things: a list that was asked for
    /// differently is another list.
    pub(crate) asked: Option<Asked>,
    pub(crate) at: Timestamp,
    pub(crate) writes: bool,
    /// Whether it runs a script that only looks, as its author says.
    pub(crate) looks: bool,
    pub(crate) answer: Recorded,
    pub(crate) request_id: Option<String>,
    /// What the host itself said would allow a call that it denied.
    pub(crate) grant: Option<String>,
    /// The things that a change is about, as `(proof, thing)`.
    pub(crate) named: BTreeSet<(String, String)>,
    /// What a reply showed of such things.
    pub(crate) sightings: Vec<Sighting>,
}

/// What decides which items a list has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Asked {
    pub(crate) identity: IdentityRef,
    pub(crate) parameters: Vec<(String, Value)>,
}

impl Asked {
    pub(crate) fn of(call: &Call) -> Self {
        Self { identity: call.identity.clone(), parameters: call.parameters.clone() }
    }
}

/// How the cloud answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recorded {
    /// Yes.
    Reply,
    /// No permission.
    Refusal,
    /// Denied by the host; nothing was sent.
    Denied,
    /// It was sent, and may have taken effect.
    Unknown,
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
