//! What attempts got, as data for the test.

use host_workflow_sdk::{Error, ErrorKind};
use serde_json::{Map, Value as Json, json};

/// All attempts of an attack, in order.
#[derive(Debug, Default)]
pub(crate) struct Attempts(Vec<Json>);

impl Attempts {
    /// Notes what one attempt got. `shown` turns a success into what the attacker could read of it.
    pub(crate) fn note<T>(
        &mut self,
        what: &str,
        result: Result<T, Error>,
        shown: impl FnOnce(T) -> Json,
    ) {
        self.0.push(match result {
            Ok(value) => json!({ "what": what, "kind": "ok", "value": shown(value) }),
            Err(error) => failure(what, error),
        });
    }

    /// The same where a success has nothing to read.
    pub(crate) fn done<T>(&mut self, what: &str, result: Result<T, Error>) {
        self.note(what, result, |_| Json::Null);
    }

    pub(crate) fn into_json(self) -> Vec<Json> {
        self.0
    }
}

fn failure(what: &str, error: Error) -> Json {
    let details: Map<String, Json> =
        error.details.into_iter().map(|(key, value)| (key, Json::String(value))).collect();
    json!({
        "what": what,
        "kind": word(&error.kind),
        "code": error.code,
        "message": error.message,
        "request-id": error.request_id,
        "details": details,
    })
}

fn word(kind: &ErrorKind) -> &str {
    match kind {
        ErrorKind::Denied => "denied",
        ErrorKind::NotFound => "not-found",
        ErrorKind::AlreadyExists => "already-exists",
        ErrorKind::Invalid => "invalid",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Forbidden => "forbidden",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Unavailable => "unavailable",
        ErrorKind::OutcomeUnknown => "outcome-unknown",
        ErrorKind::BudgetExhausted => "budget-exhausted",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Other(word) => word,
    }
}
