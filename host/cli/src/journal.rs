//! The journal of this user, and runs of it by what people call them.

use host_history::{HistoryError, Past, State, pick, read};
use host_journal::{Entry, Head, Journal, JournalError, Sqlite};
use host_model::RunId;
use host_net::SystemEntropy;

use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;

/// Opens the journal: one for each user, in the state folder.
pub(crate) fn open(context: &Context) -> Result<Sqlite, Failure> {
    let folders = Folders::prepare(context)?;
    let key = folders.key(&SystemEntropy)?;
    Ok(Sqlite::open(&folders.state, key, &format!("process {}", std::process::id()))?)
}

/// The run that `word` means: an id, the beginning of one, or `last`; and who writes it, if somebody does.
pub(crate) async fn find(
    journal: &dyn Journal,
    word: &str,
) -> Result<(RunId, Option<String>), Failure> {
    let listed = journal.runs().await?;
    let ids: Vec<RunId> = listed.iter().filter_map(run_of).cloned().collect();
    let run = pick(word, &ids)?;
    let heads = listed.into_iter().filter_map(Result::ok);
    let holder = heads.filter(|head| head.run == run).find_map(|head| head.holder);
    Ok((run, holder))
}

/// The id of a run, whether it is sound or not.
pub(crate) fn run_of(listed: &Result<Head, JournalError>) -> Option<&RunId> {
    match listed {
        Ok(head) => Some(&head.run),
        Err(JournalError::RunDamaged { run, .. }) => Some(run),
        Err(_) => None,
    }
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
    let (run, holder) = find(journal, word).await?;
    let (entries, damage) = journal.salvage(&run).await?;
    let past = match (past_of(&run, &entries), damage) {
        (Ok(past), damage) => (past, damage),
        (Err(_), Some(damage)) => return Err(damage.into()),
        (Err(error), None) => return Err(error.into()),
    };
    let (past, damage) = past;
    let state = match &damage {
        Some(_) => State::Damaged,
        None => State::of(&past, holder.as_deref()),
    };
    Ok(Told { past, state, entries, damage })
}

/// A run, from entries of its journal.
pub(crate) fn past_of(run: &RunId, entries: &[Entry]) -> Result<Past, HistoryError> {
    Past::new(run, &read(run, entries)?)
}
