//! Notes of secrets that were asked for and have not arrived.
//!
//! The cloud shows a new key once. Between its reply and the sealed entry a process can die, and then
//! the cloud has a key that nobody knows. A note that is sealed *before* the request says so to the next
//! run: a key of this user that is younger than the note, and unknown to the vault, is that key.

use host_model::{AccountId, RunId, SecretKind, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::digest;

/// Versions the digest, and keeps names of notes apart from names of entries.
const NAME_SCHEME: &str = "host vault intent 1";

/// A secret that is about to be asked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    /// The account that the secret will open.
    pub account: AccountId,
    /// The user that it will belong to, for example `user/host-reporter`.
    pub principal: String,
    /// What it will be for.
    pub kind: SecretKind,
    /// The workflow lineage that asks.
    pub lineage: String,
    /// The run that asks: its id stands in the names of its sessions, and so in the cloud's own trail.
    pub run: RunId,
}

/// An intent, and since when it stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pending {
    /// What was about to be asked for.
    pub intent: Intent,
    /// When: the request was sent after that, if at all.
    pub at: Timestamp,
}

impl Intent {
    /// The name of its file. The run is not part of it: what an earlier run left is found by the next.
    pub(crate) fn file_name(&self) -> String {
        let Self { account, principal, kind, lineage, .. } = self;
        let parts = [NAME_SCHEME, lineage, account.as_str(), principal, kind.as_str()];
        format!("{account}-{}.age", digest(&parts))
    }
}
