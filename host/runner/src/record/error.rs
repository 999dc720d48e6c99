//! Why a recorded run cannot be read, or not gone on with.

use host_model::{Blame, Problem, RunId};

use crate::Verdict;

/// Why a recorded run cannot be read, or not gone on with.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// An entry that this version cannot read.
    #[error("entry {number} of run `{run}` cannot be read: {reason}")]
    EntryUnreadable {
        /// The run.
        run: RunId,
        /// The entry.
        number: u64,
        /// Why not.
        reason: String,
    },
    /// The first entry does not begin a run.
    #[error("run `{run}` has no beginning")]
    BeginningMissing {
        /// The run.
        run: RunId,
    },
    /// The run came to its end.
    #[error("run `{run}` ended `{}`: there is nothing left to go on with", verdict.as_str())]
    Over {
        /// The run.
        run: RunId,
        /// How.
        verdict: Verdict,
    },
}

impl Problem for RecordError {
    fn code(&self) -> &'static str {
        match self {
            Self::EntryUnreadable { .. } => "record.entry-unreadable",
            Self::BeginningMissing { .. } => "record.beginning-missing",
            Self::Over { .. } => "record.run-over",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        Some(
            match self {
                Self::EntryUnreadable { .. } => "use the version of this program that wrote it",
                Self::BeginningMissing { .. } => "start a new run: it finds what is there",
                Self::Over { .. } => {
                    "run the workflow again: it finds what is there, and changes the rest"
                }
            }
            .to_owned(),
        )
    }
}
