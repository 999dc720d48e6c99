//! A folder of sealed secrets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use age::x25519::Identity;
use host_model::{AccountId, SecretKind, SecretRef, SecretText};
use host_ports::{Clock, Entropy};

use crate::entry::file_name;
use crate::folder::{self, Placed};
use crate::{Entry, Kept, Lock, VaultError, lock, seal};

const ENTRIES_FOLDER: &str = "entries";
/// Bytes of one secret. A private key or a kubeconfig fits several times.
const SECRET_BYTES_MAX: usize = 64 * 1024;
/// Bytes of object, principal and lineage together.
const NAME_BYTES_MAX: usize = 4 * 1024;
/// Bytes of an entry's file: both of the above (escaped, a name may grow sixfold), and age's own.
const FILE_BYTES_MAX: u64 = 96 * 1024;

/// An open vault.
pub struct Vault {
    entries: PathBuf,
    identity: Identity,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
}

/// A secret that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it belongs to, and since when.
    pub kept: Kept,
    /// The secret.
    pub secret: SecretText,
}

impl Vault {
    /// Opens the vault in `dir`, and makes folder and key on first use.
    ///
    /// Refuses a folder or a key that is a link or open to other users, and a vault that has
    /// entries but no key.
    pub fn open(
        dir: &Path,
        lock: &Lock,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VaultError> {
        folder::prepare(dir)?;
        let entries = dir.join(ENTRIES_FOLDER);
        folder::prepare(&entries)?;
        let is_empty = folder::names(&entries)?.is_empty();
        let identity = lock::unlock(dir, lock, is_empty, entropy.as_ref())?;
        Ok(Self { entries, identity, entropy, clock })
    }

    /// Seals a secret under its entry's name. When this returns, it survives a power cut.
    ///
    /// Keeping the same again is fine; another secret (or kind, or principal) under the same
    /// account, object and lineage is refused, and the older stays.
    pub fn keep(&self, entry: &Entry, secret: &SecretText) -> Result<SecretRef, VaultError> {
        check_size(entry, secret)?;
        let name = file_name(&entry.account, &entry.object, &entry.lineage);
        if let Some(found) = self.read(&name)? {
            return compare(entry, secret, &found);
        }
        let kept = Kept { entry: entry.clone(), at: self.clock.now() };
        let sealed = seal::seal(&self.identity, &kept, secret)?;
        match folder::place(&self.entries, &name, &sealed, self.entropy.as_ref())? {
            Placed::New => Ok(entry.secret_ref()),
            Placed::Taken => match self.read(&name)? {
                Some(found) => compare(entry, secret, &found),
                // Kept and deleted by another process in between.
                None => Err(taken(entry)),
            },
        }
    }

    /// The secret of an object, if this lineage has it.
    pub fn find(
        &self,
        account: &AccountId,
        object: &str,
        lineage: &str,
    ) -> Result<Option<Found>, VaultError> {
        self.read(&file_name(account, object, lineage))
    }

    /// All entries, sorted, without their secrets. One damaged file fails the list, by its name.
    pub fn list(&self) -> Result<Vec<Kept>, VaultError> {
        let mut all = Vec::new();
        for name in folder::names(&self.entries)? {
            all.extend(self.read(&name)?.map(|found| found.kept));
        }
        all.sort();
        Ok(all)
    }

    /// Removes an entry; whether there was one. Its bytes may survive on the medium, sealed.
    pub fn delete(
        &self,
        account: &AccountId,
        object: &str,
        lineage: &str,
    ) -> Result<bool, VaultError> {
        folder::remove(&self.entries, &file_name(account, object, lineage))
    }

    /// Seals, writes, reads and removes a trial entry, so that a full disk or a lost key is known
    /// *before* the cloud makes a secret that it shows only once.
    pub fn rehearse(&self) -> Result<(), VaultError> {
        let mut randomness = [0; 16];
        self.entropy.fill(&mut randomness);
        let object = format!("rehearsal/{}", crate::entry::hex(&randomness));
        let account = "00000".parse().expect("five digits are an account id");
        let lineage = String::new();
        let entry = Entry { account, principal: None, kind: SecretKind::Input, object, lineage };
        let kept = self.keep(&entry, &SecretText::new("rehearsal"));
        let found = self.find(&entry.account, &entry.object, &entry.lineage);
        let removed = self.delete(&entry.account, &entry.object, &entry.lineage);
        kept.and(found).and(removed).map(|_| ())
    }

    fn read(&self, name: &str) -> Result<Option<Found>, VaultError> {
        let path = self.entries.join(name);
        let Some(sealed) = folder::read(&path, FILE_BYTES_MAX)? else {
            return Ok(None);
        };
        let (kept, secret) = seal::unseal(&self.identity, &sealed, &path)?;
        let Entry { account, object, lineage, .. } = &kept.entry;
        if file_name(account, object, lineage) != name {
            return Err(VaultError::EntryMisplaced { path });
        }
        Ok(Some(Found { kept, secret }))
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("entries", &self.entries).finish_non_exhaustive()
    }
}

fn check_size(entry: &Entry, secret: &SecretText) -> Result<(), VaultError> {
    let principal = entry.principal.as_deref().unwrap_or_default();
    if entry.object.len() + entry.lineage.len() + principal.len() > NAME_BYTES_MAX {
        return Err(VaultError::EntryOversized { what: "the entry's name", limit: NAME_BYTES_MAX });
    }
    if secret.expose().len() > SECRET_BYTES_MAX {
        return Err(VaultError::EntryOversized { what: "the secret", limit: SECRET_BYTES_MAX });
    }
    Ok(())
}

fn compare(entry: &Entry, secret: &SecretText, found: &Found) -> Result<SecretRef, VaultError> {
    if found.kept.entry == *entry && found.secret.expose() == secret.expose() {
        Ok(entry.secret_ref())
    } else {
        Err(taken(entry))
    }
}

fn taken(entry: &Entry) -> VaultError {
    VaultError::EntryTaken { account: entry.account.clone(), object: entry.object.clone() }
}
