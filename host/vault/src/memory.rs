//! A vault that is gone with its process.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host_model::{AccountId, SecretText};
use host_ports::Clock;

use crate::entry::file_name;
use crate::{Entry, Found, Identity, Intent, Kept, Pending, SealedEntry, Vault, VaultError};

/// Sealed bytes by their place: `entries/NAME` and `pending/NAME`, as in a folder.
type Rows = BTreeMap<String, Vec<u8>>;

const ENTRIES: &str = "entries/";
const PENDING: &str = "pending/";

/// A vault in memory, for tests of whatever stands on a vault. A clone is the same vault, as another
/// process would have it open.
///
/// It seals as any other does, since what is sealed for it travels through the journal.
#[derive(Clone)]
pub struct Memory {
    rows: Arc<Mutex<Rows>>,
    key: Identity,
    clock: Arc<dyn Clock>,
}

impl Memory {
    /// An empty vault, with a key of its own.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { rows: Arc::default(), key: Identity::generate(), clock }
    }

    /// What lies in it, sealed, by place: `entries/NAME` and `pending/NAME`. Whoever changes it does what a
    /// medium does that fails, or somebody who can write there; nobody else reads or writes meanwhile.
    pub fn rows(&self) -> MutexGuard<'_, Rows> {
        // Each change is one call: there is no half of it.
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self, rows: &Rows, name: &str) -> Result<Option<Found>, VaultError> {
        let place = format!("{ENTRIES}{name}");
        let open = |bytes: &Vec<u8>| Found::open(&self.key, name, bytes, &shown(&place));
        rows.get(&place).map(open).transpose()
    }

    fn noted(&self, rows: &Rows, name: &str) -> Result<Option<Pending>, VaultError> {
        let place = format!("{PENDING}{name}");
        let open = |bytes: &Vec<u8>| Pending::open(&self.key, name, bytes, &shown(&place));
        rows.get(&place).map(open).transpose()
    }

    fn keep_sealed(&self, found: &Found, sealed: SealedEntry) -> Result<bool, VaultError> {
        let mut rows = self.rows();
        if let Some(there) = self.found(&rows, &sealed.name)? {
            return found.must_equal(&there).map(|()| false);
        }
        rows.insert(format!("{ENTRIES}{}", sealed.name), sealed.bytes);
        Ok(true)
    }
}

impl Vault for Memory {
    fn prepare(&self, entry: &Entry, secret: &SecretText) -> Result<SealedEntry, VaultError> {
        let kept = Kept { entry: entry.clone(), at: self.clock.now() };
        Found { kept, secret: secret.clone() }.seal(&self.key)
    }

    fn place(&self, sealed: &SealedEntry) -> Result<bool, VaultError> {
        let place = format!("{ENTRIES}{}", sealed.name);
        let found = Found::open(&self.key, &sealed.name, &sealed.bytes, &shown(&place))?;
        self.keep_sealed(&found, sealed.clone())
    }

    fn receive(&self, found: &Found) -> Result<bool, VaultError> {
        self.keep_sealed(found, found.seal(&self.key)?)
    }

    fn find(
        &self,
        account: &AccountId,
        object: &str,
        lineage: &str,
    ) -> Result<Option<Found>, VaultError> {
        self.found(&self.rows(), &file_name(account, object, lineage))
    }

    fn list(&self) -> Result<Vec<Kept>, VaultError> {
        let rows = self.rows();
        let mut all = Vec::new();
        for name in names(&rows, ENTRIES) {
            all.extend(self.found(&rows, name)?.map(|found| found.kept));
        }
        all.sort();
        Ok(all)
    }

    fn delete(&self, account: &AccountId, object: &str, lineage: &str) -> Result<bool, VaultError> {
        let name = file_name(account, object, lineage);
        Ok(self.rows().remove(&format!("{ENTRIES}{name}")).is_some())
    }

    fn rehearse(&self) -> Result<(), VaultError> {
        let SealedEntry { name, bytes } = Found::rehearsal(self.clock.now()).seal(&self.key)?;
        Found::open(&self.key, &name, &bytes, &shown("rehearsal")).map(|_| ())
    }

    fn intend(&self, intent: &Intent) -> Result<Option<Pending>, VaultError> {
        let name = intent.file_name();
        let pending = Pending { intent: intent.clone(), at: self.clock.now() };
        let sealed = pending.seal(&self.key)?;
        let mut rows = self.rows();
        if let Some(earlier) = self.noted(&rows, &name)? {
            return Ok(Some(earlier));
        }
        rows.insert(format!("{PENDING}{name}"), sealed);
        Ok(None)
    }

    fn intents(&self) -> Result<Vec<Pending>, VaultError> {
        let rows = self.rows();
        let mut all = Vec::new();
        for name in names(&rows, PENDING) {
            all.extend(self.noted(&rows, name)?);
        }
        all.sort();
        Ok(all)
    }

    fn settle(&self, intent: &Intent) -> Result<bool, VaultError> {
        Ok(self.rows().remove(&format!("{PENDING}{}", intent.file_name())).is_some())
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memory").finish_non_exhaustive()
    }
}

fn names<'a>(rows: &'a Rows, shelf: &'a str) -> impl Iterator<Item = &'a str> {
    rows.keys().filter_map(move |place| place.strip_prefix(shelf))
}

/// What a message calls a place.
fn shown(place: &str) -> PathBuf {
    PathBuf::from("memory").join(place)
}
