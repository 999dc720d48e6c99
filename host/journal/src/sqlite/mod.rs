//! The embedded journal: one file of SQLite.

mod file;
mod read;
mod sealed;
mod trouble;
mod write;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use host_model::{RunId, Timestamp};
use rusqlite::{Connection, OptionalExtension as _, Transaction};
use sha2::{Digest as _, Sha256};

use self::read::{Reading, run_id};
use self::trouble::Trouble;
use self::write::Writing;
use crate::chain::{Key, State};
use crate::{Entry, FileLocks, Head, Held, Journal, JournalError, Locks, NewEntry, Sealed, Writer};

/// The folder of locks, beside the journal's file.
const LOCKS: &str = "locks";

/// The journal in a folder: `journal.sqlite`, with `locks/RUN.lock` for every run that is being written.
///
/// Its calls block for as long as the disk takes.
#[derive(Debug)]
pub struct Sqlite {
    store: Arc<Store>,
    locks: FileLocks,
    holder: String,
}

/// The file and its key.
#[derive(Debug)]
struct Store {
    path: PathBuf,
    key: Key,
    connection: Mutex<Connection>,
}

impl Sqlite {
    /// Opens the journal in `folder`, and makes both if they are not there. `key` is the installation's;
    /// the journal's own is derived from it. `holder` is what others are told of who writes: `process 123`.
    ///
    /// # Errors
    ///
    /// The file cannot be used, is no journal, or is of a newer version.
    pub fn open(folder: &Path, key: [u8; 32], holder: &str) -> Result<Self, JournalError> {
        let (path, connection) = file::open(folder)?;
        let store = Store { path, key: Key::derive(key), connection: Mutex::new(connection) };
        let locks = FileLocks::new(folder.join(LOCKS));
        Ok(Self { store: Arc::new(store), locks, holder: holder.to_owned() })
    }

    /// From here on, what is appended by this survives the death of the process, and the system decides when
    /// it survives a power cut. For runs of an offline cloud, which a power cut may take as well. Neither what
    /// was appended before nor what others append is at risk: the log is cut off after what is whole.
    ///
    /// # Errors
    ///
    /// The file cannot be used.
    pub fn forgo_sync(&self) -> Result<(), JournalError> {
        let connection = self.store.connection.lock().unwrap_or_else(PoisonError::into_inner);
        // With `OFF`, moving the log into the file would not be synced either, and could damage it.
        let set = connection.pragma_update(None, "synchronous", "NORMAL");
        set.map_err(|error| Trouble::from(error).of_file(&self.store.path, "opened"))
    }

    fn has_run(&self, run: &RunId) -> Result<bool, JournalError> {
        let found = self.store.reading(|reading| reading.has(run));
        found.map_err(|trouble| trouble.of_file(&self.store.path, "read"))
    }

    fn writer(&self, run: &RunId, state: State, held: Box<dyn Held>) -> Box<dyn Writer> {
        let store = Arc::clone(&self.store);
        Box::new(SqliteWriter { store, run: run.clone(), state, _held: held })
    }

    fn head_of(&self, reading: Reading<'_>, run: &RunId) -> Result<Option<Head>, JournalError> {
        let (mut first, mut last) = (None, None);
        let mut each = |entry: Entry| {
            if first.is_none() {
                first = Some(entry.clone());
            }
            last = Some(entry);
        };
        let verified = reading.verify(run, &mut each);
        let verified = verified.map_err(|trouble| trouble.of_run(run, &self.store.path, "read"))?;
        let (run, holder) = (run.clone(), self.locks.holder(run)?);
        match (first, last) {
            (Some(first), Some(last)) => Ok(Some(Head { run, first, last, holder })),
            _ if verified.is_none() => Ok(None),
            _ => Err(JournalError::RunDamaged { run, what: "it has no entries".to_owned() }),
        }
    }

    fn listed(&self, reading: Reading<'_>, id: &str) -> Result<Head, JournalError> {
        let run = run_id(id).map_err(|trouble| trouble.of_file(&self.store.path, "read"))?;
        self.head_of(reading, &run)?
            .ok_or_else(|| JournalError::RunDamaged { run, what: "it has no entries".to_owned() })
    }
}

impl Store {
    /// One transaction that sees what was there when it began, whoever writes meanwhile.
    fn reading<T>(
        &self,
        read: impl FnOnce(Reading<'_>) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let transaction: Transaction<'_> = connection.transaction()?;
        read(Reading { connection: &transaction, key: &self.key })
    }

    /// One transaction that is on the disk when this returns, and of which nothing is there if it fails.
    fn writing<T>(
        &self,
        run: &RunId,
        write: impl FnOnce(&Writing<'_>) -> Result<T, Trouble>,
    ) -> Result<T, JournalError> {
        let mut connection = self.connection.lock().unwrap_or_else(PoisonError::into_inner);
        let written = || {
            let writing = Writing::begin(&mut connection, &self.key, run)?;
            let result = write(&writing)?;
            writing.commit()?;
            Ok(result)
        };
        written().map_err(|trouble: Trouble| trouble.of_run(run, &self.path, "written"))
    }

    /// A run's entries up to its end, or up to what is wrong with it, and where it stands.
    fn entries(&self, run: &RunId) -> (Vec<Entry>, Result<State, JournalError>) {
        let mut entries = Vec::new();
        let state = self.reading(|reading| reading.verify(run, &mut |entry| entries.push(entry)));
        let state = match state {
            Ok(Some(state)) => Ok(state),
            Ok(None) => Err(JournalError::RunUnknown { run: run.clone() }),
            Err(trouble) => Err(trouble.of_run(run, &self.path, "read")),
        };
        (entries, state)
    }
}

#[async_trait]
impl Journal for Sqlite {
    async fn begin(
        &self,
        run: &RunId,
        component: Option<(&str, &[u8])>,
        first: NewEntry,
    ) -> Result<Box<dyn Writer>, JournalError> {
        if let Some((digest, bytes)) = component {
            check_component(digest, bytes)?;
        }
        let held = match self.locks.hold(run, &self.holder) {
            Err(JournalError::RunHeld { .. }) if self.has_run(run)? => {
                return Err(JournalError::RunTaken { run: run.clone() });
            }
            held => held?,
        };
        host_ports::crash_point("journal: before beginning");
        let state = self.store.writing(run, |writing| {
            writing.refuse_known()?;
            if let Some((digest, bytes)) = component {
                writing.component(digest, bytes)?;
            }
            writing.entries(State::START, std::slice::from_ref(&first))
        })?;
        host_ports::crash_point("journal: begun");
        Ok(self.writer(run, state, held))
    }

    async fn reopen(&self, run: &RunId) -> Result<(Vec<Entry>, Box<dyn Writer>), JournalError> {
        let held = self.locks.hold(run, &self.holder)?;
        let (entries, state) = self.store.entries(run);
        Ok((entries, self.writer(run, state?, held)))
    }

    async fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError> {
        let (entries, state) = self.store.entries(run);
        state.map(|_| entries)
    }

    async fn salvage(
        &self,
        run: &RunId,
    ) -> Result<(Vec<Entry>, Option<JournalError>), JournalError> {
        match self.store.entries(run) {
            (entries, Ok(_)) => Ok((entries, None)),
            (entries, Err(damage @ JournalError::RunDamaged { .. })) => Ok((entries, Some(damage))),
            (_, Err(error)) => Err(error),
        }
    }

    async fn runs(&self) -> Result<Vec<Result<Head, JournalError>>, JournalError> {
        let listed = self.store.reading(|reading| {
            Ok(reading.runs()?.iter().map(|id| self.listed(reading, id)).collect())
        });
        listed.map_err(|trouble| trouble.of_file(&self.store.path, "read"))
    }

    async fn beginnings(&self, most: usize) -> Result<Vec<(RunId, Entry)>, JournalError> {
        let listed = self.store.reading(|reading| {
            let newest = reading.runs()?.into_iter().take(most);
            let first = |id: String| {
                let run = run_id(&id).ok()?;
                reading.first(&run).transpose().map(|first| Ok((run, first?)))
            };
            newest.filter_map(first).collect()
        });
        listed.map_err(|trouble| trouble.of_file(&self.store.path, "read"))
    }

    async fn active(
        &self,
        kind: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RunId>, JournalError> {
        let active = self.store.reading(|reading| reading.active(kind, from, until));
        let active = active.map_err(|trouble| trouble.of_file(&self.store.path, "read"))?;
        Ok(active.iter().filter_map(|id| run_id(id).ok()).collect())
    }

    async fn head(&self, run: &RunId) -> Result<Option<Head>, JournalError> {
        let found = self.store.reading(|reading| Ok(self.head_of(reading, run)));
        found.map_err(|trouble| trouble.of_file(&self.store.path, "read"))?
    }

    async fn has(&self, run: &RunId) -> Result<bool, JournalError> {
        self.has_run(run)
    }

    async fn component(&self, digest: &str) -> Result<Vec<u8>, JournalError> {
        let found: Result<Option<Vec<u8>>, Trouble> = self.store.reading(|reading| {
            let asked = "SELECT bytes FROM component WHERE digest = ?1";
            Ok(reading.connection.query_row(asked, [digest], |row| row.get(0)).optional()?)
        });
        let found = found.map_err(|trouble| trouble.of_file(&self.store.path, "read"))?;
        let bytes = found.ok_or_else(|| JournalError::ComponentDamaged {
            digest: digest.to_owned(),
            what: "is not there",
        })?;
        check_component(digest, &bytes)?;
        Ok(bytes)
    }

    async fn sealed(&self) -> Result<Vec<Sealed>, JournalError> {
        let kept = self.store.reading(|reading| sealed::read(reading.connection, reading.key));
        let kept = kept.map_err(|trouble| trouble.of_file(&self.store.path, "read"))?;
        Ok(kept.into_iter().map(|(_, sealed)| sealed).collect())
    }

    async fn placed(&self, sealed: &Sealed) -> Result<(), JournalError> {
        let connection = self.store.connection.lock().unwrap_or_else(PoisonError::into_inner);
        host_ports::crash_point("journal: in the vault, and not forgotten");
        sealed::forget(&connection, sealed)
            .map_err(|trouble| trouble.of_file(&self.store.path, "written"))
    }
}

/// The one writer of a run.
#[derive(Debug)]
struct SqliteWriter {
    store: Arc<Store>,
    run: RunId,
    state: State,
    _held: Box<dyn Held>,
}

#[async_trait]
impl Writer for SqliteWriter {
    async fn append(
        &mut self,
        entries: &[NewEntry],
        sealed: &[Sealed],
    ) -> Result<(), JournalError> {
        host_ports::crash_point("journal: before appending");
        self.state = self.store.writing(&self.run, |writing| {
            writing.refuse_moved(&self.state)?;
            writing.sealed(sealed)?;
            let state = writing.entries(self.state, entries)?;
            host_ports::crash_point("journal: appended, not committed");
            Ok(state)
        })?;
        host_ports::crash_point("journal: appended");
        Ok(())
    }
}

/// Refuses bytes that are not what their digest says: lower-case hex of their SHA-256.
fn check_component(digest: &str, bytes: &[u8]) -> Result<(), JournalError> {
    let found =
        Sha256::digest(bytes).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    if found == digest {
        return Ok(());
    }
    let digest = digest.to_owned();
    Err(JournalError::ComponentDamaged { digest, what: "is not what its digest says" })
}
