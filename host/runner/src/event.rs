//! What a run tells whoever reads along. The JSON stream and the human lines come from the same events.

use std::collections::BTreeMap;
use std::fmt::Debug;

use host_model::Effect;
use host_runtime::{Claim, Level, LogLevel};
use serde::{Deserialize, Serialize};

use crate::undo::Stays;
use crate::{Moment, Verdict};

/// One thing that happened. Texts of workflow and cloud are redacted, but still raw: whoever shows them
/// to a person quotes them.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case", tag = "event")]
pub enum RunEvent {
    /// The run began.
    RunStarted {
        /// The workflow's name.
        workflow: String,
        /// Its version.
        workflow_version: String,
        /// The component's digest.
        digest: String,
        /// Whether the digest is in the vetted index.
        vetted: bool,
        /// Whether the cloud is the offline one.
        simulated: bool,
        /// Account ids by name.
        accounts: BTreeMap<String, String>,
    },
    /// A step began.
    Step {
        /// Its id.
        id: String,
        /// The workflow's words.
        title: String,
    },
    /// A call ended.
    Call {
        /// The step that it belongs to.
        step: String,
        /// The account's name in the manifest, if it is bound.
        account_name: Option<String>,
        /// The account's id.
        account: String,
        /// Who called.
        identity: String,
        /// The product's key.
        product: String,
        /// The action.
        action: String,
        /// What the catalog says that it does.
        effect: Effect,
        /// Whether it changes something where it succeeds: no read, no session of a role, and no script that only
        /// looks, as its author says.
        changes: bool,
        /// The catalog's words for it.
        sentence: String,
        /// How it ended.
        outcome: CallOutcome,
        /// The cloud's or the host's code, if it did not end well.
        code: Option<String>,
        /// What was said, if it did not end well.
        message: Option<String>,
        /// The rule of a policy file that would allow what was denied for the lack of one.
        #[serde(skip_serializing_if = "Option::is_none")]
        grant: Option<String>,
        /// The cloud's id of the request.
        request_id: Option<String>,
        /// How many requests it took.
        attempts: u32,
        /// How long it took, in milliseconds of the run's clock.
        elapsed_ms: u64,
    },
    /// A policy file that is only audited would deny a call, which goes on.
    WouldDeny(WouldDeny),
    /// All that a policy file which is only audited would deny, before the end of the run.
    PolicyAudited {
        /// Each once, in the order in which they came.
        denials: Vec<WouldDeny>,
    },
    /// The host waits, repeats or corrects something.
    Note {
        /// What, in the host's words.
        message: String,
    },
    /// The end of what a script wrote on a machine where it failed.
    Output {
        /// The account's id.
        account: String,
        /// The machine's id.
        machine: String,
        /// The cloud's word for how it ended.
        status: String,
        /// The script's exit status, if it got to its end.
        exit_code: Option<i64>,
        /// The machine's words.
        tail: String,
    },
    /// The workflow's words.
    Log {
        /// How much they matter.
        level: LogLevel,
        /// The words.
        message: String,
        /// What goes with them.
        fields: BTreeMap<String, String>,
    },
    /// A part that may or may not be needed was come to.
    Conditional {
        /// The workflow's words.
        title: String,
        /// Whether it is needed.
        needed: bool,
    },
    /// A claim of the workflow.
    Check {
        /// What it is about.
        id: String,
        /// What is claimed.
        claim: Claim,
        /// The workflow's words.
        detail: String,
    },
    /// What an undo will do, and what it leaves.
    UndoPlanned {
        /// The run that it takes back.
        undoes: String,
        /// Its calls, in order.
        steps: Vec<UndoLine>,
        /// What stays.
        stays: Vec<Stays>,
    },
    /// Something stays that was to go.
    Stays {
        /// What.
        object: String,
        /// Why.
        reason: String,
    },
    /// The run ended. Always the last.
    RunEnded {
        /// The host's verdict.
        verdict: Verdict,
        /// Why, in the host's words.
        reason: String,
        /// The code of the error that ended it, if one did.
        code: Option<String>,
        /// What to do next, if the host knows.
        hint: Option<String>,
        /// The exit status that goes with it.
        exit: u8,
        /// Whether something outside of the run stopped it, so that it can be gone on with.
        stopped: bool,
        /// How many calls changed something, or may have: of some the reply was lost.
        changes: u32,
        /// How many calls ran a script that only looks, as its author says.
        looks: u32,
        /// How many calls were made.
        calls: u32,
        /// The proofs of the manifest, with what was seen of them.
        proofs: Vec<ProofReport>,
        /// What the workflow gave back.
        output: Option<serde_json::Value>,
        /// Of a plan that was stale: what changed since it was made, a line each.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        drift: Vec<String>,
    },
}

/// A call of an undo, before it is made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UndoLine {
    /// The account's name in the run.
    pub account_name: String,
    /// The account's id.
    pub account: String,
    /// `product:Action`.
    pub action: String,
    /// The catalog's words, with what is taken away or put back.
    pub sentence: String,
}

/// What a policy file that is only audited would deny.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WouldDeny {
    /// The step that the call belongs to.
    pub step: String,
    /// The account's name in the manifest, if it is bound.
    pub account_name: Option<String>,
    /// The account's id.
    pub account: String,
    /// `product:Action`.
    pub action: String,
    /// The code of the denial.
    pub code: String,
    /// Why, in the host's words.
    pub message: String,
    /// The rule that would allow it, if one does.
    pub grant: Option<String>,
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallOutcome {
    /// The cloud said yes.
    Ok,
    /// The cloud refused for lack of permission.
    Refused,
    /// The cloud answered something else than yes.
    Failed,
    /// The host denied it; nothing was sent.
    Denied,
    /// It was sent, and no answer was read.
    Unknown,
}

/// A proof of the manifest, with what was seen of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProofReport {
    /// Its id.
    pub id: String,
    /// What it proves, in the workflow's words.
    pub title: String,
    /// The one of several things that it is about, such as a cluster's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thing: Option<String>,
    /// What it is worth.
    pub level: Level,
    /// Whether a call proved it.
    pub seen: bool,
    /// Ids of the requests that did.
    pub request_ids: Vec<String>,
}

/// Whoever reads along.
pub trait Reporter: Debug + Send + Sync {
    /// Takes an event.
    fn report(&self, event: &RunEvent);

    /// Takes note of what is under way; must return at once. Only who shows it live has to listen.
    fn watch(&self, _moment: &Moment) {}
}
