//! A journal that is gone with its process: it proves that the cases ask for nothing but the ports.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use host_journal::{Entry, Head, Held, Journal, JournalError, Locks, NewEntry, Sealed, Writer};
use host_model::{RunId, Timestamp, quote};
use sha2::{Digest as _, Sha256};

type Shared<T> = Arc<Mutex<T>>;

#[derive(Debug, Clone, Default)]
pub(crate) struct MemoryLocks(Shared<BTreeMap<String, String>>);

#[derive(Debug)]
struct MemoryHeld(MemoryLocks, RunId);

impl Held for MemoryHeld {}

impl Drop for MemoryHeld {
    fn drop(&mut self) {
        self.0.0.lock().unwrap().remove(self.1.as_str());
    }
}

impl Locks for MemoryLocks {
    fn hold(&self, run: &RunId, holder: &str) -> Result<Box<dyn Held>, JournalError> {
        let mut held = self.0.lock().unwrap();
        if let Some(holder) = held.get(run.as_str()) {
            return Err(JournalError::RunHeld { run: run.clone(), holder: holder.clone() });
        }
        held.insert(run.to_string(), quote(holder));
        Ok(Box::new(MemoryHeld(self.clone(), run.clone())))
    }

    fn holder(&self, run: &RunId) -> Result<Option<String>, JournalError> {
        Ok(self.0.lock().unwrap().get(run.as_str()).cloned())
    }
}

#[derive(Debug, Default)]
struct Rows {
    runs: BTreeMap<String, Vec<Entry>>,
    /// Runs, as they were begun.
    begun: Vec<String>,
    components: BTreeMap<String, Vec<u8>>,
    sealed: Vec<Sealed>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Memory {
    rows: Shared<Rows>,
    locks: MemoryLocks,
    holder: String,
}

#[derive(Debug)]
struct MemoryWriter(
    Memory,
    RunId,
    #[expect(dead_code, reason = "dropping it releases")] Box<dyn Held>,
);

impl Memory {
    pub(crate) fn as_process(&self, holder: &str) -> Self {
        Self { holder: holder.to_owned(), ..self.clone() }
    }

    fn append(&self, run: &RunId, entries: &[NewEntry]) {
        let mut rows = self.rows.lock().unwrap();
        if !rows.runs.contains_key(run.as_str()) {
            rows.begun.push(run.to_string());
        }
        let kept = rows.runs.entry(run.to_string()).or_default();
        for NewEntry { at, kind, body } in entries.iter().cloned() {
            kept.push(Entry { number: kept.len().try_into().unwrap(), at, kind, body });
        }
    }
}

fn check(digest: &str, bytes: &[u8]) -> Result<(), JournalError> {
    let hex = |hex: String, byte: &u8| hex + &format!("{byte:02x}");
    let found = Sha256::digest(bytes).iter().fold(String::new(), hex);
    let digest = digest.to_owned();
    let what = "is not what its digest says";
    if found == digest { Ok(()) } else { Err(JournalError::ComponentDamaged { digest, what }) }
}

#[async_trait]
impl Journal for Memory {
    async fn begin(
        &self,
        run: &RunId,
        component: Option<(&str, &[u8])>,
        first: NewEntry,
    ) -> Result<Box<dyn Writer>, JournalError> {
        if let Some((digest, bytes)) = component {
            check(digest, bytes)?;
            let kept = &mut self.rows.lock().unwrap().components;
            kept.insert(digest.to_owned(), bytes.to_vec());
        }
        if self.rows.lock().unwrap().runs.contains_key(run.as_str()) {
            return Err(JournalError::RunTaken { run: run.clone() });
        }
        let held = self.locks.hold(run, &self.holder)?;
        self.append(run, &[first]);
        Ok(Box::new(MemoryWriter(self.clone(), run.clone(), held)))
    }

    async fn reopen(&self, run: &RunId) -> Result<(Vec<Entry>, Box<dyn Writer>), JournalError> {
        let held = self.locks.hold(run, &self.holder)?;
        let entries = self.read(run).await?;
        Ok((entries, Box::new(MemoryWriter(self.clone(), run.clone(), held))))
    }

    async fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError> {
        let found = self.rows.lock().unwrap().runs.get(run.as_str()).cloned();
        found.ok_or_else(|| JournalError::RunUnknown { run: run.clone() })
    }

    async fn salvage(
        &self,
        run: &RunId,
    ) -> Result<(Vec<Entry>, Option<JournalError>), JournalError> {
        Ok((self.read(run).await?, None))
    }

    async fn runs(&self) -> Result<Vec<Result<Head, JournalError>>, JournalError> {
        let rows = self.rows.lock().unwrap();
        let heads = rows.begun.iter().rev().map(|id| {
            let entries = &rows.runs[id];
            let run: RunId = id.parse().unwrap();
            let holder = self.locks.holder(&run)?;
            let (first, last) = (entries[0].clone(), entries[entries.len() - 1].clone());
            Ok(Head { run, first, last, holder })
        });
        Ok(heads.collect())
    }

    async fn beginnings(&self, most: usize) -> Result<Vec<(RunId, Entry)>, JournalError> {
        let heads = self.runs().await?.into_iter().take(most);
        Ok(heads.flatten().map(|head| (head.run, head.first)).collect())
    }

    async fn active(
        &self,
        kind: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RunId>, JournalError> {
        let rows = self.rows.lock().unwrap();
        let then = from..=until;
        let is_active = |entries: &Vec<Entry>| {
            entries.last().is_some_and(|last| then.contains(&last.at))
                && entries.iter().any(|it| it.kind == kind && then.contains(&it.at))
        };
        let active = rows.begun.iter().filter(|id| is_active(&rows.runs[*id]));
        Ok(active.map(|id| id.parse().unwrap()).collect())
    }

    async fn head(&self, run: &RunId) -> Result<Option<Head>, JournalError> {
        let heads: Result<Vec<_>, _> = self.runs().await?.into_iter().collect();
        Ok(heads?.into_iter().find(|head| head.run == *run))
    }

    async fn has(&self, run: &RunId) -> Result<bool, JournalError> {
        Ok(self.rows.lock().unwrap().runs.contains_key(run.as_str()))
    }

    async fn component(&self, digest: &str) -> Result<Vec<u8>, JournalError> {
        let what = "is not there";
        let found = self.rows.lock().unwrap().components.get(digest).cloned();
        found.ok_or_else(|| JournalError::ComponentDamaged { digest: digest.to_owned(), what })
    }

    async fn sealed(&self) -> Result<Vec<Sealed>, JournalError> {
        Ok(self.rows.lock().unwrap().sealed.clone())
    }

    async fn placed(&self, sealed: &Sealed) -> Result<(), JournalError> {
        self.rows.lock().unwrap().sealed.retain(|kept| kept != sealed);
        Ok(())
    }
}

#[async_trait]
impl Writer for MemoryWriter {
    async fn append(
        &mut self,
        entries: &[NewEntry],
        sealed: &[Sealed],
    ) -> Result<(), JournalError> {
        self.0.append(&self.1, entries);
        self.0.rows.lock().unwrap().sealed.extend_from_slice(sealed);
        Ok(())
    }
}
