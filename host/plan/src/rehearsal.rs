//! What came of one rehearsal.

use std::collections::BTreeMap;

use host_model::{AccountId, Call, Effect, SecretRef};
use serde_json::Value as Json;

use crate::{Conditional, Observed, Unread, Within};

/// All calls with an effect of one rehearsal, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The calls.
    pub calls: Vec<Rehearsed>,
    /// The parts that may or may not be needed.
    pub conditionals: Vec<Conditional>,
    /// What they stand on.
    pub observed: Vec<Observed>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// The first call (by index) whose answers are guesses, and why: what nobody can know before. The call
    /// itself is certain; what comes after it is a forecast.
    pub guessed: Option<(usize, String)>,
    /// How it ended: the code and words of the error, if one ended it.
    pub error: Option<(String, String)>,
}

/// One call with an effect, and the answer that was predicted.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsed {
    /// Where in the workflow.
    pub within: Within,
    /// What the operator calls the account; empty for one that has no name.
    pub account_name: String,
    /// The account that it is made in.
    pub account: AccountId,
    /// The call as the workflow asked for it.
    pub call: Call,
    /// The call with what the host adds.
    pub sent: Call,
    /// What the catalog says that it does.
    pub effect: Effect,
    /// The catalog's words, with values.
    pub sentence: String,
    /// The class of risk.
    pub risk: Option<String>,
    /// What a person should know first.
    pub risks: Vec<String>,
    /// What the cloud shows now: the bodies of reads, by action.
    pub before: BTreeMap<String, Json>,
    /// The predicted body without secrets, or the code of the predicted refusal.
    pub answer: Result<Json, String>,
    /// Whether the answer follows from what was read, and is not only what the workflow was told.
    pub foreseen: bool,
    /// Names of the secrets that the reply would bring, by JSON Pointer.
    pub secrets: BTreeMap<String, SecretRef>,
    /// Whether it is a script that only looks.
    pub looks: bool,
    /// The innermost conditional that it stands in.
    pub conditional: Option<u32>,
}
