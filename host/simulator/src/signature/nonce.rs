//! Nonces that were used.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

/// Nonces by key and text, with the time that the request bore.
///
/// One is kept as long as a request with that time would be accepted, so none can be used twice.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Nonces(BTreeMap<String, Timestamp>);

impl Nonces {
    pub(super) fn knows(&self, key: &str, nonce: Option<&str>) -> bool {
        nonce.is_some_and(|nonce| self.0.contains_key(&name(key, nonce)))
    }

    pub(super) fn note(&mut self, key: &str, nonce: Option<&str>, at: Timestamp) {
        if let Some(nonce) = nonce {
            self.0.insert(name(key, nonce), at);
        }
    }

    pub(super) fn forget_before(&mut self, oldest: Timestamp) {
        self.0.retain(|_, at| oldest <= *at);
    }
}

fn name(key: &str, nonce: &str) -> String {
    format!("{key} {nonce}")
}
