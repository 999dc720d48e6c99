//! Notes of secrets that were asked for and have not arrived.
//!
//! The cloud shows a new key once. Between its reply and the sealed entry a process can die, and then
//! the cloud has a key that nobody knows. A note that is sealed *before* the request says so to the next
//! run: a key of this user that is younger than the note, and unknown to the vault, is that key.

use std::path::Path;

use host_model::{AccountId, RunId, SecretKind, SecretText, Timestamp};
use serde::{Deserialize, Serialize};

use crate::entry::{check_names, digest};
use crate::seal::{self, Header};
use crate::{Identity, VaultError};

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

    pub(crate) fn taken(&self) -> VaultError {
        let (account, object) = (self.account.clone(), self.principal.clone());
        VaultError::EntryTaken { account, object }
    }
}

impl Pending {
    /// Seals it, within the limits; its name is the intent's.
    pub(crate) fn seal(&self, key: &Identity) -> Result<Vec<u8>, VaultError> {
        check_names(&[&self.intent.principal, &self.intent.lineage])?;
        let header = Header::pending(self.clone());
        seal::seal(&[key.recipient()], &header, &SecretText::new(""))
    }

    /// What lies under `name`, which has to be its own; `at` is for messages.
    pub(crate) fn open(
        key: &Identity,
        name: &str,
        bytes: &[u8],
        at: &Path,
    ) -> Result<Self, VaultError> {
        let (header, _) = seal::unseal(key, bytes, at)?;
        match header.pending {
            Some(pending) if name == pending.intent.file_name() => Ok(pending),
            _ => Err(VaultError::EntryMisplaced { path: at.to_owned() }),
        }
    }
}
