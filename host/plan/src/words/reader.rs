//! A plan, ready to be read: with the names of what is known later.

use super::line::{Line, Lines};
use super::names::Names;
use super::{object, risk, step};
use crate::{Deed, Plan, Step};

/// A plan, ready to be read.
pub(crate) struct Reader<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) names: Names,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(plan: &'a Plan) -> Self {
        Self { plan, names: Names::new(&plan.placeholders) }
    }

    /// The lines of a step, its sentence first.
    pub(crate) fn step(&self, step: &Step, deed: Deed) -> Vec<Line> {
        let mut lines = Lines::default();
        self.tell(&mut lines, 0, step, deed);
        lines.into_vec()
    }

    /// The same, among others.
    pub(crate) fn tell(&self, lines: &mut Lines, depth: usize, step: &Step, deed: Deed) {
        step::step(lines, depth, (step, deed, self.is_forecast(step)), &self.names);
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
