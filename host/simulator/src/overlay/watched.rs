//! Which planned writes change what a read of the real cloud showed, or may.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde_json::Value as Json;

use super::asked::Asked;
use super::layers::operation;
use crate::state::{Caller, CloudError, State, apply};

/// A read that the real cloud answered for itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ReadId(usize);

/// What reads show, by their number.
pub(super) type Shown = BTreeMap<ReadId, Result<Json, CloudError>>;

/// The reads that the real cloud answered for itself, and which of them show something else by now.
#[derive(Debug, Default)]
pub(super) struct Watched {
    reads: Vec<(Asked, Caller)>,
    ids: BTreeMap<String, ReadId>,
    changed: Vec<ReadId>,
}

impl Watched {
    /// The same question of the same caller is one read.
    pub(super) fn add(&mut self, asked: &Asked, caller: &Caller) -> ReadId {
        let next = ReadId(self.reads.len());
        let id = *self.ids.entry(asked.key(caller)).or_insert(next);
        if id == next {
            self.reads.push((asked.clone(), caller.clone()));
        }
        id
    }

    /// What those reads show in a state that a write may change.
    pub(super) fn shown(&self, state: &mut State, write: &Asked, now: Timestamp) -> Shown {
        let reads = self.reads.iter().enumerate();
        let related = reads
            .filter(|(_, (read, _))| read.family() == write.family() && !is_elsewhere(read, write));
        let show = |(index, (read, caller)): (usize, &(Asked, Caller))| {
            (ReadId(index), apply(state, &operation(read, caller, now)))
        };
        related.map(show).collect()
    }

    /// Takes note of what shows something else, or may: of what too little is known of, nobody can say.
    pub(super) fn compare(&mut self, before: &Shown, after: &Shown) {
        let is_same = |id: &ReadId, was: &Result<Json, CloudError>| {
            after.get(id) == Some(was) && !was.as_ref().is_err_and(CloudError::is_unknown)
        };
        self.changed.extend(before.iter().filter(|(id, was)| !is_same(id, was)).map(|(id, _)| *id));
    }

    /// What shows something else since the last question.
    pub(super) fn take_changed(&mut self) -> Vec<ReadId> {
        std::mem::take(&mut self.changed)
    }
}

/// Whether a read is about another thing than a write: in a parameter that both have, it names what the write does
/// not name anywhere. A write that renames something names it twice, and names have no case.
fn is_elsewhere(read: &Asked, write: &Asked) -> bool {
    let written: BTreeMap<&str, &str> = write.parameters.given().collect();
    let is_other = |(name, text): (&str, &str)| {
        written.contains_key(name) && !written.values().any(|it| it.eq_ignore_ascii_case(text))
    };
    read.parameters.given().any(is_other)
}
