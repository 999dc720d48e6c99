//! What came of a run, in five lists: what a person reads last, and a program with `run-ended`.
//!
//! ```text
//! Past (of a run that is gone on with) ─┐
//!                                       ├─▶ Tally ─▶ Summary
//! RunEvent, RunEvent, …  ───────────────┘
//! ```
//!
//! A step is in one list at most: it is `done` or it is not; if it is done, it changed something or is
//! `unchanged`. `pending` and `failed` say why the others are not done.

mod tally;

use host_model::Effect;
use host_runner::{RunEvent, Verdict};
use serde::Serialize;

pub use tally::Tally;

/// What came of a run. Texts are raw: whoever shows them to a person quotes them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The ids of the steps that came to their end, in order.
    pub done: Vec<String>,
    /// The calls that changed something.
    pub changed: Vec<Thing>,
    /// Of the steps that are done, those that found everything in place.
    pub unchanged: Vec<String>,
    /// What is waited for.
    pub pending: Vec<Thing>,
    /// What did not work.
    pub failed: Vec<Thing>,
}

/// One of the things that changed, are waited for, or failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Thing {
    /// The id of the step that it belongs to.
    pub step: String,
    /// The account's name in the manifest, if it is about one.
    pub account_name: Option<String>,
    /// The account's id, if it is about one.
    pub account: Option<String>,
    /// Of a call: what the catalog says that it does.
    pub effect: Option<Effect>,
    /// What, in the words of the catalog or of the workflow.
    pub what: String,
    /// Why, with the code of the cloud or of the host first; nothing for what changed.
    pub why: Option<String>,
    /// The cloud's id of the request that it follows from.
    pub request_id: Option<String>,
}

/// How a run ended, as far as it matters for what came of it and for what to do next.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// The run's id.
    pub run: &'a str,
    /// The run that it takes back.
    pub undoes: Option<&'a str>,
    /// The verdict.
    pub verdict: Verdict,
    /// Whether something outside of it stopped it.
    pub stopped: bool,
    /// How many calls changed something.
    pub changes: u32,
    /// The code of the error that ended it.
    pub code: Option<&'a str>,
}

impl<'a> Ending<'a> {
    /// How the last event of a run tells it; nothing of any other event.
    pub fn of(run: &'a str, undoes: Option<&'a str>, event: &'a RunEvent) -> Option<Self> {
        let RunEvent::RunEnded { verdict, stopped, changes, code, .. } = event else { return None };
        let (verdict, stopped, changes) = (*verdict, *stopped, *changes);
        Some(Self { run, undoes, verdict, stopped, changes, code: code.as_deref() })
    }
}
