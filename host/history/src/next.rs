//! What a person can do next about a run.

use host_model::quote_within;
use host_runner::Verdict;

use crate::{Ending, Past, State};

/// What a person can do next about a run in that state, the most useful first. Empty if nothing is left.
pub fn next(past: &Past, state: &State) -> Vec<String> {
    let run = &past.run;
    match state {
        State::Open | State::Ended(_) if past.undone_by.is_some() => Vec::new(),
        State::UnderWay { holder } => {
            vec![format!("wait until it ends: {} writes it", quote_within(holder, 120))]
        }
        State::Open if past.begun.undoes.is_some() => undo_again(past.begun.undoes.as_deref()),
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
        State::Ended(verdict) => {
            let ended = past.ended().map(|(_, ended)| ended);
            left_to_do(&Ending {
                run: run.as_str(),
                undoes: past.begun.undoes.as_deref(),
                verdict: *verdict,
                // Stopped from outside: nothing was answered that could not be replayed, whatever the verdict.
                stopped: ended.is_some_and(|ended| ended.stopped),
                changes: past.changes(),
                code: ended.and_then(|ended| ended.code.as_deref()),
            })
        }
    }
}

/// What a person can do next about a run that ended so, the most useful first. Never empty.
pub fn next_after(ending: &Ending<'_>) -> Vec<String> {
    let mut next = left_to_do(ending);
    if next.is_empty() {
        next.push(format!("`host show {}` tells all of it, with request ids", ending.run));
    }
    next
}

fn left_to_do(ending: &Ending<'_>) -> Vec<String> {
    if ending.undoes.is_some() {
        return match ending.verdict {
            Verdict::Done | Verdict::Verified => Vec::new(),
            _ => undo_again(ending.undoes),
        };
    }
    let run = ending.run;
    let mut next = vec![first(ending)];
    if ending.changes > 0 {
        next.push(format!("`host undo {run}` shows what it made, and takes that back"));
    }
    next
}

/// What an undo left is taken back by another one, which looks at each thing first.
fn undo_again(undone: Option<&str>) -> Vec<String> {
    let undone = quote_within(undone.unwrap_or_default(), 60);
    vec![format!("`host undo {undone}` looks again, and takes back what is left")]
}

fn first(ending: &Ending<'_>) -> String {
    let run = ending.run;
    match (ending.code, ending.verdict) {
        // Going on would come to the same: only a new plan knows the cloud of now.
        (Some("plan.stale"), _) => {
            "`host plan …` with the same words plans it for the cloud as it is now".to_owned()
        }
        (Some("plan.violated"), _) => {
            format!("`host show {run}` tells what it did and what it tried besides its plan")
        }
        (Some("run.replay-diverged"), _) => {
            "`host run …` with the same words begins anew: it finds what is there".to_owned()
        }
        (Some("run.declined"), _) => format!("`host resume {run}` asks again"),
        (_, Verdict::Indeterminate) => {
            format!("do what the reason says; then `host resume {run}` looks again")
        }
        (_, Verdict::Stopped) => format!("`host resume {run}` goes on where it stopped"),
        _ if ending.stopped => format!("`host resume {run}` goes on where it stopped"),
        (_, Verdict::Verified | Verdict::Done) => {
            format!("`host check {run}` says later whether the cloud still is so")
        }
        (_, Verdict::AccessOnly | Verdict::Pending) => {
            "`host run …` with the same words again later: it finds what is there, and whether the rest has \
             come"
            .to_owned()
        }
        (_, Verdict::Partial | Verdict::Failed) => {
            "mend what the reason says, and `host run …` with the same words again: it finds what is there"
                .to_owned()
        }
        (_, Verdict::Denied) => {
            "`host run …` again with what the reason names, or leave it".to_owned()
        }
    }
}
