//! What a kept secret belongs to, and the name of its file.

use std::path::Path;

use host_model::{AccountId, SecretKind, SecretRef, SecretText, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::seal::{self, Header};
use crate::{Found, Identity, SealedEntry, VaultError};

/// Versions the digest, so that another way to name files cannot be taken for this one.
const NAME_SCHEME: &str = "host vault entry 1";
/// Bytes of one secret. A private key fits several times.
const SECRET_BYTES_MAX: usize = 64 * 1024;
/// Bytes of object, principal and lineage together.
const NAME_BYTES_MAX: usize = 4 * 1024;

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

impl Found {
    /// An entry that is only tried, never kept.
    pub(crate) fn rehearsal(at: Timestamp) -> Self {
        let entry = Entry {
            account: "00000".parse().expect("five digits are an account id"),
            principal: None,
            kind: SecretKind::Password,
            object: "rehearsal".to_owned(),
            lineage: String::new(),
        };
        Self { kept: Kept { entry, at }, secret: SecretText::new("rehearsal") }
    }

    /// Seals it under its name, within the limits.
    pub(crate) fn seal(&self, key: &Identity) -> Result<SealedEntry, VaultError> {
        let Entry { account, principal, object, lineage, .. } = &self.kept.entry;
        check_names(&[object, lineage, principal.as_deref().unwrap_or_default()])?;
        if self.secret.expose().len() > SECRET_BYTES_MAX {
            return Err(VaultError::EntryOversized { what: "the secret", limit: SECRET_BYTES_MAX });
        }
        let bytes = seal::seal(&[key.recipient()], &Header::kept(self.kept.clone()), &self.secret)?;
        Ok(SealedEntry { name: file_name(account, object, lineage), bytes })
    }

    /// What lies under `name`, which has to be its own; `at` is for messages.
    pub(crate) fn open(
        key: &Identity,
        name: &str,
        bytes: &[u8],
        at: &Path,
    ) -> Result<Self, VaultError> {
        let (header, secret) = seal::unseal(key, bytes, at)?;
        let is_its = |kept: &Kept| {
            let Entry { account, object, lineage, .. } = &kept.entry;
            name == file_name(account, object, lineage)
        };
        match header.kept {
            Some(kept) if is_its(&kept) => Ok(Self { kept, secret }),
            _ => Err(VaultError::EntryMisplaced { path: at.to_owned() }),
        }
    }

    /// Refuses to be kept where something else is kept already; the date may be another one.
    pub(crate) fn must_equal(&self, there: &Self) -> Result<(), VaultError> {
        let is_same =
            there.kept.entry == self.kept.entry && there.secret.expose() == self.secret.expose();
        if is_same { Ok(()) } else { Err(self.taken()) }
    }

    pub(crate) fn taken(&self) -> VaultError {
        let Entry { account, object, .. } = self.kept.entry.clone();
        VaultError::EntryTaken { account, object }
    }
}

/// Refuses names that are too long together.
pub(crate) fn check_names(names: &[&str]) -> Result<(), VaultError> {
    if names.iter().map(|name| name.len()).sum::<usize>() > NAME_BYTES_MAX {
        return Err(VaultError::EntryOversized { what: "the entry's name", limit: NAME_BYTES_MAX });
    }
    Ok(())
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
