//! Errors as a workflow sees them, and what every room's error can answer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What a failed call was, for control flow. Mirrors `error-kind` in `wit/`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Refused by the host: not declared, not granted, or not in the approved plan.
    Denied,
    /// The object is not there.
    NotFound,
    /// An object of that name is there already.
    AlreadyExists,
    /// A parameter is wrong.
    Invalid,
    /// The object's state, a dependency or a quota stands against it.
    Conflict,
    /// The cloud refused: no permission, or a key that is not accepted.
    Forbidden,
    /// Too many requests, even after waiting.
    Throttled,
    /// No answer, or the cloud is unwell; the request had no effect.
    Unavailable,
    /// The request was sent and no answer was read: it may have taken effect.
    OutcomeUnknown,
    /// A budget of this run is used up.
    BudgetExhausted,
    /// The run is being stopped.
    Cancelled,
    /// Anything else, in one word.
    Other(String),
}

impl ErrorKind {
    /// The word, as it stands in events.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Denied => "denied",
            Self::NotFound => "not-found",
            Self::AlreadyExists => "already-exists",
            Self::Invalid => "invalid",
            Self::Conflict => "conflict",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
            Self::Unavailable => "unavailable",
            Self::OutcomeUnknown => "outcome-unknown",
            Self::BudgetExhausted => "budget-exhausted",
            Self::Cancelled => "cancelled",
            Self::Other(word) => word,
        }
    }
}

/// Why a call failed. Mirrors the record `error` in `wit/`; never holds a secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CallError {
    /// For control flow.
    pub kind: ErrorKind,
    /// The cloud's or the host's own code, for example `EntityNotExist.Role`.
    pub code: String,
    /// For people: lower-case sentence of the host, or the cloud's own words, quoted.
    pub message: String,
    /// The cloud's id of the request, if there was an answer.
    pub request_id: Option<String>,
    /// Open: `grant`, `limit`, `http-status`, `hint`.
    pub details: BTreeMap<String, String>,
}

impl CallError {
    /// An error of the host's own.
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.into(),
            message: message.into(),
            request_id: None,
            details: BTreeMap::new(),
        }
    }

    /// The same, with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.details.insert(key.to_owned(), value.into());
        self
    }
}

/// Who has to do something about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blame {
    /// The person at the command line: words, files, settings.
    User,
    /// The workflow, or whoever wrote it.
    Workflow,
    /// The cloud, or the way to it.
    Cloud,
    /// A rule that refused; the operator decides.
    Policy,
    /// This program.
    Host,
}

/// What every room's error answers, so that one place can present them all.
pub trait Problem: std::error::Error {
    /// A stable code, `room.noun-adjective`, for example `sign.header-repeated`.
    fn code(&self) -> &'static str;

    /// Who has to act: picks the exit status.
    fn blame(&self) -> Blame;

    /// What to do next, if that is known.
    fn hint(&self) -> Option<String> {
        None
    }
}
