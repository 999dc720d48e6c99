//! Journal entries to typed ones.

use host_journal::Entry as Kept;
use host_model::{RunId, Timestamp};
use host_runner::record::{Entry, FORMAT};

use crate::HistoryError;

/// A typed entry with its place in the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// Its number in the run.
    pub number: u64,
    /// When it happened.
    pub at: Timestamp,
    /// What it says.
    pub entry: Entry,
}

/// Reads the entries of a run.
pub fn read(run: &RunId, entries: &[Kept]) -> Result<Vec<Recorded>, HistoryError> {
    entries.iter().map(|entry| read_one(run, entry)).collect()
}

fn read_one(run: &RunId, kept: &Kept) -> Result<Recorded, HistoryError> {
    let entry = serde_json::from_str(&kept.body).map_err(|error| {
        let (run, number) = (run.clone(), kept.number);
        HistoryError::EntryUnreadable { run, number, reason: error.to_string() }
    })?;
    match &entry {
        Entry::Begun(begun) if begun.format > FORMAT => Err(HistoryError::FormatNewer {
            run: run.clone(),
            found: begun.format,
            known: FORMAT,
        }),
        _ => Ok(Recorded { number: kept.number, at: kept.at, entry }),
    }
}
