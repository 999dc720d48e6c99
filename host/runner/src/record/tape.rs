//! What a run was answered before: a resumed workflow gets the same answers to the same questions.

use std::collections::VecDeque;

use host_model::{ErrorKind, RunId, Timestamp};
use host_runtime::{Answer, Event, Stop};

use super::{Answered, Begun, Ended, Entry, Intent, Outcome, RecordError};
use crate::Verdict;

/// An entry with its place in the run.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    /// Its number.
    pub number: u64,
    /// When it was written.
    pub at: Timestamp,
    /// The entry.
    pub entry: Entry,
}

impl Numbered {
    fn read(run: &RunId, entry: &host_journal::Entry) -> Result<Self, RecordError> {
        let body = serde_json::from_str(&entry.body).map_err(|error| {
            let (run, number) = (run.clone(), entry.number);
            RecordError::EntryUnreadable { run, number, reason: error.to_string() }
        })?;
        Ok(Self { number: entry.number, at: entry.at, entry: body })
    }
}

/// Reads the entries of a run.
///
/// # Errors
///
/// One is of a kind or a shape that this version does not know, or the first one is not the beginning.
pub fn read(run: &RunId, entries: &[host_journal::Entry]) -> Result<Vec<Numbered>, RecordError> {
    let all =
        entries.iter().map(|entry| Numbered::read(run, entry)).collect::<Result<Vec<_>, _>>()?;
    match all.first() {
        Some(Numbered { entry: Entry::Begun(_), .. }) => Ok(all),
        _ => Err(RecordError::BeginningMissing { run: run.clone() }),
    }
}

/// How a run began.
pub fn begun(entries: &[Numbered]) -> Option<&Begun> {
    entries.iter().find_map(|it| match &it.entry {
        Entry::Begun(begun) => Some(begun),
        _ => None,
    })
}

/// How it ended, if it did; a run that went on after it has not.
pub fn ended(entries: &[Numbered]) -> Option<&Ended> {
    match entries.last().map(|it| &it.entry) {
        Some(Entry::Ended(ended)) => Some(ended),
        _ => None,
    }
}

/// How it came to its end, if nothing is left of it to go on with.
pub fn over<'a>(run: &RunId, entries: &'a [Numbered]) -> Option<&'a Ended> {
    ended(entries).filter(|_| matches!(Tape::of(run, entries), Err(RecordError::Over { .. })))
}

/// One thing that was asked before.
#[derive(Debug, Clone, PartialEq)]
#[expect(clippy::large_enum_variant, reason = "they are taken one at a time")]
pub(crate) enum Past {
    /// And what was answered.
    Answered {
        /// The entry's number.
        number: u64,
        /// When.
        at: Timestamp,
        /// What was asked.
        event: Event,
        /// What was answered.
        answer: Answer,
        /// The intent, if the call had an effect.
        intent: Option<Box<Intent>>,
    },
    /// A call that was about to be sent when the run died.
    Open {
        /// When.
        at: Timestamp,
        /// The call.
        intent: Box<Intent>,
    },
}

/// Past answers, in order.
#[derive(Debug, Default)]
pub(crate) struct Tape {
    past: VecDeque<Past>,
}

impl Tape {
    /// What of a run can be replayed, and the number from which on it cannot: there a refusal is tried again.
    ///
    /// # Errors
    ///
    /// The run came to its end, or something was changed after the refusal that ended it.
    pub(crate) fn of(
        run: &RunId,
        entries: &[Numbered],
    ) -> Result<(Self, Option<u64>), RecordError> {
        let entries = without_retried(entries);
        let again_from = match ended(&entries) {
            None => None,
            Some(end) => match end.verdict {
                Verdict::Stopped | Verdict::Indeterminate => None,
                Verdict::Denied | Verdict::Failed | Verdict::Partial => {
                    match refusal(&entries) {
                        Some(number) => Some(number),
                        // Declined, at a limit, or the host stopped it: nothing was answered, so all can be
                        // replayed.
                        None if end.stopped => None,
                        None => {
                            return Err(RecordError::Over {
                                run: run.clone(),
                                verdict: end.verdict,
                            });
                        }
                    }
                }
                verdict => return Err(RecordError::Over { run: run.clone(), verdict }),
            },
        };
        let kept = |it: &&Numbered| again_from.is_none_or(|number| it.number < number);
        Ok((Self { past: past(entries.iter().filter(kept)) }, again_from))
    }

    /// Everything that was answered, for a rehearsal.
    pub(crate) fn whole(entries: &[Numbered]) -> Self {
        Self { past: past(without_retried(entries).iter()) }
    }

    /// What was answered, in order.
    pub(crate) fn into_past(self) -> VecDeque<Past> {
        self.past
    }

    pub(crate) fn len(&self) -> usize {
        self.past.len()
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.past.is_empty()
    }

    /// What was answered to this event; `None` at the tape's end. Texts were redacted before they were
    /// written down, so they are compared in that form too.
    ///
    /// # Errors
    ///
    /// Something else was asked in this place.
    pub(crate) fn next(
        &mut self,
        event: &Event,
        redact: &dyn Fn(&str) -> String,
    ) -> Result<Option<Past>, Stop> {
        let Some(past) = self.past.pop_front() else { return Ok(None) };
        let recorded = match &past {
            Past::Answered { event, .. } => event.clone(),
            Past::Open { intent, .. } => Event::Call(intent.call.clone()),
        };
        if recorded == *event || redacted(&recorded, redact) == redacted(event, redact) {
            return Ok(Some(past));
        }
        Err(Stop::Diverged { recorded: Box::new(recorded), asked: Box::new(event.clone()) })
    }
}

fn redacted(event: &Event, redact: &dyn Fn(&str) -> String) -> String {
    redact(&serde_json::to_string(event).unwrap_or_default())
}

/// Entries that a later resume did not replay are not the run's story any more.
fn without_retried(entries: &[Numbered]) -> Vec<Numbered> {
    let mut kept: Vec<Numbered> = Vec::new();
    for it in entries {
        if let Entry::Resumed(resumed) = &it.entry
            && let Some(number) = resumed.again_from
        {
            kept.retain(|earlier| earlier.number < number);
        }
        kept.push(it.clone());
    }
    kept
}

fn past<'a>(entries: impl Iterator<Item = &'a Numbered>) -> VecDeque<Past> {
    let mut past = VecDeque::new();
    let mut open: Option<(Timestamp, Box<Intent>)> = None;
    for it in entries {
        match &it.entry {
            Entry::Answered(Answered { event, answer, .. }) => past.push_back(Past::Answered {
                number: it.number,
                at: it.at,
                event: event.clone(),
                answer: answer.clone(),
                intent: None,
            }),
            Entry::Intent(intent) => open = Some((it.at, Box::new(intent.clone()))),
            Entry::Outcome(Outcome { answer, .. }) => {
                if let Some((_, intent)) = open.take() {
                    past.push_back(Past::Answered {
                        number: it.number,
                        at: it.at,
                        event: Event::Call(intent.call.clone()),
                        answer: answer.clone(),
                        intent: Some(intent),
                    });
                }
            }
            Entry::Begun(_) | Entry::Renewed(_) | Entry::Resumed(_) | Entry::Ended(_) => {}
        }
    }
    past.extend(open.map(|(at, intent)| Past::Open { at, intent }));
    past
}

/// Where the refusal stands that ended a run, if nothing was changed after it.
fn refusal(entries: &[Numbered]) -> Option<u64> {
    let mut intent = None;
    let mut found = None;
    for it in entries {
        match &it.entry {
            Entry::Answered(Answered { answer: Answer::Error { error }, .. })
                if may_be_tried_again(&error.kind) =>
            {
                found = Some(it.number);
            }
            Entry::Intent(call) => intent = Some((it.number, call)),
            Entry::Outcome(Outcome { answer, .. }) => match answer {
                Answer::Error { error } if may_be_tried_again(&error.kind) => {
                    found = intent.map(|(number, _)| number);
                }
                // A session leaves nothing behind.
                Answer::Reply { .. }
                    if intent.is_some_and(|(_, it)| it.call.action == "AssumeRole") => {}
                Answer::Error { error } if error.kind != ErrorKind::OutcomeUnknown => {}
                _ => found = None,
            },
            _ => {}
        }
    }
    found
}

/// Refusals that had no effect, and that somebody may have removed the reason of.
fn may_be_tried_again(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::Denied
            | ErrorKind::BudgetExhausted
            | ErrorKind::Cancelled
            | ErrorKind::Unavailable
            | ErrorKind::Throttled
            | ErrorKind::Forbidden
    )
}
