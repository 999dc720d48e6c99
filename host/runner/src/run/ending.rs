//! What the error that ended a run means.

use host_model::{CallError, ErrorKind, Problem as _};
use host_runtime::{RuntimeError, Stop};

use crate::Verdict;
use crate::ledger::{Ledger, Recorded, Stale};

/// Where a workflow gives up by itself after it read what its plan did not know, the plan is what has to be made
/// again.
pub(super) fn stale_rather(error: RuntimeError, ledger: &Ledger) -> RuntimeError {
    match (&error, &ledger.stale) {
        (RuntimeError::Failed { error: own, .. }, Some((_, Stale { reason, drift })))
            if !ledger.failed_with.contains(&own.code) =>
        {
            let reason = format!("{reason}; the workflow ended with `{}`", code_of(&error));
            RuntimeError::Stopped(Stop::Stale { reason, drift: drift.clone() })
        }
        _ => error,
    }
}

/// What to do next, if the host knows. `applied` is whether a saved plan was applied, which allows no more than it was
/// made with.
pub(super) fn hint_of(error: &RuntimeError, applied: bool) -> Option<String> {
    let hint = error.hint()?;
    let RuntimeError::Failed { error, .. } = error else { return Some(hint) };
    match error.details.get("grant") {
        Some(grant) if applied && grant.starts_with("--") && hint.contains(grant.as_str()) => {
            Some(format!("make the plan again with `{grant}`, and apply that one"))
        }
        _ => Some(hint),
    }
}

/// A grant that the host did not offer in this run is the workflow's wish, and no advice of the host's.
pub(super) fn without_wishes(mut error: RuntimeError, ledger: &Ledger) -> RuntimeError {
    if let RuntimeError::Failed { error, .. } = &mut error {
        let offered = |grant: &String| {
            ledger.calls.iter().any(|call| call.grant.as_ref().is_some_and(|it| it == grant))
        };
        if !error.details.get("grant").is_some_and(offered) {
            error.details.remove("grant");
        }
    }
    error
}

/// The verdict of a run that did not come to its end.
///
/// What the workflow says of it is a claim: it was denied, or is unknown, if a call of this run was.
pub(super) fn verdict_of(error: &RuntimeError, ledger: &Ledger) -> Verdict {
    let seen = |answer: Recorded| ledger.calls.iter().any(|call| call.answer == answer);
    match error {
        RuntimeError::Stopped(Stop::Indeterminate { .. }) => Verdict::Indeterminate,
        RuntimeError::Stopped(Stop::Diverged { .. } | Stop::Unplanned { .. })
            if ledger.has_changed() =>
        {
            Verdict::Partial
        }
        RuntimeError::Stopped(Stop::Diverged { .. }) => Verdict::Failed,
        RuntimeError::Stopped(Stop::Declined { .. } | Stop::Unplanned { .. }) => Verdict::Denied,
        RuntimeError::Stopped(Stop::Stale { .. }) if !ledger.has_changed() => Verdict::Failed,
        RuntimeError::Stopped(_) => Verdict::Stopped,
        RuntimeError::Failed { error: CallError { kind: ErrorKind::Denied, .. }, .. }
            if seen(Recorded::Denied) =>
        {
            Verdict::Denied
        }
        RuntimeError::Failed {
            error: CallError { kind: ErrorKind::OutcomeUnknown, .. }, ..
        } if seen(Recorded::Unknown) => Verdict::Indeterminate,
        _ if ledger.has_changed() => Verdict::Partial,
        _ => Verdict::Failed,
    }
}

/// Whether a run ended because of something outside of it, so that everything that was answered can be answered
/// again. At a limit nothing was: with a higher one the run goes on there.
pub(super) fn is_stopped(error: &RuntimeError) -> bool {
    match error {
        RuntimeError::Stopped(_) | RuntimeError::LimitReached { .. } => true,
        RuntimeError::Failed { error, .. } => error.kind == ErrorKind::BudgetExhausted,
        _ => false,
    }
}

/// What changed since the plan was made, if that ended the run.
pub(super) fn drift_of(error: &RuntimeError) -> &[String] {
    match error {
        RuntimeError::Stopped(Stop::Stale { drift, .. }) => drift,
        _ => &[],
    }
}

/// The workflow's or the cloud's own code says more than that the workflow failed.
pub(crate) fn code_of(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Failed { error, .. } => error.code.clone(),
        other => other.code().to_owned(),
    }
}
