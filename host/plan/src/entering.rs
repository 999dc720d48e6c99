//! Which parts of a plan that may be needed turned out to be.

use std::collections::BTreeSet;

use crate::{Conditional, Step};

/// How far a run has come in the parts of its plan that may or may not be needed.
#[derive(Debug, Clone)]
pub(crate) struct Entering {
    conditionals: Vec<Conditional>,
    /// Numbers of those that were entered.
    entered: BTreeSet<u32>,
    /// The ones that are open, the innermost last; nothing for one that the plan does not have.
    open: Vec<Option<u32>>,
}

impl Entering {
    pub(crate) fn new(conditionals: &[Conditional]) -> Self {
        Self { conditionals: conditionals.to_vec(), entered: BTreeSet::new(), open: Vec::new() }
    }

    /// Whether a step is to come: the part that it stands in was entered, and so were those around it.
    pub(crate) fn is_due(&self, step: &Step) -> bool {
        step.conditional.is_none_or(|number| self.entered.contains(&number))
    }

    /// Whether the run is in the very part that a step stands in.
    pub(crate) fn is_at(&self, step: &Step) -> bool {
        match self.open.last() {
            None => step.conditional.is_none(),
            Some(open) => open.is_some() && *open == step.conditional,
        }
    }

    /// Enters the next part that is meant, if the run can have come to the index of its first step.
    pub(crate) fn enter(
        &mut self,
        is_meant: impl Fn(&str) -> bool,
        is_clear: impl Fn(&Self, usize) -> bool,
    ) {
        let around = self.open.last().copied();
        let inside = around.unwrap_or_default();
        let last = self.entered.last().copied().unwrap_or_default();
        let found = self.conditionals.iter().find(|it| {
            it.number > last
                && it.inside == inside
                && is_meant(&it.title)
                && is_clear(self, index_of(it))
        });
        // Inside of one that the plan does not have, nothing is of the plan.
        let found = found.filter(|_| around != Some(None)).map(|it| it.number);
        self.entered.extend(found);
        self.open.push(found);
    }

    pub(crate) fn leave(&mut self) {
        self.open.pop();
    }
}

/// The index of the first step that can stand in it.
fn index_of(conditional: &Conditional) -> usize {
    usize::try_from(conditional.from).unwrap_or(usize::MAX).saturating_sub(1)
}
