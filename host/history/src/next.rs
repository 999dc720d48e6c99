//! What a person can do next about a run.

use host_model::quote_within;
use host_runner::Verdict;

use crate::{Past, State};

/// What a person can do next about a run in that state, the most useful first. Empty if nothing is left.
pub fn next(past: &Past, state: &State) -> Vec<String> {
    let run = &past.run;
    let undone = past.begun.undoes.as_deref();
    if let Some(next) = undone.and_then(|undone| after_undo(undone, state)) {
        return next;
    }
    match state {
        // Nothing of it is there to be gone on with, or taken back.
        State::Open | State::Ended(_) if past.undone_by.is_some() => Vec::new(),
        State::UnderWay { holder } => {
            vec![format!("wait until it ends: {} writes it", quote_within(holder, 120))]
        }
        State::Open => match past.open() {
            Some((_, call)) => vec![format!(
                "`host resume {run}` finds out whether this took effect, and goes on: {}",
                call.sentence
            )],
            None => vec![format!("`host resume {run}` goes on where it stopped")],
        },
        State::Damaged => vec![
            "look in the cloud, by the request ids and names above; a new run finds what is there"
                .to_owned(),
        ],
        State::Ended(verdict) => after(past, *verdict),
    }
}

/// What an undo left is taken back by another one, which looks at each thing first.
fn after_undo(undone: &str, state: &State) -> Option<Vec<String>> {
    let undone = quote_within(undone, 60);
    match state {
        State::Ended(Verdict::Done | Verdict::Verified) => Some(Vec::new()),
        State::Open | State::Ended(_) => {
            Some(vec![format!("`host undo {undone}` looks again, and takes back what is left")])
        }
        State::UnderWay { .. } | State::Damaged => None,
    }
}

fn after(past: &Past, verdict: Verdict) -> Vec<String> {
    let run = &past.run;
    let mut next = Vec::new();
    // Stopped from outside: nothing was answered that could not be replayed, whatever the verdict.
    let is_stopped = past.ended().is_some_and(|(_, ended)| ended.stopped);
    next.extend(match verdict {
        _ if is_stopped => Some(format!("`host resume {run}` goes on where it stopped")),
        Verdict::Verified | Verdict::Done => None,
        Verdict::AccessOnly | Verdict::Pending => Some(
            "run the workflow again later: it finds what is there, and whether the rest has come"
                .to_owned(),
        ),
        Verdict::Partial | Verdict::Failed => Some(
            "mend what the reason says, and run the workflow again: it finds what is there"
                .to_owned(),
        ),
        Verdict::Denied => {
            Some("run the workflow again with what the reason names, or leave it".to_owned())
        }
        Verdict::Stopped => Some(format!("`host resume {run}` goes on where it stopped")),
        Verdict::Indeterminate => {
            Some(format!("do what the reason says; then `host resume {run}` looks again"))
        }
    });
    if past.changes() > 0 {
        next.push(format!("`host undo {run}` shows what it made, and takes that back"));
    }
    next
}
