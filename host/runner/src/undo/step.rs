//! What an undo would do, and what it leaves.

use host_catalog::Catalog;
use host_model::{AccountId, Call, SecretRef, Timestamp, Value, quote_within};
use host_ram::{Direction, Document, difference};
use serde_json::Value as Json;

use super::object::Object;

/// Characters of one line of a step that people see.
const LINE_SHOWN: usize = 400;

/// How a run would be taken back.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct UndoPlan {
    /// What would be called, in this order.
    pub steps: Vec<Step>,
    /// What stays.
    pub stays: Vec<Stays>,
}

/// One call that takes something back.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// The account that it acts in.
    pub account: AccountId,
    /// The call, as far as it is known before anything is read. Its caller is the account's name in the run.
    pub call: Call,
    /// What it is about.
    pub about: Object,
    /// The numbers of the entries that it takes back.
    pub takes_back: Vec<u64>,
    /// When the first of them was written.
    pub since: Timestamp,
    /// What it takes away from a trust, if it does.
    pub trust: Option<LessTrust>,
    /// Values that are put back.
    pub puts: Vec<Put>,
    /// The vault's entry that goes with it.
    pub forgets: Option<SecretRef>,
    /// What was done, for the judgement.
    pub(crate) basis: Vec<Basis>,
    /// Everything that it, or what it takes back, names.
    pub(crate) touches: Vec<Object>,
    /// The thing that is gone, or out of use, afterwards: whatever stands on it has to go first.
    pub(crate) ends: Option<Object>,
    /// The place among the steps that take back the same entry.
    pub(crate) part: u8,
}

/// A journaled call that a step takes back.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Basis {
    pub(crate) account: AccountId,
    pub(crate) sent: Call,
    pub(crate) reply: Json,
    pub(crate) before: Json,
    pub(crate) registered: Option<Call>,
}

/// Statements that a trust loses.
#[derive(Debug, Clone, PartialEq)]
pub struct LessTrust {
    /// The parameter that takes the trust.
    pub parameter: String,
    /// What the run added.
    pub added: Document,
    /// The same in words.
    pub lines: Vec<String>,
}

/// A value that is put back.
#[derive(Debug, Clone, PartialEq)]
pub struct Put {
    /// The parameter.
    pub parameter: String,
    /// The setting in it, if it holds settings: a JSON Pointer.
    pub setting: Option<String>,
    /// What the run left there.
    pub left: Value,
    /// What was there before; an empty text where there was nothing.
    pub former: Value,
}

/// Something that stays.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Stays {
    /// What, in words.
    pub object: String,
    /// Why.
    pub reason: String,
    /// What stands under it, and therefore stays too.
    #[serde(skip)]
    pub(crate) holds: Vec<Object>,
}

impl Stays {
    pub(crate) fn new(object: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { object: object.into(), reason: reason.into(), holds: Vec::new() }
    }
}

impl Step {
    /// The catalog's words for it, and what it takes away or puts back.
    pub fn sentence(&self) -> String {
        let known =
            Catalog::builtin().resolve(&self.call.product, &self.call.version, &self.call.action);
        let mut sentence = match known {
            Ok((_, action)) => action.sentence_of(&self.call),
            Err(_) => format!("{}:{}", self.call.product, self.call.action),
        };
        if let Some(trust) = &self.trust {
            sentence.push_str(&format!(": its trust loses {}", trust.lines.join("; ")));
        }
        for put in &self.puts {
            let name = quote_within(put.setting.as_ref().unwrap_or(&put.parameter), LINE_SHOWN);
            let former = match shown(&put.former) {
                text if text.is_empty() => "empty".to_owned(),
                text => format!("`{text}`"),
            };
            sentence.push_str(&format!("; `{name}` is {former} again"));
        }
        sentence
    }

    /// `product:Action`.
    pub fn action(&self) -> String {
        format!("{}:{}", self.call.product, self.call.action)
    }

    pub(crate) fn has(&self, object: &Object) -> bool {
        self.touches.contains(object)
    }

    /// The call with these values put back, and with that trust.
    pub(crate) fn compose(&self, puts: &[Put], trust: Option<&str>) -> Call {
        let mut call = self.call.clone();
        let put = |put: &Put| call.parameters.iter().position(|(name, _)| *name == put.parameter);
        let stale: Vec<usize> = self.puts.iter().filter_map(put).collect();
        let mut index = 0;
        call.parameters.retain(|_| {
            index += 1;
            !stale.contains(&(index - 1))
        });
        for put in puts {
            let Put { parameter, setting, former, .. } = put;
            let Some(setting) = setting else {
                call.parameters.push((parameter.clone(), former.clone()));
                continue;
            };
            let pair = (setting.clone(), former.clone());
            let slot = call.parameters.iter_mut().find(|(name, _)| name == parameter);
            match slot {
                Some((_, Value::Settings(settings))) => settings.push(pair),
                _ => call.parameters.push((parameter.clone(), Value::Settings(vec![pair]))),
            }
        }
        if let (Some(LessTrust { parameter, .. }), Some(trust)) = (&self.trust, trust) {
            call.parameters.push((parameter.clone(), Value::Text(trust.to_owned())));
        }
        call
    }
}

impl LessTrust {
    pub(crate) fn new(parameter: &str, added: Document) -> Self {
        let nothing = host_ram::without(&added, &added);
        let lines = difference(&nothing, &added).into_iter();
        let lines = lines.filter(|change| change.direction == Direction::Added);
        let lines = lines.map(|change| quote_within(&change.line, LINE_SHOWN)).collect();
        Self { parameter: parameter.to_owned(), added, lines }
    }
}

/// A value for people.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => quote_within(text, LINE_SHOWN),
        Value::Json(json) => quote_within(&json.to_string(), LINE_SHOWN),
        Value::Secret(secret) => quote_within(&secret.to_string(), LINE_SHOWN),
        Value::Settings(settings) => {
            let names: Vec<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
            quote_within(&names.join(", "), LINE_SHOWN)
        }
    }
}
