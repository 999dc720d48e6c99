//! A plan, ready to be read: with the names of what is known later.

use std::collections::BTreeMap;

use host_model::AccountId;

use super::line::{Line, Lines};
use super::names::Names;
use super::{account, object, risk, step};
use crate::{Deed, Expected, Plan, Step};

/// A plan, ready to be read.
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) names: Names,
    /// Who usually calls in each account: only others are named.
    usual: BTreeMap<&'a AccountId, &'a str>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        let callers = account::callers(plan).into_iter();
        let usual = callers.filter_map(|(account, names)| Some((account, *names.first()?)));
        Self { plan, names: Names::new(&plan.placeholders), usual: usual.collect() }
    }

    /// The lines of a step, its sentence first.
    pub(crate) fn step(&self, step: &Step, deed: Deed) -> Vec<Line> {
        let mut lines = Lines::default();
        self.tell(&mut lines, 0, step, deed);
        lines.into_vec()
    }

    /// The same, among others.
    pub(crate) fn tell(&self, lines: &mut Lines, depth: usize, step: &Step, deed: Deed) {
        let mut notes = Vec::new();
        if self.usual.get(&step.account) != Some(&step.call.identity.0.as_str()) {
            notes.push(format!("as `{}`", self.names.ticked(&step.call.identity.0)));
        }
        match &step.expected {
            Expected::Done => {}
            Expected::Refused { code } => {
                let code = self.names.ticked(code);
                notes.push(format!("expected to be refused with `{code}`"));
            }
            Expected::Unforeseen => notes.push("nobody knows what comes of it".to_owned()),
        }
        if step.looks {
            notes.push("only looks".to_owned());
        }
        if self.is_forecast(step) {
            notes.push("forecast".to_owned());
        }
        step::step(lines, depth, (step, deed, &notes), &self.names);
    }

    /// The thing that a step is about.
    pub(crate) fn object(&self, step: &Step) -> String {
        object::object_of(&step.call, &self.names)
    }

    pub(crate) fn sentence(&self, step: &Step) -> String {
        self.names.sentence(step)
    }

    /// What to know first, and the steps that it is about.
    pub(crate) fn risks(&self) -> Vec<(String, Vec<u32>)> {
        risk::risks(self.plan, &self.names)
    }

    pub(crate) fn is_forecast(&self, step: &Step) -> bool {
        self.plan.forecast.as_ref().is_some_and(|forecast| step.number >= forecast.from)
    }
}
