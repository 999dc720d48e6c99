//! Texts that stand for other texts, wherever they occur: in parameters, names of identities and of secrets,
//! and inside of longer texts.

use std::collections::BTreeMap;

use host_model::{Call, IdentityRef, SecretRef, Value};
use serde_json::Value as Json;

use crate::Placeholder;

/// Fewest characters of a text that can stand for another one: a shorter one occurs by accident.
pub(crate) const SHORTEST: usize = 6;

/// What stands for what. Where one text is the beginning of another, the longer one counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filling {
    /// By their first bytes, the longest first, so that each place of a long text is looked at once.
    by_start: BTreeMap<[u8; SHORTEST], Vec<(String, String)>>,
}

impl Filling {
    /// Puts `into` in place of `text`; nothing if `text` is too short.
    pub(crate) fn set(&mut self, text: &str, into: &str) {
        let Some(start) = start_of(text.as_bytes()) else { return };
        let same_start = self.by_start.entry(start).or_default();
        same_start.retain(|(known, _)| known != text);
        same_start.push((text.to_owned(), into.to_owned()));
        same_start.sort_by_key(|(known, _)| std::cmp::Reverse(known.len()));
    }

    /// What stands in place of `text` itself.
    pub(crate) fn get(&self, text: &str) -> Option<&str> {
        let same_start = self.by_start.get(&start_of(text.as_bytes())?)?;
        same_start.iter().find(|(known, _)| known == text).map(|(_, into)| into.as_str())
    }

    /// `text` in pieces: what stays, and what takes whose place.
    pub(crate) fn pieces<'a>(&'a self, text: &'a str) -> Vec<Piece<'a>> {
        let mut pieces = Vec::new();
        let (mut kept, mut at) = (0, 0);
        while at < text.len() {
            let Some((known, into)) = self.longest_at(text, at) else {
                at += 1;
                continue;
            };
            if kept < at {
                pieces.push(Piece::Kept(&text[kept..at]));
            }
            pieces.push(Piece::Filled { text: known, into });
            at += known.len();
            kept = at;
        }
        if kept < text.len() {
            pieces.push(Piece::Kept(&text[kept..]));
        }
        pieces
    }

    /// `text` with all of them in their places.
    pub(crate) fn text(&self, text: &str) -> String {
        if self.by_start.is_empty() {
            return text.to_owned();
        }
        let piece = |piece| match piece {
            Piece::Kept(text) | Piece::Filled { into: text, .. } => text,
        };
        self.pieces(text).into_iter().map(piece).collect()
    }

    /// Calls `found` with each text that stands for something and occurs in `text`, overlaps included.
    pub(crate) fn occurring<'a>(&'a self, text: &str, found: &mut impl FnMut(&'a str)) {
        for at in 0..text.len() {
            for (known, _) in self.starting_at(text, at) {
                found(known);
            }
        }
    }

    /// The same, in names and values.
    pub(crate) fn json(&self, json: &Json) -> Json {
        match json {
            Json::String(text) => Json::String(self.text(text)),
            Json::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Json::Object(members) => {
                let members = members.iter();
                Json::Object(members.map(|(key, it)| (self.text(key), self.json(it))).collect())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => json.clone(),
        }
    }

    /// The same, in all that a call says.
    pub(crate) fn call(&self, call: &Call) -> Call {
        Call {
            identity: IdentityRef(self.text(&call.identity.0)),
            product: call.product.clone(),
            version: call.version.clone(),
            action: call.action.clone(),
            region: call.region.as_ref().map(|region| self.text(region)),
            parameters: self.parameters(&call.parameters),
        }
    }

    /// The same, in the name of a secret.
    pub(crate) fn secret(&self, secret: &SecretRef) -> SecretRef {
        let object = self.text(&secret.object);
        SecretRef { account: secret.account.clone(), kind: secret.kind, object }
    }

    fn parameters(&self, parameters: &[(String, Value)]) -> Vec<(String, Value)> {
        parameters.iter().map(|(name, value)| (self.text(name), self.value(value))).collect()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::Text(text) => Value::Text(self.text(text)),
            Value::Json(json) => Value::Json(self.json(json)),
            Value::Secret(secret) => Value::Secret(self.secret(secret)),
            Value::Settings(settings) => Value::Settings(self.parameters(settings)),
        }
    }

    fn longest_at<'a>(&'a self, text: &str, at: usize) -> Option<(&'a str, &'a str)> {
        let (known, into) = self.starting_at(text, at).next()?;
        Some((known, into))
    }

    fn starting_at<'a, 'b>(
        &'a self,
        text: &'b str,
        at: usize,
    ) -> impl Iterator<Item = &'a (String, String)> + use<'a, 'b> {
        let rest = &text.as_bytes()[at..];
        let same_start = start_of(rest).and_then(|start| self.by_start.get(&start));
        let same_start = same_start.map(Vec::as_slice).unwrap_or_default();
        same_start.iter().filter(move |(known, _)| rest.starts_with(known.as_bytes()))
    }
}

impl<'a> FromIterator<&'a Placeholder> for Filling {
    /// Placeholders that stand for themselves: for finding them.
    fn from_iter<I: IntoIterator<Item = &'a Placeholder>>(placeholders: I) -> Self {
        let mut filling = Self::default();
        for placeholder in placeholders {
            filling.set(&placeholder.text, &placeholder.text);
        }
        filling
    }
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// It stands there literally.
    Kept(&'a str),
    /// Something takes the place of the text that stands for it.
    Filled {
        /// The text.
        text: &'a str,
        /// What takes its place.
        into: &'a str,
    },
}

fn start_of(bytes: &[u8]) -> Option<[u8; SHORTEST]> {
    bytes.get(..SHORTEST)?.try_into().ok()
}

/// Every text that a call holds.
pub(crate) fn texts_of(call: &Call) -> Vec<&str> {
    let mut texts = vec![call.identity.0.as_str()];
    texts.extend(call.region.as_deref());
    texts_of_parameters(&call.parameters, &mut texts);
    texts
}

fn texts_of_parameters<'a>(parameters: &'a [(String, Value)], texts: &mut Vec<&'a str>) {
    for (name, value) in parameters {
        texts.push(name);
        match value {
            Value::Text(text) => texts.push(text),
            Value::Json(json) => texts_of_json(json, texts),
            Value::Secret(secret) => texts.push(&secret.object),
            Value::Settings(settings) => texts_of_parameters(settings, texts),
        }
    }
}

/// Every text in a tree, names included.
pub(crate) fn texts_of_json<'a>(json: &'a Json, texts: &mut Vec<&'a str>) {
    match json {
        Json::String(text) => texts.push(text),
        Json::Array(items) => items.iter().for_each(|item| texts_of_json(item, texts)),
        Json::Object(members) => {
            for (key, value) in members {
                texts.push(key);
                texts_of_json(value, texts);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}
