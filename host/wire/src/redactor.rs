//! Secrets found again in texts, whatever encoding they came back in.

use std::fmt;

use host_model::{SecretKind, SecretText};
use serde_json::{Map, Value as Json};

use crate::FoundSecret;
use crate::needle::Needles;
use crate::view::views;

/// What stands where a secret stood.
pub const REDACTED: &str = "[secret]";

/// Shorter secrets, in characters, are not looked for: they would be found in half of all texts.
/// The cloud makes none that short; passwords have at least 8 characters.
pub const SECRET_LENGTH_MIN: usize = 6;

/// Fields of a session that everybody may see.
const SESSION_OPEN: [&str; 2] = ["AccessKeyId", "Expiration"];

/// Finds secrets in texts by value (`security.md`, rule 10): as they are, percent-encoded or
/// JSON-escaped once or twice (in any mixture), in hexadecimal digits, and in base64 of both
/// alphabets, also as a part of something longer.
#[derive(Clone, Default)]
pub struct Redactor {
    needles: Needles,
}

impl Redactor {
    /// One that knows these secrets.
    pub fn of<'a>(secrets: impl IntoIterator<Item = &'a SecretText>) -> Self {
        let mut redactor = Self::default();
        for secret in secrets {
            redactor.add(secret);
        }
        redactor
    }

    /// Learns a secret, unless it is shorter than [`SECRET_LENGTH_MIN`].
    pub fn add(&mut self, secret: &SecretText) {
        if secret.expose().chars().count() >= SECRET_LENGTH_MIN {
            self.needles.add(secret.expose());
        }
    }

    /// Learns a secret that a reply brought: of a session, its secret and its token.
    pub fn add_found(&mut self, found: &FoundSecret) {
        if found.kind != SecretKind::Session {
            return self.add(&found.text);
        }
        let fields: Map<String, Json> =
            serde_json::from_str(found.text.expose()).unwrap_or_default();
        for (name, field) in fields {
            match field {
                Json::String(text) if !SESSION_OPEN.contains(&name.as_str()) => {
                    self.add(&SecretText::new(text));
                }
                _ => {}
            }
        }
    }

    /// Whether `text` holds a secret.
    pub fn finds(&self, text: &str) -> bool {
        !self.places(text).is_empty()
    }

    /// `text` with [`REDACTED`] in place of every secret.
    pub fn redact(&self, text: &str) -> String {
        let mut redacted = String::with_capacity(text.len());
        let mut from = 0;
        for (start, end) in self.places(text) {
            redacted.push_str(text.get(from..start).unwrap_or_default());
            redacted.push_str(REDACTED);
            from = end;
        }
        redacted.push_str(text.get(from..).unwrap_or_default());
        redacted
    }

    /// The same for every text of a tree, names of fields included.
    pub fn redact_json(&self, json: &mut Json) {
        match json {
            Json::String(text) if self.finds(text) => *text = self.redact(text),
            Json::Array(items) => items.iter_mut().for_each(|item| self.redact_json(item)),
            Json::Object(fields) => {
                fields.values_mut().for_each(|field| self.redact_json(field));
                if fields.keys().any(|name| self.finds(name)) {
                    let old = std::mem::take(fields);
                    *fields =
                        old.into_iter().map(|(name, field)| (self.redact(&name), field)).collect();
                }
            }
            _ => {}
        }
    }

    /// Where secrets stand: apart from each other, in order, at borders of characters.
    fn places(&self, text: &str) -> Vec<(usize, usize)> {
        if self.needles.is_empty() {
            return Vec::new();
        }
        let found = views(text).into_iter().flat_map(|view| {
            let found = self.needles.places(&view.bytes);
            let spans = (!found.is_empty()).then(|| view.spans(text));
            let origin = move |(start, end)| spans.as_ref()?.origin(start, end);
            found.into_iter().filter_map(origin)
        });
        let mut places: Vec<(usize, usize)> = found
            .map(|(start, end)| (text.floor_char_boundary(start), ceiling(text, end)))
            .collect();
        places.sort_unstable();
        places.dedup_by(|next, kept| {
            let touches = next.0 <= kept.1;
            if touches {
                kept.1 = kept.1.max(next.1);
            }
            touches
        });
        places
    }
}

// Even the number of secrets is nobody's business.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor").finish_non_exhaustive()
    }
}

fn ceiling(text: &str, index: usize) -> usize {
    (index..=text.len()).find(|index| text.is_char_boundary(*index)).unwrap_or(text.len())
}
