//! Why a developer command failed.

use std::path::PathBuf;

use host_model::{Blame, Problem};

/// Why a developer command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum XtaskError {
    /// A program is not there, or cannot be started.
    #[error("`{program}` cannot be started: {source}")]
    ProgramMissing {
        /// The program's name.
        program: String,
        /// The system's words.
        source: std::io::Error,
    },
    /// A program ended with another status than 0.
    #[error("`{words}` failed: {status}")]
    ProgramFailed {
        /// The program and its arguments.
        words: String,
        /// The status, in the system's words.
        status: String,
    },
    /// A file or folder cannot be read or written.
    #[error("`{}` cannot be {what}: {source}", path.display())]
    FileUnusable {
        /// The file.
        path: PathBuf,
        /// What was tried: read, written, made.
        what: &'static str,
        /// The system's words.
        source: std::io::Error,
    },
    /// Something that a program said or a file holds is not what it should be.
    #[error("{what} cannot be understood: {reason}")]
    Unreadable {
        /// What it is.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Generated files differ from what their generator makes.
    #[error("{what}: {}", list(stale))]
    Stale {
        /// What is stale, in words.
        what: &'static str,
        /// The files, or what differs.
        stale: Vec<String>,
        /// The command that mends it.
        command: &'static str,
    },
    /// The contract is not what was promised.
    #[error("the contract is not what was promised\n- {}", faults.join("\n- "))]
    Broken {
        /// What is wrong, in words.
        faults: Vec<String>,
    },
    /// Rules of the house are broken.
    #[error("{count} rules of the house are broken")]
    Untidy {
        /// How often.
        count: usize,
    },
    /// A stage of `check` failed.
    #[error("stage `{stage}` failed: {source}")]
    StageFailed {
        /// The stage.
        stage: String,
        /// Why.
        source: Box<XtaskError>,
    },
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| format!("`{item}`")).collect::<Vec<_>>().join(", ")
}

fn install(program: &str) -> String {
    match program {
        "node" | "npm" | "npm.cmd" => {
            "install Node.js 20 or later, which brings `node` and `npm`, and run again".to_owned()
        }
        _ => format!("install `{program}` and run again"),
    }
}

impl Problem for XtaskError {
    fn code(&self) -> &'static str {
        match self {
            Self::ProgramMissing { .. } => "xtask.program-missing",
            Self::ProgramFailed { .. } => "xtask.program-failed",
            Self::FileUnusable { .. } => "xtask.file-unusable",
            Self::Unreadable { .. } => "xtask.answer-unreadable",
            Self::Stale { .. } => "xtask.file-stale",
            Self::Broken { .. } => "xtask.contract-broken",
            Self::Untidy { .. } => "xtask.rule-broken",
            Self::StageFailed { source, .. } => source.code(),
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::ProgramMissing { program, .. } => Some(install(program)),
            Self::Stale { command, .. } => Some(format!("run `{command}` and look at the change")),
            Self::Broken { .. } => Some(
                "docs/contract.md says what may be added, and how a new track is begun".to_owned(),
            ),
            Self::StageFailed { stage, source } => {
                let again = format!("`cargo xtask check {stage}` runs this stage alone");
                Some(source.hint().map_or_else(|| again.clone(), |hint| format!("{hint}; {again}")))
            }
            _ => None,
        }
    }
}
