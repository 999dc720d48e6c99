//! What a run's journal holds, typed. The journal keeps bodies as JSON text; this is their shape.

use std::collections::BTreeMap;

use host_model::{AccountId, Call, IdentityRef};
use host_plan::Shown;
use host_runtime::{Answer, Event};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::{ProofReport, Verdict};

/// The version of all shapes in this file. Older ones stay readable: `tests/golden` has one of each.
pub const FORMAT: u32 = 1;

/// One entry of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Entry {
    /// The run began. Always the first.
    Begun(Begun),
    /// Something was answered that cannot have changed the cloud: a step, a reading of clock or
    /// randomness, a wait, an identity, a secret by its name, a read, a refusal.
    Answered(Answered),
    /// A call with an effect is about to be sent.
    Intent(Intent),
    /// What came of the intent before it.
    Outcome(Outcome),
    /// A temporary key or a license key was fetched again, by a call that the run had made before.
    Renewed(Renewed),
    /// Another process went on with the run.
    Resumed(Resumed),
    /// The run ended, or stopped.
    Ended(Ended),
}

impl Entry {
    /// The word for entries which say that something is about to be written.
    pub(crate) const INTENT: &'static str = "intent";

    /// The word by which the journal tells entries apart.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Begun(_) => "begun",
            Self::Answered(_) => "answered",
            Self::Intent(_) => Self::INTENT,
            Self::Outcome(_) => "outcome",
            Self::Renewed(_) => "renewed",
            Self::Resumed(_) => "resumed",
            Self::Ended(_) => "ended",
        }
    }

    /// As the journal keeps it.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("entries have text keys only")
    }
}

/// How a run began: all that it takes to go on with it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Begun {
    /// [`FORMAT`].
    pub format: u32,
    /// The host's version.
    pub host_version: String,
    /// The workflow.
    pub workflow: Workflow,
    /// Its input, defaults included.
    pub input: Json,
    /// The accounts, by the names of the manifest.
    pub accounts: BTreeMap<String, Party>,
    /// The mark on what the run makes.
    pub mark: String,
    /// What the operator named with `--allow` and in `host.toml`, in those words.
    pub allowed: Vec<String>,
    /// `--adopt`.
    pub adopt: bool,
    /// The text of the policy file, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
    /// `--provoke`.
    pub provoke: bool,
    /// `--yes`.
    pub unattended: bool,
    /// Where the cloud is, and how its keys are found.
    pub place: Place,
    /// The run that this one takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<String>,
    /// The plan that was approved, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Box<ApprovedPlan>>,
}

/// A plan that somebody approved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ApprovedPlan {
    /// The plan.
    pub plan: host_plan::Plan,
    /// Who approved it, when, and how.
    pub approval: host_plan::Approval,
}

/// A workflow, as a run was begun with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Workflow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its lineage: whose secrets and marks it shares.
    pub lineage: String,
    /// The component's digest.
    pub digest: String,
    /// Whether it was vetted.
    pub vetted: bool,
}

/// An account of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Party {
    /// The account's id.
    pub account: String,
    /// The ARN behind the key.
    pub arn: String,
    /// Whether the workflow does without it. Not known of early runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

/// Where the cloud of a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "cloud")]
pub enum Place {
    /// The offline one.
    Offline {
        /// The scenario's file, if it is not the one that is built in.
        scenario: Option<String>,
        /// Which cloud of it: one that is begun anew is another one. Not known of early runs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        /// Another `host.toml`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        config: Option<String>,
    },
    /// A real one, or `host simulate`.
    #[serde(rename_all = "kebab-case")]
    Online {
        /// What was bound to each account: `PROFILE@ID`.
        profiles: BTreeMap<String, String>,
        /// The address of `--endpoint`.
        endpoint: Option<String>,
        /// Another `host.toml`.
        config: Option<String>,
    },
}

/// An endpoint, however it was written.
fn address_of(endpoint: &str) -> String {
    let bare = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    bare.trim_end_matches('/').to_ascii_lowercase().replacen("localhost", "127.0.0.1", 1)
}

impl Place {
    /// Whether two runs were in one cloud. What profiles were bound says nothing: ids of accounts do.
    pub fn is_same_cloud(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Offline { scenario: one, id: one_id, .. },
                Self::Offline { scenario: other, id: other_id, .. },
            ) => {
                let is_another =
                    one_id.as_ref().zip(other_id.as_ref()).is_some_and(|(a, b)| a != b);
                one == other && !is_another
            }
            (Self::Online { endpoint: one, .. }, Self::Online { endpoint: other, .. }) => {
                one.as_deref().map(address_of) == other.as_deref().map(address_of)
            }
            _ => false,
        }
    }

    /// The `host.toml` that was named when the run began.
    pub const fn config(&self) -> Option<&String> {
        match self {
            Self::Offline { config, .. } | Self::Online { config, .. } => config.as_ref(),
        }
    }
}

/// Something that was asked and answered.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answered {
    /// What the workflow asked.
    pub event: Event,
    /// What it was answered.
    pub answer: Answer,
    /// Of a call: what it took.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub took: Option<Took>,
}

/// What a call took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Took {
    /// How many requests; none if the host refused it.
    pub attempts: u32,
    /// How long, in milliseconds of the run's clock.
    pub elapsed_ms: u64,
}

/// A call with an effect, on disk before it is sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Intent {
    /// What the workflow asked.
    pub call: Call,
    /// The account that it acts in, and who calls.
    pub account: String,
    /// What is sent: normalized, with the host's mark.
    pub sent: Call,
    /// Parameters that only the host gives, tokens among them.
    pub host_parameters: Vec<(String, String)>,
    /// What a lost reply means, in the catalog's words: `repeat`, `by-name`, `token` or `reconcile`.
    pub lost: String,
    /// Who agreed: `offline`, `person`, `unattended`, `vetted-read`.
    pub consent: String,
    /// What takes it back, from the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inverse: Option<Inverse>,
    /// What was there before, where the lost-reply class or the inverse needs it: the body of the read
    /// that shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Json>,
    /// Whether it runs a script that only looks, as its author says. Not known of early runs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub looks: bool,
}

/// A template of what takes a call back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inverse {
    /// The action, of the same product.
    pub action: String,
    /// Its parameters: the name of a parameter of the call, or a JSON Pointer into the reply.
    pub with: BTreeMap<String, String>,
}

/// What came of an intent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Outcome {
    /// What the workflow was answered.
    pub answer: Answer,
    /// What it took.
    pub took: Took,
    /// How it is known.
    pub known: Known,
}

/// How an outcome is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Known {
    /// The cloud answered.
    Reply,
    /// The reply was lost; what is there is ours, and equal.
    Found,
    /// The reply was lost; the call was sent again.
    Repeated,
    /// The reply was lost; what nobody could use was removed, and made again.
    Remade,
    /// The reply was lost, and the workflow was told so: it looks for itself.
    Told,
}

/// A secret of the session that was fetched again.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Renewed {
    /// The identity whose keys were renewed, if it is a session.
    pub identity: Option<IdentityRef>,
    /// The call that was made again.
    pub call: Call,
    /// The cloud's id of the request.
    pub request_id: Option<String>,
}

/// Another process went on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Resumed {
    /// Its version.
    pub host_version: String,
    /// Entries from this number on were not replayed: a refusal that is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again_from: Option<u64>,
}

/// How a run ended, or stopped.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ended {
    /// The host's verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The code of the error that ended it, if one did.
    pub code: Option<String>,
    /// The exit status.
    pub exit: u8,
    /// Whether the run was stopped from outside: by the operator, by a limit, or because something could not be
    /// kept.
    pub stopped: bool,
    /// How many calls changed something, or may have: of some the reply was lost.
    pub changes: u32,
    /// How many calls ran a script that only looks.
    pub looks: u32,
    /// How many calls were made.
    pub calls: u32,
    /// The proofs.
    pub proofs: Vec<ProofReport>,
    /// What the workflow gave back.
    pub output: Option<Json>,
    /// Of a plan that was stale: what changed since it was made, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub drift: Vec<String>,
    /// What it changed, as the host itself saw it at the end: of a run whose workflow came to its end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
}

/// What a read showed when a run was at its end: as much of it as stays so until somebody changes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Left {
    /// The account that it is about.
    pub account: AccountId,
    /// The read, by whom it was made.
    pub call: Call,
    /// What it showed, without secrets.
    pub shown: Shown,
}
