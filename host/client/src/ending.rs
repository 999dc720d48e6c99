//! Failures as the errors that workflows see.

use host_catalog::{Action, Product};
use host_model::{CallError, ErrorKind, Problem as _};
use host_sign::SignError;
use host_wire::TransportError;

use crate::ClientError;
use crate::course::Failure;

/// The error of a call that was given up.
pub(crate) fn error_of(
    product: &Product,
    action: &Action,
    failure: Failure,
    carried_secret: bool,
    may_have_taken_effect: bool,
) -> CallError {
    if may_have_taken_effect {
        return unknown(product, action, failure);
    }
    match failure {
        Failure::Rejected { rejection, .. } => {
            rejection.into_call_error(product, action, carried_secret)
        }
        Failure::Transport(error) => {
            let kind = match error {
                TransportError::Forbidden { .. } => ErrorKind::Denied,
                _ => ErrorKind::Unavailable,
            };
            CallError::new(kind, error.code(), error.to_string())
                .with("action", title(product, action))
        }
        Failure::NotMade(error) => error,
    }
}

/// Whatever was said last, an earlier attempt may have taken effect; so only codes are shown.
fn unknown(product: &Product, action: &Action, failure: Failure) -> CallError {
    let reason = failure.code().to_owned();
    let (request_id, status) = match failure {
        Failure::Rejected { rejection, .. } => (rejection.request_id, Some(rejection.status)),
        Failure::Transport(_) | Failure::NotMade(_) => (None, None),
    };
    let mut error = CallError::from(ClientError::OutcomeUnknown {
        action: title(product, action),
        reason: reason.clone(),
        lost: action.lost.clone(),
    })
    .with("action", title(product, action))
    .with("last-code", reason);
    if let Some(status) = status {
        error = error.with("http-status", status.to_string());
    }
    error.request_id = request_id;
    error
}

/// A request that could not be signed was not sent.
pub(crate) fn unsigned(error: &SignError) -> CallError {
    let kind = match error {
        SignError::KeyInvalid => ErrorKind::Forbidden,
        _ => ErrorKind::Invalid,
    };
    let built = CallError::new(kind, error.code(), error.to_string());
    match error.hint() {
        Some(hint) => built.with("hint", hint),
        None => built,
    }
}

/// `product:Action`.
pub(crate) fn title(product: &Product, action: &Action) -> String {
    format!("{}:{}", product.key, action.name)
}
