//! Values as a person reads them: literal ones escaped, others by the step that brings them.

use host_catalog::{Action, Catalog};
use host_model::{Call, Value};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use super::letters::harmless;
use crate::difference::text_of;
use crate::filling::{Filling, Piece};
use crate::{Placeholder, Step};

/// How many characters of one value are shown.
const VALUE_SHOWN: usize = 400;

/// How many characters of a workflow's words are shown.
const CLAIM_SHOWN: usize = 1000;

/// Words that only stand for a placeholder; a literal text that has them gets its bracket escaped.
const KNOWN_AFTER: &str = "(known after step ";

/// What stands for a value that the cloud decides.
#[derive(Debug)]
pub(crate) struct Names {
    /// The number of the step that brings it, by text.
    steps: Filling,
}

impl Names {
    pub(crate) fn new(placeholders: &[Placeholder]) -> Self {
        let mut steps = Filling::default();
        for placeholder in placeholders {
            steps.set(&placeholder.text, &placeholder.step.to_string());
        }
        Self { steps }
    }

    /// A sentence of the host's own, with literal values in it.
    pub(crate) fn said(&self, text: &str) -> String {
        self.bounded(text, usize::MAX, &|kept| literal(kept))
    }

    /// Words of somebody else, bounded.
    pub(crate) fn claimed(&self, text: &str) -> String {
        self.bounded(text, CLAIM_SHOWN, &|kept| literal(kept))
    }

    /// The catalog's sentence for a step.
    pub(crate) fn sentence(&self, step: &Step) -> String {
        let Some(action) = action_of(&step.call) else { return self.said(&step.sentence) };
        let call = Call {
            region: step.call.region.as_ref().map(|region| self.ticked(region)),
            parameters: step.call.parameters.iter().map(|it| self.ticked_parameter(it)).collect(),
            ..step.call.clone()
        };
        action.sentence_of(&call)
    }

    fn ticked_parameter(&self, (name, value): &(String, Value)) -> (String, Value) {
        let text = match value {
            Value::Settings(settings) => {
                let names: Vec<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
                names.join(", ")
            }
            other => text_of(other),
        };
        (name.clone(), Value::Text(self.ticked(&text)))
    }

    /// For between backticks: none is in it.
    pub(crate) fn ticked(&self, text: &str) -> String {
        self.bounded(text, VALUE_SHOWN, &|kept| literal(kept).replace('`', "\\u{60}"))
    }

    /// A value, for behind the name of a parameter.
    pub(crate) fn value(&self, value: &Value) -> String {
        match value {
            Value::Text(text) => self.quoted(text),
            Value::Json(json) => self.json(json),
            Value::Secret(secret) => self.said(&format!("({secret})")),
            Value::Settings(_) => self.bounded(&text_of(value), VALUE_SHOWN, &|it| literal(it)),
        }
    }

    /// JSON as it is sent; texts in it have quotes of their own.
    pub(crate) fn json(&self, json: &Json) -> String {
        match json {
            Json::String(text) => self.quoted(text),
            other => self.bounded(&other.to_string(), VALUE_SHOWN, &|it| literal(it)),
        }
    }

    /// A text in quotes; of one with several lines the first, and what there is besides.
    pub(crate) fn quoted(&self, text: &str) -> String {
        if self.is_one(text) {
            return self.said(text);
        }
        let inner = |kept: &str| literal(&kept.replace('\\', "\\\\").replace('"', "\\\""));
        let Some((first, rest)) = text.split_once('\n').filter(|(_, rest)| !rest.is_empty()) else {
            return format!("\"{}\"", self.bounded(text, VALUE_SHOWN, &inner));
        };
        let first = self.bounded(first, VALUE_SHOWN, &inner);
        let lines = rest.lines().count();
        let characters = rest.chars().count();
        let digest = self.digest(text);
        format!("\"{first}\" … ({lines} lines more, {characters} characters{digest})")
    }

    /// Whether the text is nothing but a value that the cloud decides.
    fn is_one(&self, text: &str) -> bool {
        matches!(self.steps.pieces(text).as_slice(), [Piece::Filled { .. }])
    }

    /// So that a script can be compared with the one that somebody read.
    fn digest(&self, text: &str) -> String {
        let has_placeholder =
            self.steps.pieces(text).iter().any(|it| matches!(it, Piece::Filled { .. }));
        if has_placeholder {
            return String::new();
        }
        let digest = Sha256::digest(text.as_bytes());
        let hex = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        format!("; SHA-256 of all {hex}")
    }

    /// At most `limit` characters; a cut is said.
    fn bounded(&self, text: &str, limit: usize, shown: &dyn Fn(&str) -> String) -> String {
        let (mut out, mut left, mut cut) = (String::new(), limit, 0);
        for piece in self.steps.pieces(text) {
            match piece {
                Piece::Filled { text, .. } if left == 0 => cut += text.chars().count(),
                Piece::Filled { into, .. } => out.push_str(&format!("{KNOWN_AFTER}{into})")),
                Piece::Kept(kept) => {
                    let length = kept.chars().count();
                    if length <= left {
                        out.push_str(&shown(kept));
                        left -= length;
                    } else {
                        let head: String = kept.chars().take(left).collect();
                        out.push_str(&shown(&head));
                        cut += length - left;
                        left = 0;
                    }
                }
            }
        }
        if cut > 0 {
            out.push_str(&format!("… ({cut} characters more{})", self.digest(text)));
        }
        out
    }
}

/// A literal text cannot pass for a value that the cloud decides.
fn literal(text: &str) -> String {
    harmless(text).replace(KNOWN_AFTER, "\\u{28}known after step ")
}

/// What the catalog says of a call.
pub(crate) fn action_of(call: &Call) -> Option<&'static Action> {
    Catalog::builtin().action(&call.product, &call.action)
}
