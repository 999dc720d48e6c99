//! Nonces that were used.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Nonces by key and text, with the time that the request bore.
///
/// One is kept at least as long as a request with that time would be accepted, so none can be used twice.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Nonces {
    used: BTreeMap<String, Timestamp>,
    /// What is older was forgotten. Not at each request: that would look through all of them.
    #[serde(skip)]
    forgotten: Option<Timestamp>,
}

/// How much longer than needed one may be kept, in milliseconds.
const KEPT_LONGER_MAX: i64 = 10_000;

impl Nonces {
    pub(super) fn knows(&self, key: &str, nonce: Option<&str>) -> bool {
        nonce.is_some_and(|nonce| self.used.contains_key(&name(key, nonce)))
    }

    pub(super) fn note(&mut self, key: &str, nonce: Option<&str>, at: Timestamp) {
        if let Some(nonce) = nonce {
            self.used.insert(name(key, nonce), at);
        }
    }

    pub(super) fn forget_before(&mut self, oldest: Timestamp) {
        let lately = |then: Timestamp| (oldest.millis() - then.millis()).abs() < KEPT_LONGER_MAX;
        if !self.forgotten.is_some_and(lately) {
            self.used.retain(|_, at| oldest <= *at);
            self.forgotten = Some(oldest);
        }
    }
}

fn name(key: &str, nonce: &str) -> String {
    format!("{key} {nonce}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_known_as_long_as_its_time_counts_and_forgotten_soon_after() {
        let at = Timestamp::from_seconds;
        let mut nonces = Nonces::default();
        nonces.forget_before(at(100));
        nonces.note("key", Some("first"), at(101));
        for (oldest, known) in [(101, true), (109, true), (112, false)] {
            nonces.forget_before(at(oldest));
            assert_eq!(nonces.knows("key", Some("first")), known, "{oldest}");
        }
    }

    #[test]
    fn they_are_kept_as_a_plain_map() {
        let mut nonces = Nonces::default();
        nonces.note("key", Some("first"), Timestamp::from_seconds(1));
        let text = serde_json::to_string(&nonces).unwrap();
        let read: Nonces = serde_json::from_str(&text).unwrap();
        assert!(text.starts_with(r#"{"key first":"#) && read.knows("key", Some("first")), "{text}");
    }
}
