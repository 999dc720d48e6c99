//! What came of one rehearsal.

use std::collections::BTreeMap;

use host_model::{AccountId, Call, Effect, SecretRef};
use serde_json::Value as Json;

use crate::{Conditional, Foreseen, Observed, Seen, Unread, Within};

/// All calls with an effect of one rehearsal, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rehearsal {
    /// The calls.
    pub calls: Vec<Rehearsed>,
    /// The parts that may or may not be needed.
    pub conditionals: Vec<Conditional>,
    /// What they stand on.
    pub observed: Vec<Observed>,
    /// What will be shown of what the run itself made.
    pub foreseen: Vec<Foreseen>,
    /// Everything that was read, by the workflow or by the host, whoever answered it: each once.
    pub reads: BTreeMap<String, Call>,
    /// What could not be read.
    pub unread: Vec<Unread>,
    /// How many calls were certain when an answer was a guess for the first time, and why: what nobody can know
    /// before. What comes after these calls is a forecast.
    pub guessed: Option<(usize, String)>,
    /// The same, where the answer is what scripts saw in an earlier run.
    pub remembered: Option<(usize, Seen)>,
    /// How it ended: the code and words of the error, if one ended it.
    pub error: Option<(String, String)>,
}

impl Rehearsal {
    /// After so many calls an answer, in that conditional, cannot be known before: the first one counts. What an
    /// earlier run saw says of a conditional that it is not needed: then it is only shown.
    pub fn guess(&mut self, certain: usize, conditional: Option<u32>, why: String) {
        if self.remembered.is_none() || self.holds(conditional) {
            self.guessed.get_or_insert((certain, why));
        }
    }

    /// Something was read.
    pub fn note_read(&mut self, call: &Call) {
        self.reads.entry(Self::key_of(call)).or_insert_with(|| call.clone());
    }

    /// What tells a read from others.
    pub(crate) fn key_of(call: &Call) -> String {
        let Call { identity, product, action, region, parameters, .. } = call;
        format!("{identity} {product}:{action} {region:?} {parameters:?}")
    }

    /// Something could not be read; each is noted once.
    pub fn note_unread(&mut self, unread: Unread) {
        if !self.unread.contains(&unread) {
            self.unread.push(unread);
        }
    }

    /// Whether all conditionals hold that something stands in.
    fn holds(&self, conditional: Option<u32>) -> bool {
        let mut around = conditional;
        while let Some(number) = around {
            match self.conditionals.iter().find(|it| it.number == number) {
                Some(it) if it.holds => around = it.inside,
                _ => return false,
            }
        }
        true
    }

    /// It is what scripts saw in an earlier run: the first one counts, and what is longest ago.
    pub fn remember(&mut self, certain: usize, seen: Seen) {
        let (_, first) = self.remembered.get_or_insert_with(|| (certain, seen.clone()));
        if seen.at < first.at {
            *first = seen;
        }
    }
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
