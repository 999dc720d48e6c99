//! The one thing that a sandbox speaks to.

use async_trait::async_trait;

use crate::{Answer, Event};

/// Whatever answers a workflow: the live cloud now; a plan or a recorded run behind the same trait.
#[async_trait]
pub trait Driver: Send {
    /// Answers one event. An `Err` ends the run; a refusal that the workflow may handle is
    /// [`Answer::Error`].
    async fn answer(&mut self, event: Event) -> Result<Answer, Stop>;
}

/// Why a run has to end, whatever the workflow would like.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Stop {
    /// The operator interrupted it.
    #[error("the run was interrupted")]
    Interrupted,
    /// The operator declined a call, or could not be asked.
    #[error("{reason}")]
    Declined {
        /// What was declined, and why.
        reason: String,
    },
    /// A call was sent, what came of it is not known, and going on could do harm.
    #[error("{reason}")]
    Indeterminate {
        /// Which call, and what is known of it.
        reason: String,
        /// What a person can do.
        hint: String,
    },
    /// A run that is replayed asked for something else than before.
    #[error("the workflow asks for something else than it did before\n  before: {}\n  now:    {}", recorded.brief(), asked.brief())]
    Diverged {
        /// What it asked for then.
        recorded: Box<Event>,
        /// What it asks for now.
        asked: Box<Event>,
    },
    /// What is to be sent, or was answered, could not be written down.
    #[error("{reason}")]
    Unrecorded {
        /// What, and why.
        reason: String,
    },
    /// What the approved plan stands on has changed since it was made.
    #[error("{reason}")]
    Stale {
        /// What was looked at, and that it is not as it was.
        reason: String,
        /// What changed, a line each; none if that cannot be told.
        drift: Vec<String>,
    },
    /// The workflow asks for something that the approved plan does not hold.
    #[error("{reason}")]
    Unplanned {
        /// What was planned, and what was asked for.
        reason: String,
    },
    /// Something that was known could not be kept.
    #[error("{reason}")]
    Unkept {
        /// What, and why.
        reason: String,
    },
}
