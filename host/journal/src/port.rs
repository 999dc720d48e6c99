//! The port: what a durable record of runs can do, whoever keeps it.
//!
//! The embedded one is [`Sqlite`](crate::Sqlite). One suite of cases (`tests/conformance.rs`) says what any
//! other has to do as well.

use std::fmt::Debug;

use async_trait::async_trait;
use host_model::{RunId, Timestamp};

use crate::JournalError;

/// An entry, as it is appended: the journal does not look into its body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEntry {
    /// When it happened, by the run's clock.
    pub at: Timestamp,
    /// A word that tells entries apart without reading their bodies.
    pub kind: String,
    /// JSON text, free of secrets.
    pub body: String,
}

/// An entry, as it is read: its place in the run was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the run, from 0, without a gap.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// Its kind.
    pub kind: String,
    /// JSON text.
    pub body: String,
}

/// A sealed secret on its way into the vault: it is kept here from the moment when the cloud made it until
/// the vault has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// The folder of the vault that it goes to, below the state folder.
    pub vault: String,
    /// The name of its file there.
    pub name: String,
    /// Sealed bytes.
    pub bytes: Vec<u8>,
}

/// A run, as lists show it.
#[derive(Debug, Clone)]
pub struct Head {
    /// Its id.
    pub run: RunId,
    /// Its first entry.
    pub first: Entry,
    /// Its last entry.
    pub last: Entry,
    /// Who writes it now, if somebody does.
    pub holder: Option<String>,
}

/// A durable record of runs.
#[async_trait]
pub trait Journal: Debug + Send + Sync {
    /// Begins a run: keeps the component under its digest, and the first entry.
    ///
    /// # Errors
    ///
    /// There is a run of that id; or nothing can be kept, so nothing was begun.
    async fn begin(
        &self,
        run: &RunId,
        component: Option<(&str, &[u8])>,
        first: NewEntry,
    ) -> Result<Box<dyn Writer>, JournalError>;

    /// Goes on with a run: takes its lock and verifies all of it.
    ///
    /// # Errors
    ///
    /// There is none; somebody writes it (who is named); or it was damaged or changed (where is named).
    async fn reopen(&self, run: &RunId) -> Result<(Vec<Entry>, Box<dyn Writer>), JournalError>;

    /// All entries of a run, verified. Works while somebody writes it.
    async fn read(&self, run: &RunId) -> Result<Vec<Entry>, JournalError>;

    /// What can be read of a run that was damaged: the entries before the damage, and what it is. Of a sound
    /// run: all entries, and nothing.
    ///
    /// # Errors
    ///
    /// There is none; or nothing can be read.
    async fn salvage(
        &self,
        run: &RunId,
    ) -> Result<(Vec<Entry>, Option<JournalError>), JournalError>;

    /// All runs, the one that was begun last first, whatever its id says. A damaged one is an error in its place, and the others are listed. Each is
    /// verified whole, so this takes as long as they are.
    async fn runs(&self) -> Result<Vec<Result<Head, JournalError>>, JournalError>;

    /// First entries of the newest runs, at most so many. Each is verified by itself, so this takes as long
    /// whatever followed; a run whose first entry was damaged is left out.
    async fn beginnings(&self, most: usize) -> Result<Vec<(RunId, Entry)>, JournalError>;

    /// Runs whose last entry was written between these times, both included, and that have an entry of that kind
    /// from then; the one that was begun first, first. Times and kinds are taken as they lie there: whoever reads a run verifies it.
    async fn active(
        &self,
        kind: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RunId>, JournalError>;

    /// One run as lists show it, verified whole; nothing if there is none.
    async fn head(&self, run: &RunId) -> Result<Option<Head>, JournalError>;

    /// Whether there is anything of a run, sound or not.
    async fn has(&self, run: &RunId) -> Result<bool, JournalError>;

    /// The bytes of a component that a run was begun with; their digest was verified.
    async fn component(&self, digest: &str) -> Result<Vec<u8>, JournalError>;

    /// Sealed secrets that no vault has confirmed.
    async fn sealed(&self) -> Result<Vec<Sealed>, JournalError>;

    /// The vault has it: it is no longer kept here.
    async fn placed(&self, sealed: &Sealed) -> Result<(), JournalError>;
}

/// The one writer of a run. Dropping it, or dying, releases the run.
#[async_trait]
pub trait Writer: Debug + Send {
    /// Appends entries, and sealed secrets with them, as one: when this returns they survive a power cut,
    /// and when it fails none of them is there.
    async fn append(&mut self, entries: &[NewEntry], sealed: &[Sealed])
    -> Result<(), JournalError>;
}

/// One writer for each run, whoever asks: on this machine, or for a shared journal on any.
pub trait Locks: Debug + Send + Sync {
    /// Holds a run until what is returned is dropped, or until this process dies.
    ///
    /// # Errors
    ///
    /// Somebody holds it, who is named; or nothing can be held.
    fn hold(&self, run: &RunId, holder: &str) -> Result<Box<dyn Held>, JournalError>;

    /// Who holds a run now, if somebody does.
    fn holder(&self, run: &RunId) -> Result<Option<String>, JournalError>;
}

/// A run that is held. Dropping it releases the run.
pub trait Held: Debug + Send {}
