//! What a kept secret belongs to, and the name of its file.

use host_model::{AccountId, SecretKind, SecretRef, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Versions the digest, so that another way to name files cannot be taken for this one.
const NAME_SCHEME: &str = "host vault entry 1";

/// What a secret belongs to. Holds no secret; shown in lists.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The account that the secret opens.
    pub account: AccountId,
    /// The user or role that it belongs to, if it belongs to one.
    pub principal: Option<String>,
    /// What it is for.
    pub kind: SecretKind,
    /// The cloud object, for example `ram:access-key/LTAI…`.
    pub object: String,
    /// The workflow lineage that the operator granted it to.
    pub lineage: String,
}

impl Entry {
    /// The name under which the rest of the program speaks of the secret.
    pub fn secret_ref(&self) -> SecretRef {
        SecretRef { account: self.account.clone(), kind: self.kind, object: self.object.clone() }
    }
}

/// An entry, and when it was kept.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// What the secret belongs to.
    pub entry: Entry,
    /// When it was sealed.
    pub at: Timestamp,
}

/// The name of the file of an entry: readable where it can be, exact by its digest.
///
/// Kind and principal are not part of it: an object has one secret, and a second one of another
/// kind has to be refused rather than kept beside it.
pub(crate) fn file_name(account: &AccountId, object: &str, lineage: &str) -> String {
    format!("{account}-{}.age", digest(&[NAME_SCHEME, lineage, account.as_str(), object]))
}

/// A digest of parts that tells apart what would join to the same text.
pub(crate) fn digest(parts: &[&str]) -> String {
    let mut digest = Sha256::new();
    for part in parts {
        digest.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        digest.update(part);
    }
    hex(&digest.finalize()[..16])
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
