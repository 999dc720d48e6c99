//! Why a journal cannot be used.

use std::path::PathBuf;

use host_model::{Blame, Problem, RunId};

/// Why a journal cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file, or its folder, cannot be used: missing rights, no space, another file format.
    #[error("the journal `{}` cannot be {what}: {reason}", path.display())]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What was attempted: `made`, `opened`, `locked`, `read`, `written`.
        what: &'static str,
        /// Why not.
        reason: String,
    },
    /// The file is of a newer version of this program.
    #[error("the journal `{}` has format {found}, and this program reads up to {known}", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The newest that is known.
        known: i64,
    },
    /// There is no such run.
    #[error("there is no run `{run}`")]
    RunUnknown {
        /// Its id.
        run: RunId,
    },
    /// There is a run of that id already.
    #[error("there is a run `{run}` already")]
    RunTaken {
        /// Its id.
        run: RunId,
    },
    /// Another process writes the run.
    #[error("run `{run}` is being written by {holder}")]
    RunHeld {
        /// Its id.
        run: RunId,
        /// Who: process and machine.
        holder: String,
    },
    /// A run was damaged, or changed by somebody else.
    #[error("run `{run}` was damaged or changed: {what}")]
    RunDamaged {
        /// Its id.
        run: RunId,
        /// What does not fit, and where.
        what: String,
    },
    /// A component that is not what its digest says, or is not there.
    #[error("the component `{digest}` of the journal {what}")]
    ComponentDamaged {
        /// Its digest.
        digest: String,
        /// What is wrong.
        what: &'static str,
    },
}

impl Problem for JournalError {
    fn code(&self) -> &'static str {
        match self {
            Self::Unusable { .. } => "journal.file-unusable",
            Self::Newer { .. } => "journal.format-newer",
            Self::RunUnknown { .. } => "journal.run-unknown",
            Self::RunTaken { .. } => "journal.run-taken",
            Self::RunHeld { .. } => "journal.run-held",
            Self::RunDamaged { .. } => "journal.run-damaged",
            Self::ComponentDamaged { .. } => "journal.component-damaged",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Unusable { .. } => {
                "free space, or correct the rights of the folder; `HOST_STATE` names another one"
                    .to_owned()
            }
            Self::Newer { .. } => "use the version of this program that wrote it".to_owned(),
            Self::RunUnknown { .. } => "`host runs` lists them".to_owned(),
            Self::RunTaken { .. } => "go on with it: `host resume RUN`".to_owned(),
            Self::RunHeld { .. } => "wait until it ends, or end that process".to_owned(),
            Self::RunDamaged { run, .. } => {
                format!("nothing is done with it; `host show {run}` shows what can be read")
            }
            Self::ComponentDamaged { .. } => "start a new run with the workflow's file".to_owned(),
        })
    }
}
