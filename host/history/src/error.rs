//! Why a recorded run cannot be told.

use host_model::{Blame, Problem, RunId};

/// Why a recorded run cannot be told.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HistoryError {
    /// An entry of a kind or shape that this program does not know.
    #[error("entry {number} of run `{run}` cannot be read: {reason}")]
    EntryUnreadable {
        /// The run.
        run: RunId,
        /// The entry's number.
        number: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The first entry is not the one that every run begins with.
    #[error("run `{run}` has no beginning: its first entry says nothing of workflow and accounts")]
    BeginMissing {
        /// The run.
        run: RunId,
    },
    /// A newer version of this program wrote it.
    #[error("run `{run}` was recorded in format {found}, and this program reads up to {known}")]
    FormatNewer {
        /// The run.
        run: RunId,
        /// Its format.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// No run is called that.
    #[error("no run is called `{word}`")]
    RunUnknown {
        /// What was typed.
        word: String,
    },
    /// Several runs are called that.
    #[error("`{word}` means {count} runs: {}", shown.join(", "))]
    RunAmbiguous {
        /// What was typed.
        word: String,
        /// How many there are.
        count: usize,
        /// The newest of them.
        shown: Vec<String>,
    },
}

impl Problem for HistoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::EntryUnreadable { .. } => "history.entry-unreadable",
            Self::BeginMissing { .. } => "history.begin-missing",
            Self::FormatNewer { .. } => "history.format-newer",
            Self::RunUnknown { .. } => "history.run-unknown",
            Self::RunAmbiguous { .. } => "history.run-ambiguous",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::EntryUnreadable { .. } | Self::BeginMissing { .. } | Self::FormatNewer { .. } => {
                "use the version of this program that wrote it".to_owned()
            }
            Self::RunUnknown { .. } => {
                "`host runs` lists them; the first characters of an id are enough, and `last` is the newest"
                    .to_owned()
            }
            Self::RunAmbiguous { .. } => "type more of the id".to_owned(),
        })
    }
}
