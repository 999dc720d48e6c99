//! Reads that come late: they are answered from a place that the last writes have not reached yet.
//!
//! The cloud keeps its directory of users, roles and policies in many places. What it refuses and what it
//! allows has delays of its own ([`crate::state::Consistency`]); this is about what it answers.

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::state::{Operation, State};

/// The state as it was before each of the last writes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Lag(Vec<Before>);

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Before {
    write: Timestamp,
    state: State,
}

impl Lag {
    /// The state that a read sees, if that is an earlier one.
    pub(crate) fn seen_by(&self, operation: &Operation<'_>, state: &State) -> Option<State> {
        if operation.action.effect.is_write() || !operation.product.directory {
            return None;
        }
        let unseen = |before: &&Before| !is_seen(before.write, state, operation.now);
        self.0.iter().find(unseen).map(|before| before.state.clone())
    }

    /// Remembers the state before a write.
    pub(crate) fn note(&mut self, operation: &Operation<'_>, state: &State) {
        let is_instant = state.consistency.read == 0;
        if is_instant || !operation.action.effect.is_write() || !operation.product.directory {
            return;
        }
        self.0.retain(|before| !is_seen(before.write, state, operation.now));
        self.0.push(Before { write: operation.now, state: state.clone() });
    }
}

fn is_seen(write: Timestamp, state: &State, now: Timestamp) -> bool {
    write.plus_millis(i64::from(state.consistency.read) * 1000) <= now
}
