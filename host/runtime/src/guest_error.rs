//! Errors of calls as workflows see them.

use host_bindings::types;
use host_model::{CallError, ErrorKind};
use wasmtime::component::Val;

/// The error as the generated bindings have it.
pub(crate) fn to_guest(error: CallError) -> types::Error {
    types::Error {
        kind: kind_to_guest(error.kind),
        code: error.code,
        message: error.message,
        request_id: error.request_id,
        details: error.details.into_iter().collect(),
    }
}

/// The error that a workflow ended with.
pub(crate) fn from_guest(error: types::Error) -> CallError {
    CallError {
        kind: kind_from_guest(error.kind),
        code: error.code,
        message: error.message,
        request_id: error.request_id,
        details: error.details.into_iter().collect(),
    }
}

/// The error as a dynamic value.
pub(crate) fn to_val(error: CallError) -> Val {
    let kind = match &error.kind {
        ErrorKind::Other(word) => {
            Val::Variant("other".to_owned(), Some(Box::new(Val::String(word.clone()))))
        }
        kind => Val::Variant(kind.as_str().to_owned(), None),
    };
    let details = error
        .details
        .into_iter()
        .map(|(key, value)| Val::Tuple(vec![Val::String(key), Val::String(value)]));
    Val::Record(vec![
        ("kind".to_owned(), kind),
        ("code".to_owned(), Val::String(error.code)),
        ("message".to_owned(), Val::String(error.message)),
        (
            "request-id".to_owned(),
            Val::Option(error.request_id.map(|id| Box::new(Val::String(id)))),
        ),
        ("details".to_owned(), Val::List(details.collect())),
    ])
}

fn kind_to_guest(kind: ErrorKind) -> types::ErrorKind {
    use types::ErrorKind as Guest;
    match kind {
        ErrorKind::Denied => Guest::Denied,
        ErrorKind::NotFound => Guest::NotFound,
        ErrorKind::AlreadyExists => Guest::AlreadyExists,
        ErrorKind::Invalid => Guest::Invalid,
        ErrorKind::Conflict => Guest::Conflict,
        ErrorKind::Forbidden => Guest::Forbidden,
        ErrorKind::Throttled => Guest::Throttled,
        ErrorKind::Unavailable => Guest::Unavailable,
        ErrorKind::OutcomeUnknown => Guest::OutcomeUnknown,
        ErrorKind::BudgetExhausted => Guest::BudgetExhausted,
        ErrorKind::Cancelled => Guest::Cancelled,
        ErrorKind::Other(word) => Guest::Other(word),
    }
}

fn kind_from_guest(kind: types::ErrorKind) -> ErrorKind {
    use types::ErrorKind as Guest;
    match kind {
        Guest::Denied => ErrorKind::Denied,
        Guest::NotFound => ErrorKind::NotFound,
        Guest::AlreadyExists => ErrorKind::AlreadyExists,
        Guest::Invalid => ErrorKind::Invalid,
        Guest::Conflict => ErrorKind::Conflict,
        Guest::Forbidden => ErrorKind::Forbidden,
        Guest::Throttled => ErrorKind::Throttled,
        Guest::Unavailable => ErrorKind::Unavailable,
        Guest::OutcomeUnknown => ErrorKind::OutcomeUnknown,
        Guest::BudgetExhausted => ErrorKind::BudgetExhausted,
        Guest::Cancelled => ErrorKind::Cancelled,
        Guest::Other(word) => ErrorKind::Other(word),
    }
}
