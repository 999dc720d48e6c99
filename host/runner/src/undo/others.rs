//! What other runs of the journal stand on.

use std::collections::BTreeSet;

use host_journal::{Head, Journal, JournalError};
use host_model::RunId;

use super::Usage;
use crate::Verdict;
use crate::record::{self, Begun, Entry, Numbered, Place};

/// What other runs use, and those of which nobody knows what they use.
#[derive(Debug, Default)]
pub struct Others {
    /// Runs that were not undone.
    pub usages: Vec<Usage>,
    /// Runs that cannot be read, each with why.
    pub unread: Vec<String>,
}

impl Others {
    /// Reads every run of the same cloud but the one that is to be undone: neither undos, nor what they took
    /// back wholly.
    ///
    /// # Errors
    ///
    /// The journal cannot be read at all.
    pub async fn of(
        journal: &dyn Journal,
        run: &RunId,
        place: &Place,
    ) -> Result<Self, JournalError> {
        let mut others = Self::default();
        let mut undone = BTreeSet::new();
        let mut candidates = Vec::new();
        for head in journal.runs().await? {
            let head = match head {
                Ok(head) => head,
                Err(error) => {
                    others.unread.push(error.to_string());
                    continue;
                }
            };
            let begun = serde_json::from_str::<Entry>(&head.first.body);
            let Ok(Entry::Begun(Begun { place: other, undoes, .. })) = begun else {
                others.unread.push(format!("run `{}` has no beginning", head.run));
                continue;
            };
            if head.run == *run || !place.is_same_cloud(&other) {
                continue;
            }
            match (taken_back(&head), undoes) {
                (Some(undoes), _) => {
                    undone.insert(undoes);
                }
                (None, Some(_)) => {}
                (None, None) => candidates.push(head.run),
            }
        }
        for candidate in candidates {
            if undone.contains(candidate.as_str()) {
                continue;
            }
            match read(journal, &candidate).await {
                Ok(entries) => others.usages.push(Usage::of(candidate, &entries)),
                Err(reason) => others.unread.push(reason),
            }
        }
        Ok(others)
    }
}

async fn read(journal: &dyn Journal, run: &RunId) -> Result<Vec<Numbered>, String> {
    let entries = journal.read(run).await.map_err(|error| error.to_string())?;
    record::read(run, &entries).map_err(|error| error.to_string())
}

/// The run that an undo takes back, whatever comes of it.
pub fn undoes(head: &Head) -> Option<String> {
    match serde_json::from_str(&head.first.body) {
        Ok(Entry::Begun(Begun { undoes, .. })) => undoes,
        _ => None,
    }
}

/// The run that an undo took back, if it came to its end.
pub fn taken_back(head: &Head) -> Option<String> {
    let last = serde_json::from_str::<Entry>(&head.last.body);
    let is_done = matches!(last, Ok(Entry::Ended(record::Ended { verdict: Verdict::Done, .. })));
    undoes(head).filter(|_| is_done)
}
