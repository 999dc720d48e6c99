//! What a run made and used: what another run must not remove under it.

use std::collections::BTreeSet;

use host_catalog::{Catalog, Risk};
use host_model::{Call, RunId, Timestamp};

use super::history::History;
use super::object::{Object, touched};
use crate::record::Numbered;

/// What a run made and used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// The run.
    pub run: RunId,
    /// When it did something last: what was made later it cannot stand on.
    pub until: Timestamp,
    /// The things that its changes name.
    pub objects: BTreeSet<Object>,
}

impl Usage {
    /// Reads it from the entries of a run.
    ///
    /// Used is what its changes name. What it only looked at, or signed in with to look at something, is not:
    /// otherwise nothing could be taken back that was ever looked at again.
    pub fn of(run: RunId, entries: &[Numbered]) -> Self {
        let history = History::read(entries);
        let mut objects = BTreeSet::new();
        for done in history.done.iter().filter(|done| !begins_session(&done.sent)) {
            objects.extend(touched(&done.account, &done.sent, &done.reply));
        }
        for unsure in history.unsure.iter().filter(|unsure| !begins_session(&unsure.sent)) {
            objects.extend(touched(&unsure.account, &unsure.sent, &serde_json::Value::Null));
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

/// Whether a call leaves nothing but a session, which ends by itself.
fn begins_session(call: &Call) -> bool {
    let known = Catalog::builtin().resolve(&call.product, &call.version, &call.action);
    known.is_ok_and(|(_, action)| action.risk == Some(Risk::Session))
}
