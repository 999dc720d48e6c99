//! A plan, as data.

use std::collections::BTreeMap;

use crate::{Repair, Shown};
use host_model::{AccountId, Call, Effect, RunId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// What a run will change in both accounts, step by step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The form of plans that the program wrote.
    pub format: u32,
    /// The program's version.
    pub host_version: String,
    /// The run that the plan is of: its id is fixed with the plan.
    pub run: RunId,
    /// When it was made.
    pub made: Timestamp,
    /// Until when it can be applied.
    pub expires: Timestamp,
    /// The workflow.
    pub workflow: Workflow,
    /// Its input.
    pub input: Json,
    /// The accounts by their names in the manifest.
    pub accounts: BTreeMap<String, Party>,
    /// The words of `--allow`.
    pub allowed: Vec<String>,
    /// What else the run is begun with.
    pub terms: Terms,
    /// What will be called that is no read, in order.
    pub steps: Vec<Step>,
    /// Parts that may or may not be needed, in the order in which they begin.
    #[serde(default)]
    pub conditionals: Vec<Conditional>,
    /// Values that are known after a step.
    pub placeholders: Vec<Placeholder>,
    /// What the plan stands on: what was read of the cloud.
    pub observed: Vec<Observed>,
    /// What reads will show of what the run itself made by then.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub foreseen: Vec<Foreseen>,
    /// What else the run will read: it has to be allowed to.
    #[serde(default)]
    pub reads: Vec<Call>,
    /// From where on the plan is a forecast, if it is one.
    pub forecast: Option<Forecast>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// What the host may mend by itself.
    #[serde(default)]
    pub repairs: Vec<Repair>,
}

impl Plan {
    /// Whether a step stands in a conditional, or in one inside of it.
    pub fn stands_in(&self, step: &Step, number: u32) -> bool {
        let mut around = step.conditional;
        while let Some(inner) = around {
            if inner == number {
                return true;
            }
            let found = self.conditionals.iter().find(|it| it.number == inner);
            around = found.and_then(|it| it.inside);
        }
        false
    }
}

/// What a run is begun with, beside workflow, input and accounts.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Terms {
    /// Where the component was: its digest is what counts.
    pub file: String,
    /// Where the cloud is, as the journal says it.
    pub place: Json,
    /// `--adopt`.
    pub adopt: bool,
    /// `--provoke`.
    pub provoke: bool,
    /// The text of the policy file, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy: Option<String>,
}

/// Which workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workflow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its lineage.
    pub lineage: String,
    /// The component's digest.
    pub digest: String,
    /// Whether the digest is in the vetted index.
    pub vetted: bool,
}

/// An account that the run works in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Party {
    /// Its id.
    pub account: AccountId,
    /// The identity that the operator bound.
    pub arn: String,
    /// What the cloud holds it to, if the host assumed a role for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<Enforced>,
}

/// A session policy: what the cloud itself refuses to go beyond.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Enforced {
    /// The document, as it went along.
    pub policy: String,
    /// How it differs from what is granted, in words; none if it does not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// One call with an effect.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Its number, from 1 on.
    pub number: u32,
    /// Where in the workflow.
    pub within: Within,
    /// What the operator calls the account; empty for one that has no name.
    pub account_name: String,
    /// The account that it is made in.
    pub account: AccountId,
    /// The call as the workflow asks for it, placeholders included. Its identity names who calls.
    pub call: Call,
    /// The call with what the host adds: the mark, the session's name.
    pub sent: Call,
    /// What the catalog says that it does.
    pub effect: Effect,
    /// The catalog's words, with values.
    pub sentence: String,
    /// The class of risk, if the action has one.
    pub risk: Option<String>,
    /// What a person should know first, worst first.
    pub risks: Vec<String>,
    /// What the cloud shows now of what the step changes or removes: the bodies of reads, by action.
    pub before: BTreeMap<String, Json>,
    /// What is expected to come of it.
    pub expected: Expected,
    /// Whether it is a script that only looks.
    pub looks: bool,
    /// The innermost conditional that it stands in: it is made only if that turns out to be needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditional: Option<u32>,
}

/// A part of a plan that may or may not be needed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Conditional {
    /// Its number, from 1 on.
    pub number: u32,
    /// The workflow's words.
    pub title: String,
    /// The one around it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inside: Option<u32>,
    /// The first step that was planned after it began: its own first one, if it has any.
    pub from: u32,
    /// Whether the workflow would enter it by what it was told while planning.
    #[serde(default)]
    pub holds: bool,
}

/// The workflow's own step: its author's words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
}

/// What is expected to come of a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Expected {
    /// It is done.
    Done,
    /// It is refused: a proof that somebody may not, or a limit that will be met.
    Refused {
        /// The cloud's code.
        code: String,
    },
    /// Nobody knows: what it depends on could not be read, or is known later.
    Unforeseen,
}

/// A value that the cloud decides, known after a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Placeholder {
    /// The text that stands for it in the steps after; no other value holds it.
    pub text: String,
    /// The step whose reply brings it.
    pub step: u32,
    /// Where in the reply: a JSON Pointer.
    pub at: String,
    /// Whether it is not the text there, but the object's name of the secret that comes there.
    #[serde(default)]
    pub secret: bool,
}

/// Something that was read, and that the plan stands on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// The step before which it has to be so; 0 for what the workflow read for itself, which is looked at
    /// again when it does something else than was planned.
    pub step: u32,
    /// The read.
    pub call: Call,
    /// A digest of what it showed.
    pub digest: String,
    /// What it showed, to say what changed since; nothing if a plan has no room for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
    /// The steps after which it shows something else, or may: the run itself changed it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changed_by: Vec<u32>,
}

impl Observed {
    /// What a read before a step showed.
    pub fn new(step: u32, call: Call, shown: Shown) -> Self {
        Self { step, call, digest: shown.digest(), shown: Some(shown), changed_by: Vec::new() }
    }
}

/// What a read will show before a step of things that the run itself made or changed by then. If it shows something
/// else, somebody was there in between.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Foreseen {
    /// The step.
    pub step: u32,
    /// The read, with placeholders.
    pub call: Call,
    /// As much of it as says who may do what ([`Shown::telling`]), with placeholders.
    pub shown: Shown,
}

/// From where on a plan is a forecast: asked again when it is reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The first step that is one.
    pub from: u32,
    /// Why.
    pub reason: String,
    /// Set if it is one only because machines are supposed to be as scripts saw them in earlier runs: then
    /// nothing speaks for more to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
}

/// What scripts saw in an earlier run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seen {
    /// The run; of several the one that saw its machines first.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
}

/// Something that could not be read while planning.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unread {
    /// The account.
    pub account: AccountId,
    /// The action that would have shown it: `ram:GetRole`.
    pub action: String,
    /// What it is about.
    pub what: String,
    /// The cloud's code.
    pub code: String,
}
