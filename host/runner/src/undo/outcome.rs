//! What came of an undo: step by step, and as a whole.

use host_model::{CallError, RunId, quote_within};
use serde_json::json;

use super::desk::{Desk, Halt};
use super::step::{Stays, Step};
use crate::record::{self, Entry};
use crate::{RunEvent, Verdict};

/// What came of a step.
pub(super) enum Ran {
    Done,
    Gone(String),
    Stays(Vec<Stays>),
    /// Whether it took effect is not known.
    Unknown(Stays),
    /// It did not work, and might another time.
    Failed(Stays),
}

/// What came of all steps.
#[derive(Default)]
pub(super) struct Report {
    pub(super) removed: Vec<String>,
    pub(super) gone: Vec<String>,
    /// Steps of which nothing is left; an earlier undo may have died before the vault forgot.
    pub(super) gone_steps: Vec<Step>,
    pub(super) stays: Vec<Stays>,
    pub(super) is_unknown: bool,
    pub(super) has_failed: bool,
    pub(super) code: Option<String>,
}

/// Why not everything was tried.
pub(super) enum End {
    Declined(String),
    Halted(Halt),
}

impl From<Halt> for End {
    fn from(halt: Halt) -> Self {
        Self::Halted(halt)
    }
}

impl Desk {
    /// The end: the verdict, the vault, and the last entry.
    pub(super) async fn end(
        &mut self,
        run: &RunId,
        report: Report,
        ended: Result<(), End>,
    ) -> record::Ended {
        let (verdict, reason, code, stopped) = conclude(run, &report, &ended, self.changes);
        let output = json!({
            "undoes": run.to_string(),
            "removed": report.removed,
            "gone": report.gone,
            "stays": report.stays,
        });
        let output = self.redact(&output.to_string());
        let ended = record::Ended {
            verdict,
            reason: self.redact(&reason),
            code,
            exit: verdict.exit(),
            stopped,
            changes: self.changes,
            looks: 0,
            calls: self.calls,
            proofs: Vec::new(),
            output: serde_json::from_str(&output).ok(),
            drift: Vec::new(),
            left: Vec::new(),
        };
        let written = self.write(Entry::Ended(ended.clone())).await;
        let record = ended.clone();
        self.report(&RunEvent::RunEnded {
            verdict,
            reason: record.reason,
            code: record.code,
            hint: hint_of(run, verdict),
            exit: record.exit,
            stopped,
            changes: record.changes,
            looks: 0,
            calls: record.calls,
            proofs: Vec::new(),
            output: record.output,
            drift: Vec::new(),
        });
        if let Err(Halt::Unrecorded(error)) = written {
            let message = format!("how the undo ended could not be written down: {error}");
            self.report(&RunEvent::Note { message });
        }
        ended
    }
}

impl Report {
    pub(super) fn note(&mut self, step: &Step, ran: Ran) {
        match ran {
            Ran::Done => self.removed.push(step.sentence()),
            Ran::Gone(reason) => self.gone.push(format!("{}: {reason}", step.about)),
            Ran::Stays(stays) => {
                // Several scripts may find the same.
                for one in stays {
                    if !self.stays.contains(&one) {
                        self.stays.push(one);
                    }
                }
            }
            Ran::Unknown(stays) => {
                self.is_unknown = true;
                self.stays.push(stays);
            }
            Ran::Failed(stays) => {
                self.has_failed = true;
                self.stays.push(stays);
            }
        }
    }
}

/// An error for people, with what would allow what was denied.
pub(super) fn said(error: &CallError) -> String {
    let (code, message) = (quote_within(&error.code, 80), quote_within(&error.message, 300));
    match error.details.get("grant") {
        Some(grant) => format!("`{code}`: {message} (`{grant}` allows it)"),
        None => format!("`{code}`: {message}"),
    }
}

fn conclude(
    run: &RunId,
    report: &Report,
    ended: &Result<(), End>,
    changes: u32,
) -> (Verdict, String, Option<String>, bool) {
    let count = report.stays.len();
    match ended {
        Err(End::Declined(reason)) => {
            (Verdict::Denied, reason.clone(), Some("run.declined".to_owned()), true)
        }
        Err(End::Halted(Halt::Interrupted)) => {
            let reason = "the undo was interrupted".to_owned();
            (Verdict::Stopped, reason, Some("run.interrupted".to_owned()), true)
        }
        Err(End::Halted(Halt::Unrecorded(error))) => {
            let reason =
                format!("nothing more was done, because it could not be written down: {error}");
            (Verdict::Stopped, reason, Some("run.journal-unkept".to_owned()), true)
        }
        Ok(()) if report.is_unknown => {
            let reason = format!("whether a call took effect is not known; {count} things stay");
            (Verdict::Indeterminate, reason, report.code.clone(), false)
        }
        Ok(()) if report.has_failed => {
            let verdict = if changes > 0 { Verdict::Partial } else { Verdict::Failed };
            let reason = format!("not everything could be taken back; {count} things stay");
            (verdict, reason, report.code.clone(), false)
        }
        Ok(()) => {
            let stays = match count {
                0 => "nothing stays".to_owned(),
                1 => "1 thing stays, as listed".to_owned(),
                many => format!("{many} things stay, as listed"),
            };
            (Verdict::Done, format!("run `{run}` is taken back; {stays}"), None, false)
        }
    }
}

fn hint_of(run: &RunId, verdict: Verdict) -> Option<String> {
    let again = matches!(
        verdict,
        Verdict::Stopped | Verdict::Indeterminate | Verdict::Partial | Verdict::Failed
    );
    again.then(|| format!("`host undo {run}` goes on: what is gone is skipped"))
}
