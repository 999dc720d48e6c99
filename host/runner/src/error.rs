//! Why a run could not begin.

use host_journal::JournalError;
use host_model::{Blame, Problem, RunId};
use host_runtime::RuntimeError;

use crate::record::RecordError;

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A name that the manifest does not have.
    #[error("the workflow has no account `{name}`; it has {}", known.join(", "))]
    AccountUnknown {
        /// The name that was given.
        name: String,
        /// The names of the manifest.
        known: Vec<String>,
    },
    /// An account that the workflow needs.
    #[error("the workflow needs the account `{name}` ({what}), and none is bound to it")]
    AccountMissing {
        /// The name.
        name: String,
        /// What it is.
        what: String,
    },
    /// A run cannot be written down, or not gone on with.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// What is written down cannot be read, or is over.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The workflow cannot be planned.
    #[error(transparent)]
    Rehearsal(#[from] RuntimeError),
    /// An account is not the one that the run began with.
    #[error("`{name}` was {before} when the run began, and is {now}")]
    AccountDifferent {
        /// The account's name.
        name: String,
        /// Who it was.
        before: String,
        /// Who it is.
        now: String,
    },
    /// The clock is behind what was written down.
    #[error("this machine's clock is {seconds} seconds behind the last entry of run `{run}`")]
    ClockBack {
        /// The run.
        run: RunId,
        /// How far.
        seconds: u64,
    },
    /// What an undo removed does not come back.
    #[error("run `{run}` is an undo itself: what it removed does not come back")]
    UndoOfUndo {
        /// The run.
        run: RunId,
    },
    /// An undo is done again, not gone on with.
    #[error("run `{run}` is an undo, which is not resumed but done again")]
    UndoResumed {
        /// The undo.
        run: RunId,
        /// The run that it takes back.
        undoes: String,
    },
    /// The vault cannot take a secret, which had better be known before one is made.
    #[error("no secret could be kept: {reason}")]
    VaultUnfit {
        /// Why.
        reason: String,
    },
}

impl Problem for RunError {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountUnknown { .. } => "run.account-unknown",
            Self::AccountMissing { .. } => "run.account-missing",
            Self::VaultUnfit { .. } => "run.vault-unfit",
            Self::Journal(error) => error.code(),
            Self::Rehearsal(error) => error.code(),
            Self::Record(error) => error.code(),
            Self::AccountDifferent { .. } => "run.account-different",
            Self::ClockBack { .. } => "run.clock-back",
            Self::UndoOfUndo { .. } => "run.undo-of-undo",
            Self::UndoResumed { .. } => "run.undo-resumed",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::Rehearsal(error) => error.blame(),
            _ => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::AccountUnknown { .. } => None,
            Self::UndoResumed { undoes, .. } => {
                let undoes = host_model::quote_within(undoes, 64);
                Some(format!("`host undo {undoes}` goes on: what is gone is skipped"))
            }
            Self::UndoOfUndo { .. } => {
                Some("run the workflow again: it makes what is not there".to_owned())
            }
            Self::AccountMissing { name, .. } => Some(format!(
                "bind it with `--account {name}=PROFILE@ID`, or try the workflow with `--simulate`"
            )),
            Self::Journal(error) => error.hint(),
            Self::Rehearsal(error) => error.hint(),
            Self::Record(error) => error.hint(),
            Self::AccountDifferent { .. } => Some(
                "correct the profile; or start a new run, which finds what is there".to_owned(),
            ),
            Self::ClockBack { .. } => Some("correct the clock, and go on then".to_owned()),
            Self::VaultUnfit { .. } => Some("run `host doctor`".to_owned()),
        }
    }
}
