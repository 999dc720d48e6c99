//! What a run made and used: what another run must not remove under it.

use std::collections::BTreeSet;

use host_model::{RunId, Timestamp};
use host_runtime::{Answer, Event};

use super::history::History;
use super::object::{Object, touched};
use crate::record::{Answered, Entry, Numbered};

/// What a run made and used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The run.
    pub run: RunId,
    /// When it did something last: what was made later it cannot stand on.
    pub until: Timestamp,
    /// The things that its calls name, as far as they were there.
    pub objects: BTreeSet<Object>,
}

impl Usage {
    /// Reads it from the entries of a run.
    ///
    /// A thing that was looked at and was there counts as used: a run that found everything as it should be
    /// changed nothing, and stands on it all the same.
    pub fn of(run: RunId, entries: &[Numbered]) -> Self {
        let history = History::read(entries);
        let mut objects = BTreeSet::new();
        for (account, call, body) in history.seen() {
            objects.extend(touched(account, call, body));
        }
        for done in &history.done {
            objects.extend(touched(&done.account, &done.sent, &done.reply));
        }
        for unsure in &history.unsure {
            objects.extend(touched(&unsure.account, &unsure.sent, &serde_json::Value::Null));
        }
        for it in entries {
            let Entry::Answered(Answered { event, answer: Answer::Identity { .. }, .. }) =
                &it.entry
            else {
                continue;
            };
            if let Event::WithAccessKey { secret, .. } = event {
                objects.extend(Object::of_secret(secret));
            }
        }
        let until = entries.last().map(|it| it.at).unwrap_or_default();
        Self { run, until, objects }
    }

    /// Whether it stands on a thing that was made, or changed, then.
    pub(crate) fn has(&self, object: &Object, since: Timestamp) -> bool {
        self.until >= since && self.objects.contains(object)
    }

    pub(crate) fn reason(&self) -> String {
        let run = host_model::quote_within(self.run.as_str(), 64);
        format!("run `{run}` uses it too: undo that run first")
    }
}
