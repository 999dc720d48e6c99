//! A folder of sealed secrets: the vault in files.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_model::{AccountId, SecretText};
use host_ports::{Clock, Entropy};

use crate::entry::{file_name, hex};
use crate::file::{self, Placed, Survives};
use crate::{
    Entry, Found, Identity, Intent, Kept, Lock, Opener, Pending, Recipient, SealedEntry, Vault,
    VaultError, lock, opener, pin,
};

const ENTRIES_FOLDER: &str = "entries";
const PENDING_FOLDER: &str = "pending";
/// Bytes of an entry's file: its secret, its names (escaped, they may grow sixfold), and age's own.
const FILE_BYTES_MAX: u64 = 96 * 1024;

/// A vault in a folder, opened.
pub struct Folder {
    dir: PathBuf,
    entries: PathBuf,
    pending: PathBuf,
    key: Identity,
    survives: Survives,
    entropy: Arc<dyn Entropy>,
    clock: Arc<dyn Clock>,
}

impl Folder {
    /// Opens the vault in `dir`, and makes folder and key on first use. Waits while another process
    /// is opening it.
    ///
    /// Refuses a folder or a key that is a link or open to other users, a vault that has entries but
    /// no key, a folder that had a key before and has none, and a key that is not the one that was
    /// first seen here.
    pub fn open(
        dir: &Path,
        lock: &Lock,
        entropy: Arc<dyn Entropy>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, VaultError> {
        let (entries, pending) = (dir.join(ENTRIES_FOLDER), dir.join(PENDING_FOLDER));
        for folder in [dir, &entries, &pending, &opener::folder(dir)] {
            file::prepare(folder)?;
        }
        let _held = pin::hold(dir)?;
        for folder in [dir, &entries, &pending, &opener::folder(dir)] {
            file::sweep(folder)?;
        }
        let key = if let Some(key) = lock::unlock(dir, lock)? {
            key
        } else {
            let is_empty = |folder| file::names(folder).map(|names| names.is_empty());
            if !is_empty(&entries)? || !is_empty(&pending)? {
                return Err(VaultError::IdentityMissing { path: lock.path(dir) });
            }
            pin::refuse_gone(dir)?;
            lock::make(dir, lock, clock.now(), entropy.as_ref())?
        };
        pin::check(dir, &key, entropy.as_ref())?;
        let (dir, survives) = (dir.to_owned(), Survives::PowerCut);
        Ok(Self { dir, entries, pending, key, survives, entropy, clock })
    }

    /// The same vault, which leaves it to the system when what it keeps survives a power cut; the death of
    /// this process it survives all the same. For the secrets of an offline cloud, which are invented.
    #[must_use]
    pub fn forgo_sync(self) -> Self {
        Self { survives: Survives::Process, ..self }
    }

    /// Who opens the vault with an age identity of their own, sorted; each file is looked into.
    pub fn recipients(&self) -> Result<Vec<Opener>, VaultError> {
        opener::list(&self.dir, &self.key)
    }

    /// Lets one more identity open the vault: everything in it, now and later. Whether it is new.
    pub fn add_recipient(
        &self,
        recipient: &Recipient,
        label: Option<&str>,
    ) -> Result<bool, VaultError> {
        let label = label.map(str::to_owned);
        let opener = Opener { recipient: recipient.to_string(), label, at: self.clock.now() };
        if self.recipients()?.iter().any(|there| there.recipient == opener.recipient) {
            return Ok(false);
        }
        let placed = opener::place(&self.dir, &self.key, &opener, self.entropy.as_ref())?;
        Ok(placed == Placed::New)
    }

    /// Takes an identity's way in away; whether it had one. What it read it may still know, the
    /// vault's key included. The last way into a vault stays.
    pub fn remove_recipient(&self, recipient: &Recipient) -> Result<bool, VaultError> {
        let all = self.recipients()?;
        let is_only = all.len() == 1 && all[0].recipient == recipient.to_string();
        if is_only && !lock::opens_without_recipients(&self.dir) {
            return Err(VaultError::RecipientLast { recipient: recipient.to_string() });
        }
        opener::remove(&self.dir, recipient)
    }

    /// Tells this vault's key apart from any other: two operators of one vault see the same.
    pub fn fingerprint(&self) -> String {
        self.key.fingerprint()
    }

    fn keep_sealed(&self, found: &Found, sealed: &SealedEntry) -> Result<bool, VaultError> {
        let SealedEntry { name, bytes } = sealed;
        if let Some(there) = self.read(name)? {
            return found.must_equal(&there).map(|()| false);
        }
        match self.write(&self.entries, name, bytes)? {
            Placed::New => Ok(true),
            Placed::Taken => match self.read(name)? {
                Some(there) => found.must_equal(&there).map(|()| false),
                // Kept and deleted by another process in between.
                None => Err(found.taken()),
            },
        }
    }

    fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> Result<Placed, VaultError> {
        file::place(folder, name, bytes, self.survives, self.entropy.as_ref())
    }

    fn read(&self, name: &str) -> Result<Option<Found>, VaultError> {
        let path = self.entries.join(name);
        let bytes = file::read(&path, FILE_BYTES_MAX)?;
        bytes.map(|bytes| Found::open(&self.key, name, &bytes, &path)).transpose()
    }

    fn read_pending(&self, name: &str) -> Result<Option<Pending>, VaultError> {
        let path = self.pending.join(name);
        let bytes = file::read(&path, FILE_BYTES_MAX)?;
        bytes.map(|bytes| Pending::open(&self.key, name, &bytes, &path)).transpose()
    }
}

impl Vault for Folder {
    fn prepare(&self, entry: &Entry, secret: &SecretText) -> Result<SealedEntry, VaultError> {
        let kept = Kept { entry: entry.clone(), at: self.clock.now() };
        Found { kept, secret: secret.clone() }.seal(&self.key)
    }

    fn place(&self, sealed: &SealedEntry) -> Result<bool, VaultError> {
        let SealedEntry { name, bytes } = sealed;
        let found = Found::open(&self.key, name, bytes, &self.entries.join(name))?;
        self.keep_sealed(&found, sealed)
    }

    fn receive(&self, found: &Found) -> Result<bool, VaultError> {
        self.keep_sealed(found, &found.seal(&self.key)?)
    }

    fn find(
        &self,
        account: &AccountId,
        object: &str,
        lineage: &str,
    ) -> Result<Option<Found>, VaultError> {
        self.read(&file_name(account, object, lineage))
    }

    fn list(&self) -> Result<Vec<Kept>, VaultError> {
        let mut all = Vec::new();
        for name in file::names(&self.entries)? {
            all.extend(self.read(&name)?.map(|found| found.kept));
        }
        all.sort();
        Ok(all)
    }

    fn delete(&self, account: &AccountId, object: &str, lineage: &str) -> Result<bool, VaultError> {
        file::remove(&self.entries, &file_name(account, object, lineage), self.survives)
    }

    fn rehearse(&self) -> Result<(), VaultError> {
        let mut randomness = [0; 16];
        self.entropy.fill(&mut randomness);
        let SealedEntry { name: own, bytes } =
            Found::rehearsal(self.clock.now()).seal(&self.key)?;
        let name = format!("{}rehearsal-{}", file::ASIDE_PREFIX, hex(&randomness));
        let (survives, entropy) = (self.survives, self.entropy.as_ref());
        let (_, _held) = file::place_held(&self.entries, &name, &bytes, survives, entropy)?;
        let path = self.entries.join(&name);
        let read = file::read(&path, FILE_BYTES_MAX).and_then(|bytes| match bytes {
            Some(bytes) => Found::open(&self.key, &own, &bytes, &path).map(|_| ()),
            None => Err(VaultError::EntryDamaged { path, reason: "it is gone" }),
        });
        read.and(file::remove(&self.entries, &name, survives)).map(|_| ())
    }

    fn intend(&self, intent: &Intent) -> Result<Option<Pending>, VaultError> {
        let name = intent.file_name();
        let pending = Pending { intent: intent.clone(), at: self.clock.now() };
        let sealed = pending.seal(&self.key)?;
        if let Some(earlier) = self.read_pending(&name)? {
            return Ok(Some(earlier));
        }
        match self.write(&self.pending, &name, &sealed)? {
            Placed::New => Ok(None),
            Placed::Taken => match self.read_pending(&name)? {
                Some(faster) => Ok(Some(faster)),
                // Settled by another process in between.
                None => Err(intent.taken()),
            },
        }
    }

    fn intents(&self) -> Result<Vec<Pending>, VaultError> {
        let mut all = Vec::new();
        for name in file::names(&self.pending)? {
            all.extend(self.read_pending(&name)?);
        }
        all.sort();
        Ok(all)
    }

    fn settle(&self, intent: &Intent) -> Result<bool, VaultError> {
        file::remove(&self.pending, &intent.file_name(), self.survives)
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Folder").field("dir", &self.dir).finish_non_exhaustive()
    }
}
