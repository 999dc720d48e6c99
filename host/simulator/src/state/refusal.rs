//! The cloud's no.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

/// Why a request was refused, as the cloud says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, thiserror::Error)]
#[error("{code}: {message}")]
pub struct CloudError {
    /// For example `EntityNotExist.Role`.
    pub code: String,
    /// The HTTP status.
    pub status: u16,
    /// For people.
    pub message: String,
    /// `AccessDeniedDetail`, for refusals by RAM.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<Box<Json>>,
}

/// The code of an error that no cloud gives: the state does not know enough to answer.
const UNKNOWN: &str = "simulator.state-unknown";

impl CloudError {
    /// A refusal.
    pub fn new(code: impl Into<String>, status: u16, message: impl Into<String>) -> Self {
        Self { code: code.into(), status, message: message.into(), detail: None }
    }

    /// The state does not know `what`: it has to be read from the real cloud first.
    pub fn unknown(what: &str) -> Self {
        Self::new(UNKNOWN, 0, format!("{what} is not known yet"))
    }

    /// Whether the state did not know enough, so that this is no answer of a cloud.
    pub fn is_unknown(&self) -> bool {
        self.code == UNKNOWN
    }

    pub(crate) fn invalid(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(code, 400, message)
    }

    pub(crate) fn not_exist(what: &str, name: &str) -> Self {
        Self::new(
            format!("EntityNotExist.{what}"),
            404,
            format!("The {} does not exist: {name}.", words(what)),
        )
    }

    /// A refusal whose words are its code, as CS and ECS often answer.
    pub(crate) fn bare(code: &str, status: u16) -> Self {
        Self::new(code, status, code)
    }

    pub(crate) fn already_exists(what: &str, name: &str) -> Self {
        Self::new(
            format!("EntityAlreadyExists.{what}"),
            409,
            format!("The {} exists already: {name}.", words(what)),
        )
    }

    pub(crate) fn delete_conflict(what: &str, message: &str) -> Self {
        Self::new(format!("DeleteConflict.{what}"), 409, message)
    }

    pub(crate) fn limit_exceeded(what: &str, limit: usize) -> Self {
        Self::new(
            format!("LimitExceeded.{what}"),
            409,
            format!("The quota of {limit} for {} is used up.", words(what)),
        )
    }
}

/// `Role.Policy` as `role policy`.
fn words(what: &str) -> String {
    what.replace('.', " ").to_lowercase()
}
