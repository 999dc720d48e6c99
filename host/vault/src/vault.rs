//! A folder of sealed secrets.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use host_model::{AccountId, SecretKind, SecretRef, SecretText};
use host_ports::{Clock, Entropy};

use crate::entry::{file_name, hex};
use crate::folder::{self, Placed, Survives};
use crate::seal::{self, Header};
use crate::{
    Entry, Identity, Intent, Kept, Lock, Opener, Pending, Recipient, VaultError, lock, opener, pin,
};

const ENTRIES_FOLDER: &str = "entries";
const PENDING_FOLDER: &str = "pending";
/// Bytes of one secret. A private key fits several times.
const SECRET_BYTES_MAX: usize = 64 * 1024;
/// Bytes of object, principal and lineage together.
const NAME_BYTES_MAX: usize = 4 * 1024;
/// Bytes of an entry's file: both of the above (escaped, a name may grow sixfold), and age's own.
const FILE_BYTES_MAX: u64 = 96 * 1024;

/// An open vault.
pub struct Vault {
    dir: PathBuf,
    entries: PathBuf,
    pending: PathBuf,
    key: Identity,
    survives: Survives,
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

/// A secret that is sealed for a vault, and not kept in it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// The name of its file.
    pub name: String,
    /// What the file will hold.
    pub bytes: Vec<u8>,
}

impl Vault {
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
            folder::prepare(folder)?;
        }
        let _held = pin::hold(dir)?;
        for folder in [dir, &entries, &pending, &opener::folder(dir)] {
            folder::sweep(folder)?;
        }
        let key = if let Some(key) = lock::unlock(dir, lock)? {
            key
        } else {
            let is_empty = |folder| folder::names(folder).map(|names| names.is_empty());
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

    /// Seals a secret under its entry's name. When this returns, it survives a power cut.
    ///
    /// Keeping the same again is fine; another secret (or kind, or principal) under the same
    /// account, object and lineage is refused, and the older stays.
    pub fn keep(&self, entry: &Entry, secret: &SecretText) -> Result<SecretRef, VaultError> {
        let kept = Kept { entry: entry.clone(), at: self.clock.now() };
        self.receive(&Found { kept, secret: secret.clone() })?;
        Ok(entry.secret_ref())
    }

    /// Seals a secret without keeping it, so that something else can be made durable together with it
    /// before [`place`](Self::place) keeps it.
    pub fn prepare(&self, entry: &Entry, secret: &SecretText) -> Result<SealedEntry, VaultError> {
        self.sealed(&Found {
            kept: Kept { entry: entry.clone(), at: self.clock.now() },
            secret: secret.clone(),
        })
    }

    /// Keeps what was sealed for this vault; whether it is new here. Placing the same again is fine, and
    /// what was sealed for another vault, or under another name, is refused.
    pub fn place(&self, sealed: &SealedEntry) -> Result<bool, VaultError> {
        let path = self.entries.join(&sealed.name);
        let (header, secret) = seal::unseal(&self.key, &sealed.bytes, &path)?;
        match header.kept {
            Some(kept) if sealed.name == name_of(&kept.entry) => {
                self.place_checked(&Found { kept, secret }, sealed)
            }
            _ => Err(VaultError::EntryMisplaced { path }),
        }
    }

    /// Seals what another vault kept, with its date; whether it is new here. Like
    /// [`keep`](Self::keep), it never puts one secret in the place of another.
    pub fn receive(&self, found: &Found) -> Result<bool, VaultError> {
        self.place_checked(found, &self.sealed(found)?)
    }

    fn sealed(&self, found: &Found) -> Result<SealedEntry, VaultError> {
        let Found { kept, secret } = found;
        check_size(&kept.entry, secret)?;
        let bytes = self.seal(&Header::kept(kept.clone()), secret)?;
        Ok(SealedEntry { name: name_of(&kept.entry), bytes })
    }

    fn place_checked(&self, found: &Found, sealed: &SealedEntry) -> Result<bool, VaultError> {
        let Found { kept, secret } = found;
        let entry = &kept.entry;
        if let Some(there) = self.read(&sealed.name)? {
            return compare(entry, secret, &there).map(|()| false);
        }
        match self.write(&self.entries, &sealed.name, &sealed.bytes)? {
            Placed::New => Ok(true),
            Placed::Taken => match self.read(&sealed.name)? {
                Some(there) => compare(entry, secret, &there).map(|()| false),
                // Kept and deleted by another process in between.
                None => Err(taken(&entry.account, &entry.object)),
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
        folder::remove(&self.entries, &file_name(account, object, lineage), self.survives)
    }

    /// Seals, writes, reads and removes a trial entry, so that a full disk or a lost key is known
    /// *before* the cloud makes a secret that it shows only once. No list ever shows it.
    pub fn rehearse(&self) -> Result<(), VaultError> {
        let mut randomness = [0; 16];
        self.entropy.fill(&mut randomness);
        let entry = Entry {
            account: "00000".parse().expect("five digits are an account id"),
            principal: None,
            kind: SecretKind::Password,
            object: "rehearsal".to_owned(),
            lineage: String::new(),
        };
        let header = Header::kept(Kept { entry, at: self.clock.now() });
        let sealed = self.seal(&header, &SecretText::new("rehearsal"))?;
        let name = format!("{}rehearsal-{}", folder::ASIDE_PREFIX, hex(&randomness));
        let (_, _held) = folder::place_held(
            &self.entries,
            &name,
            &sealed,
            self.survives,
            self.entropy.as_ref(),
        )?;
        let path = self.entries.join(&name);
        let read = folder::read(&path, FILE_BYTES_MAX).and_then(|bytes| match bytes {
            Some(bytes) => seal::unseal(&self.key, &bytes, &path).map(|_| ()),
            None => Err(VaultError::EntryDamaged { path, reason: "it is gone" }),
        });
        read.and(folder::remove(&self.entries, &name, self.survives)).map(|_| ())
    }

    /// Notes that a secret is about to be asked for, *before* the request is sent. When this returns,
    /// the note survives a power cut.
    ///
    /// Gives what an earlier run noted and never settled, if there is such a note, and leaves it: the
    /// cloud may have a key that nobody knows, and that comes first.
    pub fn intend(&self, intent: &Intent) -> Result<Option<Pending>, VaultError> {
        if intent.principal.len() + intent.lineage.len() > NAME_BYTES_MAX {
            return Err(VaultError::EntryOversized {
                what: "the entry's name",
                limit: NAME_BYTES_MAX,
            });
        }
        let name = intent.file_name();
        if let Some(earlier) = self.read_pending(&name)? {
            return Ok(Some(earlier));
        }
        let pending = Pending { intent: intent.clone(), at: self.clock.now() };
        let sealed = self.seal(&Header::pending(pending), &SecretText::new(""))?;
        match self.write(&self.pending, &name, &sealed)? {
            Placed::New => Ok(None),
            Placed::Taken => match self.read_pending(&name)? {
                Some(faster) => Ok(Some(faster)),
                None => Err(taken(&intent.account, &intent.principal)),
            },
        }
    }

    /// Every note that was not settled, sorted.
    pub fn intents(&self) -> Result<Vec<Pending>, VaultError> {
        let mut all = Vec::new();
        for name in folder::names(&self.pending)? {
            all.extend(self.read_pending(&name)?);
        }
        all.sort();
        Ok(all)
    }

    /// Removes the note: the secret is kept, or it is certain that the cloud made none. Whether there
    /// was one.
    pub fn settle(&self, intent: &Intent) -> Result<bool, VaultError> {
        folder::remove(&self.pending, &intent.file_name(), self.survives)
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

    fn write(&self, folder: &Path, name: &str, bytes: &[u8]) -> Result<Placed, VaultError> {
        folder::place(folder, name, bytes, self.survives, self.entropy.as_ref())
    }

    fn seal(&self, header: &Header, secret: &SecretText) -> Result<Vec<u8>, VaultError> {
        seal::seal(&[self.key.recipient()], header, secret)
    }

    fn read(&self, name: &str) -> Result<Option<Found>, VaultError> {
        let path = self.entries.join(name);
        let Some((header, secret)) = self.unseal(&path)? else { return Ok(None) };
        match header.kept {
            Some(kept) if name == name_of(&kept.entry) => Ok(Some(Found { kept, secret })),
            _ => Err(VaultError::EntryMisplaced { path }),
        }
    }

    fn read_pending(&self, name: &str) -> Result<Option<Pending>, VaultError> {
        let path = self.pending.join(name);
        let Some((header, _)) = self.unseal(&path)? else { return Ok(None) };
        match header.pending {
            Some(pending) if name == pending.intent.file_name() => Ok(Some(pending)),
            _ => Err(VaultError::EntryMisplaced { path }),
        }
    }

    fn unseal(&self, path: &Path) -> Result<Option<(Header, SecretText)>, VaultError> {
        let Some(sealed) = folder::read(path, FILE_BYTES_MAX)? else { return Ok(None) };
        seal::unseal(&self.key, &sealed, path).map(Some)
    }
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("dir", &self.dir).finish_non_exhaustive()
    }
}

fn name_of(entry: &Entry) -> String {
    file_name(&entry.account, &entry.object, &entry.lineage)
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

fn compare(entry: &Entry, secret: &SecretText, there: &Found) -> Result<(), VaultError> {
    if there.kept.entry == *entry && there.secret.expose() == secret.expose() {
        Ok(())
    } else {
        Err(taken(&entry.account, &entry.object))
    }
}

fn taken(account: &AccountId, object: &str) -> VaultError {
    VaultError::EntryTaken { account: account.clone(), object: object.to_owned() }
}
