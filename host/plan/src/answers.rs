//! Two answers of the same call, side by side.

use std::collections::BTreeMap;

use host_model::{SecretRef, quote_within};
use serde_json::Value as Json;

use crate::filling::{Filling, SHORTEST};

/// Members that say nothing of the cloud, in any product's spelling.
const REQUEST_IDS: [&str; 3] = ["RequestId", "requestId", "request_id"];

/// How many characters of a pointer are shown.
const SHOWN: usize = 120;

/// What differs between two answers.
#[derive(Debug, Default)]
pub(crate) struct Answers {
    leaves: Vec<Leaf>,
    trouble: Option<String>,
}

/// A text that differs.
#[derive(Debug, Clone)]
pub(crate) struct Leaf {
    /// A JSON Pointer into the reply.
    pub(crate) at: String,
    /// Whether it is the name of the secret there.
    pub(crate) secret: bool,
    /// The text in the first rehearsal.
    pub(crate) one: String,
    /// And in the second.
    pub(crate) other: String,
}

impl Answers {
    pub(crate) fn bodies(&mut self, one: &Json, other: &Json) {
        self.walk("", one, other);
    }

    pub(crate) fn secrets(
        &mut self,
        one: &BTreeMap<String, SecretRef>,
        other: &BTreeMap<String, SecretRef>,
    ) {
        if !one.keys().eq(other.keys()) {
            self.trouble(
                "it brings secrets in one rehearsal that it does not in the other".to_owned(),
            );
            return;
        }
        for ((at, secret), other) in one.iter().zip(other.values()) {
            if (&secret.account, secret.kind) != (&other.account, other.kind) {
                self.trouble(format!("another secret is at {}", shown(at)));
            } else if secret.object != other.object {
                let (one, other) = (secret.object.clone(), other.object.clone());
                self.leaves.push(Leaf { at: at.clone(), secret: true, one, other });
            }
        }
    }

    /// Notes a difference that no text can stand for; the first one counts.
    pub(crate) fn trouble(&mut self, trouble: String) {
        self.trouble.get_or_insert(trouble);
    }

    /// The shortest first, because it may be a part of the others; of two alike the one in the body.
    pub(crate) fn leaves(&mut self) -> Vec<Leaf> {
        self.leaves.sort_by_key(|leaf| (leaf.one.len(), leaf.secret));
        std::mem::take(&mut self.leaves)
    }

    pub(crate) fn into_trouble(self) -> Option<String> {
        self.trouble
    }

    fn walk(&mut self, at: &str, one: &Json, other: &Json) {
        match (one, other) {
            (Json::String(one), Json::String(other)) => {
                if one != other {
                    let (at, one, other) = (at.to_owned(), one.clone(), other.clone());
                    self.leaves.push(Leaf { at, secret: false, one, other });
                }
            }
            (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.walk(&format!("{at}/{index}"), one, other);
                }
            }
            (Json::Object(one), Json::Object(other)) => {
                let is_same = one.len() == other.len();
                if !is_same || !one.keys().all(|key| other.contains_key(key)) {
                    self.trouble(format!("its members differ at {}", shown(at)));
                    return;
                }
                for (key, one) in one {
                    if !REQUEST_IDS.contains(&key.as_str()) {
                        let escaped = key.replace('~', "~0").replace('/', "~1");
                        self.walk(&format!("{at}/{escaped}"), one, &other[key]);
                    }
                }
            }
            _ if one == other => {}
            _ => self.trouble(format!("it differs at {} in more than a text", shown(at))),
        }
    }
}

impl Leaf {
    /// Why this text cannot stand for another one.
    pub(crate) fn trouble(&self, there: &Filling, back: &Filling) -> Option<String> {
        let at = shown(&self.at);
        if self.one.chars().count() < SHORTEST || self.other.chars().count() < SHORTEST {
            return Some(format!("the text at {at} is too short to be told from others"));
        }
        let is_taken = there.get(&self.one).is_some() || back.get(&self.other).is_some();
        is_taken.then(|| format!("the text at {at} stands for something else already"))
    }
}

fn shown(at: &str) -> String {
    if at.is_empty() { "its top".to_owned() } else { format!("`{}`", quote_within(at, SHOWN)) }
}
