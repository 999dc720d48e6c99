//! Runs of this user's journal, read for people.

use host_history::{Past, State};
use host_journal::{Entry, Head, Journal, JournalError, Sqlite};
use host_model::RunId;
use host_net::SystemEntropy;
use host_runner::record::{self, RecordError};
use host_runner::undo::taken_back;

use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::select::{self, Last};
use crate::session;

/// Opens the journal of this user.
pub(crate) fn open(context: &Context) -> Result<Sqlite, Failure> {
    let folders = Folders::prepare(context)?;
    let key = folders.key(&SystemEntropy)?;
    session::open_journal(&folders, key)
}

/// A run that was read.
pub(crate) struct Told {
    pub(crate) past: Past,
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
    /// What is wrong with what follows.
    pub(crate) damage: Option<JournalError>,
}

/// Reads the run that `word` means, as far as it can be.
pub(crate) async fn tell(journal: &dyn Journal, word: &str) -> Result<Told, Failure> {
    let run = select::run(journal, word, Last::Any).await?;
    let (entries, damage) = journal.salvage(&run).await?;
    let (mut past, damage) = match (past_of(&run, &entries), damage) {
        (Ok(past), damage) => (past, damage),
        // Nothing of it can be told: what is wrong with it says more than that there is no beginning.
        (Err(_), Some(damage)) => return Err(damage.into()),
        (Err(error), None) => return Err(error.into()),
    };
    let listed: Vec<Head> = journal.runs().await?.into_iter().flatten().collect();
    past.undone_by = undo_of(&run, &listed).map(|head| head.run.clone());
    let holder = listed.into_iter().find(|head| head.run == run).and_then(|head| head.holder);
    let state = match &damage {
        Some(_) => State::Damaged,
        None => State::of(&past, holder.as_deref()),
    };
    Ok(Told { past, state, entries, damage })
}

/// The run that took a run back: of several the first, for the others found less. The newest are listed first.
pub(crate) fn undo_of<'a>(run: &RunId, listed: &'a [Head]) -> Option<&'a Head> {
    listed.iter().rev().find(|head| taken_back(head).as_deref() == Some(run.as_str()))
}

/// A run, from entries of its journal.
pub(crate) fn past_of(run: &RunId, entries: &[Entry]) -> Result<Past, RecordError> {
    Past::new(run, &record::read(run, entries)?)
}
