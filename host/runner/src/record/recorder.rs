//! Writing a run down: what cannot have changed the cloud waits until something has to be durable.

use std::sync::Arc;

use host_journal::{Journal, JournalError, NewEntry, Sealed, Writer};
use host_ports::Clock;
use tokio::sync::Mutex;

use super::Entry;
use crate::Secrets;

/// Entries that wait to be written together; more are written at once, so that a crash of a run that only
/// reads loses little.
const WAITING_MAX: usize = 64;

/// Writes one run's entries, in order.
#[derive(Debug)]
pub(crate) struct Recorder {
    journal: Arc<dyn Journal>,
    clock: Arc<dyn Clock>,
    secrets: Arc<Secrets>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    writer: Box<dyn Writer>,
    waiting: Vec<NewEntry>,
}

impl Recorder {
    pub(crate) fn new(
        journal: Arc<dyn Journal>,
        clock: Arc<dyn Clock>,
        secrets: Arc<Secrets>,
        writer: Box<dyn Writer>,
    ) -> Self {
        Self { journal, clock, secrets, state: Mutex::new(State { writer, waiting: Vec::new() }) }
    }

    /// Takes an entry that need not survive a crash by itself: whatever it says can be asked again.
    pub(crate) async fn note(&self, entry: &Entry) -> Result<(), JournalError> {
        let mut state = self.state.lock().await;
        state.waiting.push(self.entry(entry));
        if state.waiting.len() < WAITING_MAX { Ok(()) } else { write(&mut state, &[]).await }
    }

    /// Writes an entry, everything before it, and sealed secrets with it. When this returns, all of it
    /// survives a power cut.
    pub(crate) async fn write(&self, entry: &Entry, sealed: &[Sealed]) -> Result<(), JournalError> {
        if host_ports::crash_canary() && matches!(entry, Entry::Intent(_)) {
            return self.note(entry).await;
        }
        let mut state = self.state.lock().await;
        state.waiting.push(self.entry(entry));
        let written = write(&mut state, sealed).await;
        if written.is_err() {
            // What could not be written down is not done, so it must not be written down later.
            state.waiting.pop();
        }
        written
    }

    /// An entry as the journal takes it: free of every secret that the run knows.
    fn entry(&self, entry: &Entry) -> NewEntry {
        let new = new_entry(entry, self.clock.as_ref());
        NewEntry { body: self.secrets.redact(&new.body), ..new }
    }

    /// The vault has it.
    pub(crate) async fn placed(&self, sealed: &Sealed) -> Result<(), JournalError> {
        self.journal.placed(sealed).await
    }
}

async fn write(state: &mut State, sealed: &[Sealed]) -> Result<(), JournalError> {
    state.writer.append(&state.waiting, sealed).await?;
    state.waiting.clear();
    Ok(())
}

/// An entry as the journal takes it.
pub(crate) fn new_entry(entry: &Entry, clock: &dyn Clock) -> NewEntry {
    NewEntry { at: clock.now(), kind: entry.kind().to_owned(), body: entry.to_json() }
}
