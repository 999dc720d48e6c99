//! What can go wrong with a file of SQLite, in this room's words.

use std::path::Path;

use host_model::RunId;
use rusqlite::ErrorCode;

use crate::JournalError;

/// Why something could not be read or written.
#[derive(Debug)]
pub(crate) enum Trouble {
    /// SQLite says so.
    Sql(rusqlite::Error),
    /// The system says so.
    System(std::io::Error),
    /// What is there is not what was written.
    Damage(String),
    /// An error that is complete.
    Whole(JournalError),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<std::io::Error> for Trouble {
    fn from(error: std::io::Error) -> Self {
        Self::System(error)
    }
}

impl From<JournalError> for Trouble {
    fn from(error: JournalError) -> Self {
        Self::Whole(error)
    }
}

impl Trouble {
    /// As an error of the whole journal, which could not be `what`.
    pub(crate) fn of_file(self, path: &Path, what: &'static str) -> JournalError {
        let reason = match self {
            Self::Sql(error) => reason(&error),
            Self::System(error) => error.to_string(),
            Self::Damage(damage) => damage,
            Self::Whole(error) => return error,
        };
        JournalError::Unusable { path: path.to_owned(), what, reason }
    }

    /// As an error of one run, if it is one.
    pub(crate) fn of_run(self, run: &RunId, path: &Path, what: &'static str) -> JournalError {
        match self {
            Self::Damage(what) => JournalError::RunDamaged { run: run.clone(), what },
            Self::Sql(error) if is_damage(&error) => {
                JournalError::RunDamaged { run: run.clone(), what: reason(&error) }
            }
            other => other.of_file(path, what),
        }
    }
}

fn is_damage(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(ErrorCode::DatabaseCorrupt)
}

/// Why, for people.
fn reason(error: &rusqlite::Error) -> String {
    let why = match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => "no space is left",
        Some(ErrorCode::ReadOnly) => "it, or its folder, can only be read",
        Some(ErrorCode::CannotOpen) => "it cannot be opened, or its folder cannot be written",
        Some(ErrorCode::PermissionDenied) => "its rights do not allow it",
        Some(ErrorCode::NotADatabase) => "it is no journal",
        Some(ErrorCode::DatabaseCorrupt) => "the file is damaged where this is kept",
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            "another process has kept it busy for too long"
        }
        Some(ErrorCode::SystemIoFailure) => "the disk does not do what it is told",
        Some(ErrorCode::TooBig) => "this is longer than the journal can keep",
        _ => return error.to_string(),
    };
    format!("{why} ({error})")
}
