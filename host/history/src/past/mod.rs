//! A run, told from its entries: what happened in it, in order, with what each call came to.

mod call;
mod fold;
mod parties;

pub use call::{PastCall, Sending};

use std::collections::{BTreeMap, BTreeSet};

use host_model::{Effect, RunId, Timestamp, Value};
use host_runner::record::{Begun, Ended, Entry, Numbered, RecordError, Renewed, Resumed};
use host_runtime::{Claim, LogLevel};

use self::fold::Fold;

/// A run, as its journal tells it.
#[derive(Debug, Clone)]
pub struct Past {
    /// Its id.
    pub run: RunId,
    /// When it began.
    pub began: Timestamp,
    /// How it began.
    pub begun: Begun,
    /// What happened then, in order.
    pub items: Vec<Item>,
    /// How many entries there are.
    pub entries: u64,
    /// When the last of them was written.
    pub last: Timestamp,
    /// The run that took it back; only other runs tell.
    pub undone_by: Option<RunId>,
}

/// Something that happened in a run.
#[derive(Debug, Clone)]
pub struct Item {
    /// The number of the (first) entry that says so.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone)]
pub enum What {
    /// A step began.
    Step {
        /// Its id.
        id: String,
        /// The workflow's words.
        title: String,
    },
    /// A call, whatever came of it.
    Call(Box<PastCall>),
    /// A line of the workflow's.
    Log {
        /// How much it matters.
        level: LogLevel,
        /// The words.
        message: String,
        /// What goes with them.
        fields: BTreeMap<String, String>,
    },
    /// A part that may or may not be needed was come to.
    Conditional {
        /// The workflow's words.
        title: String,
        /// Whether it was needed.
        needed: bool,
    },
    /// A claim of the workflow's.
    Check {
        /// What it is about.
        id: String,
        /// What is claimed.
        claim: Claim,
        /// The workflow's words.
        detail: String,
    },
    /// A wait.
    Wait {
        /// For how long.
        seconds: u32,
    },
    /// A temporary secret was fetched again.
    Renewed(Box<Renewed>),
    /// Another process went on.
    Resumed(Resumed),
    /// The run ended, or stopped.
    Ended(Box<Ended>),
}

impl Past {
    /// Tells a run from its entries.
    pub fn new(run: &RunId, entries: &[Numbered]) -> Result<Self, RecordError> {
        let missing = || RecordError::BeginningMissing { run: run.clone() };
        let (first, rest) = entries.split_first().ok_or_else(missing)?;
        let Entry::Begun(begun) = &first.entry else { return Err(missing()) };
        let mut fold = Fold::new(begun);
        for entry in rest {
            fold.take(entry);
        }
        Ok(Self {
            run: run.clone(),
            began: first.at,
            begun: begun.clone(),
            items: fold.items,
            entries: u64::try_from(entries.len()).unwrap_or(u64::MAX),
            last: entries.last().map_or(first.at, |last| last.at),
            undone_by: None,
        })
    }

    /// How it ended, and when; `None` if the last thing that happened is not an end.
    pub fn ended(&self) -> Option<(Timestamp, &Ended)> {
        match self.items.last() {
            Some(Item { at, what: What::Ended(ended), .. }) => Some((*at, ended)),
            _ => None,
        }
    }

    /// Its calls, in order.
    pub fn calls(&self) -> impl Iterator<Item = (&Item, &PastCall)> {
        self.items.iter().filter_map(|item| match &item.what {
            What::Call(call) => Some((item, call.as_ref())),
            _ => None,
        })
    }

    /// The call of which nobody wrote down what came of it, if there is one.
    pub fn open(&self) -> Option<(&Item, &PastCall)> {
        self.calls().find(|(_, call)| call.is_open())
    }

    /// What the workflow found to be wrong and left so: ids of checks, by the last claim of each.
    pub fn faults(&self) -> BTreeSet<&str> {
        let claims = self.items.iter().filter_map(|item| match &item.what {
            What::Check { id, claim, .. } => Some((id.as_str(), *claim)),
            _ => None,
        });
        let last: BTreeMap<&str, Claim> = claims.collect();
        last.into_iter().filter(|(_, claim)| *claim == Claim::Fails).map(|(id, _)| id).collect()
    }

    /// What the workflow warned of, in its own words.
    pub fn warnings(&self) -> BTreeSet<&str> {
        let warnings = self.items.iter().filter_map(|item| match &item.what {
            What::Log { level: LogLevel::Warn, message, .. } => Some(message.as_str()),
            _ => None,
        });
        warnings.collect()
    }

    /// What it removed, by id where it has one, else by name.
    pub fn removed(&self) -> BTreeSet<&str> {
        let calls = self.calls().map(|(_, call)| call);
        let removing = calls.filter(|call| call.effect == Effect::Delete && call.has_changed());
        let texts = removing.flat_map(|it| {
            let texts = it.call.parameters.iter().filter_map(|(name, value)| match value {
                Value::Text(text) => Some((name.ends_with("Id"), text.as_str())),
                _ => None,
            });
            let (ids, names): (Vec<_>, Vec<_>) = texts.partition(|(is_id, _)| *is_id);
            if ids.is_empty() { names } else { ids }
        });
        texts.map(|(_, text)| text).collect()
    }

    /// How many calls changed something, as far as is recorded. Of early runs that did not end, scripts that only
    /// look count as well, for they do not say which those are.
    pub fn changes(&self) -> u32 {
        if let Some((_, ended)) = self.ended() {
            return ended.changes;
        }
        let count = self.calls().filter(|(_, call)| call.has_changed()).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}
