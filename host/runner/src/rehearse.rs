//! Does a component do what a recorded run did? Answered from the record alone, offline.

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use host_runtime::{Answer, Driver, Event, Limits, Prepared, RuntimeError, Stop};

use crate::record::{Numbered, Past, Tape, begun, ended};

/// How a rehearsal ended.
#[derive(Debug)]
pub struct Rehearsed {
    /// How many answers of the record were asked for again, in their order.
    pub same: usize,
    /// How many the record has.
    pub recorded: usize,
    /// What came after them.
    pub end: RehearsalEnd,
}

/// What came after the answers that were the same.
#[derive(Debug)]
pub enum RehearsalEnd {
    /// Nothing: the workflow did what the record says, to the record's end.
    Same,
    /// It asked for something else than the record has.
    Different {
        /// What the record has.
        recorded: Box<Event>,
        /// What it asked for.
        asked: Box<Event>,
    },
    /// It asked for more than a run that had come to its end.
    More {
        /// What it asked for.
        asked: Box<Event>,
    },
    /// It came to its end before the record did.
    Less,
    /// It broke.
    Broken {
        /// How.
        error: RuntimeError,
    },
}

/// Runs a component against the record of a run. Nothing is sent, kept or written.
pub async fn rehearse(workflow: &Prepared, entries: &[Numbered], limits: Limits) -> Rehearsed {
    let tape = Tape::whole(entries);
    let recorded = tape.len();
    let seen = Arc::new(Mutex::new(Seen::default()));
    let driver = Rehearsal { tape, seen: Arc::clone(&seen) };
    let input = begun(entries).map(|begun| begun.input.to_string()).unwrap_or_default();
    let outcome = workflow.run(Box::new(driver), limits, &input).await;
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let end = match (outcome, seen.more.take()) {
        (Err(RuntimeError::Stopped(Stop::Diverged { recorded, asked })), _) => {
            RehearsalEnd::Different { recorded, asked }
        }
        // A run that did not come to its end would have gone on here.
        (_, Some(_)) if ended(entries).is_none_or(|end| end.stopped) => RehearsalEnd::Same,
        (_, Some(asked)) => RehearsalEnd::More { asked },
        (Ok(_) | Err(RuntimeError::Failed { .. }), None) if seen.same < recorded => {
            RehearsalEnd::Less
        }
        (Ok(_) | Err(RuntimeError::Failed { .. }), None) => RehearsalEnd::Same,
        (Err(error), None) => RehearsalEnd::Broken { error },
    };
    Rehearsed { same: seen.same, recorded, end }
}

#[derive(Debug, Default)]
struct Seen {
    same: usize,
    more: Option<Box<Event>>,
}

/// Answers from the record, and from nothing else.
#[derive(Debug)]
struct Rehearsal {
    tape: Tape,
    seen: Arc<Mutex<Seen>>,
}

#[async_trait]
impl Driver for Rehearsal {
    async fn answer(&mut self, event: Event) -> Result<Answer, Stop> {
        let past = self.tape.next(&event, &str::to_owned)?;
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(Past::Answered { answer, .. }) = past {
            seen.same += 1;
            return Ok(answer);
        }
        seen.more = Some(Box::new(event));
        Err(Stop::Interrupted)
    }
}
