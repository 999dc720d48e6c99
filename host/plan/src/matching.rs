//! What was approved, and how far a run has come in it.

use std::collections::BTreeMap;

use host_model::{Call, SecretRef, Value, quote_within};
use serde_json::Value as Json;

use crate::difference;
use crate::entering::Entering;
use crate::error::Mismatch;
use crate::filling::Filling;
use crate::{Expected, Forecast, Foreseen, Observed, Placeholder, Plan, Repair, Step};

/// How many differences a mismatch names.
const DIFFERENCES_SHOWN: usize = 12;

/// How many characters of an action, a sentence or a reason are shown.
const SHOWN: usize = 200;

/// A plan that was approved, and how far a run has come in it.
///
/// It depends on nothing but the calls that were asked for and what came of them: asked and answered again in
/// the order of a journal, it comes to the same state.
#[derive(Debug, Clone)]
pub struct Approved {
    steps: Vec<Step>,
    placeholders: Vec<Placeholder>,
    forecast: Option<Forecast>,
    repairs: Vec<Repair>,
    foreseen: Vec<Foreseen>,
    /// The index of the next step, if that one is due.
    next: usize,
    /// Which of the parts that may be needed are.
    entering: Entering,
    /// Live values of placeholders.
    live: Filling,
    /// Whether a forecast was left: what is asked for is no step of the plan any more.
    is_left: bool,
}

/// How a call stands to what was approved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Allowed<'a> {
    /// It is this step.
    Planned(&'a Step),
    /// The plan is a forecast from here on: the caller has to ask a person, or a rule.
    Forecast {
        /// The step, if the call is as forecast.
        step: Option<&'a Step>,
        /// Why it is one.
        why: &'a Forecast,
    },
}

/// How much it matters what a read shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Concern {
    /// The workflow read it besides.
    Besides,
    /// It is about the very thing that a step names.
    Named,
}

impl Approved {
    /// What was approved, before the first call.
    pub fn new(plan: &Plan) -> Self {
        Self {
            steps: plan.steps.clone(),
            placeholders: plan.placeholders.clone(),
            forecast: plan.forecast.clone(),
            repairs: plan.repairs.clone(),
            foreseen: plan.foreseen.clone(),
            next: 0,
            entering: Entering::new(&plan.conditionals),
            live: Filling::default(),
            is_left: false,
        }
    }

    /// Whether `asked`, a call that is no read, may be made now. If it may, the run has come to the step after
    /// it; if not, it stays where it is.
    pub fn next(&mut self, asked: &Call) -> Result<Allowed<'_>, Mismatch> {
        self.next = self.due();
        let number = u32::try_from(self.next).unwrap_or(u32::MAX).saturating_add(1);
        let differences = match self.steps.get(self.next) {
            Some(step) if !self.is_left => {
                let planned = self.live.call(&step.call);
                if planned == *asked { Vec::new() } else { difference::all(&planned, asked) }
            }
            _ => Vec::new(),
        };
        let next = self.steps.get(self.next).filter(|_| !self.is_left);
        let is_there = next.is_some_and(|step| self.entering.is_at(step));
        let is_equal = is_there && differences.is_empty();
        let index = self.next;
        if let Some(why) = self.forecast.as_ref().filter(|why| number >= why.from) {
            if is_equal {
                self.next += 1;
            } else {
                self.is_left = true;
            }
            let step = self.steps.get(index).filter(|_| is_equal);
            return Ok(Allowed::Forecast { step, why });
        }
        match self.steps.get(index) {
            Some(step) if is_equal => {
                self.next += 1;
                Ok(Allowed::Planned(step))
            }
            Some(step) if is_there => Err(Mismatch::Different {
                asked: title(asked),
                step: step.number,
                planned: quote_within(&step.sentence, SHOWN),
                left_out: differences.len().saturating_sub(DIFFERENCES_SHOWN),
                differences: differences.into_iter().take(DIFFERENCES_SHOWN).collect(),
            }),
            Some(step) => Err(Mismatch::Elsewhere {
                asked: title(asked),
                step: step.number,
                planned: quote_within(&step.sentence, SHOWN),
            }),
            None => Err(Mismatch::Unplanned { asked: title(asked), steps: self.steps.len() }),
        }
    }

    /// A part begins that turned out to be needed. If it is the next one of the plan, its steps are due; if
    /// not, what is called in it is no step.
    pub fn enter(&mut self, title: &str) {
        let (title, next, steps) = (self.live.text(title), self.next, &self.steps);
        let is_clear = |entering: &Entering, from: usize| {
            let between = steps.get(next..from).unwrap_or_default();
            from >= next && between.iter().all(|step| !entering.is_due(step))
        };
        let filled = |planned: &str| self.live.text(planned) == title;
        self.entering.enter(filled, is_clear);
    }

    /// The part ends that was entered last.
    pub fn leave(&mut self) {
        self.entering.leave();
    }

    /// The index of the next step that is due: what may be needed, and turned out not to be, is passed over.
    fn due(&self) -> usize {
        let rest = self.steps.iter().skip(self.next);
        let passed = rest.take_while(|step| !self.entering.is_due(step)).count();
        self.next + passed
    }

    /// Takes over what the reply of a step brought: the live values of its placeholders. A value that did not
    /// come leaves its text in place, so that no call which needs it is a step.
    pub fn answered(&mut self, step: u32, body: &Json, secrets: &BTreeMap<String, SecretRef>) {
        for placeholder in self.placeholders.iter().filter(|it| it.step == step) {
            let live = if placeholder.secret {
                secrets.get(&placeholder.at).map(|secret| secret.object.as_str())
            } else {
                body.pointer(&placeholder.at).and_then(Json::as_str)
            };
            if let Some(live) = live {
                self.live.set(&placeholder.text, live);
            }
        }
    }

    /// Whether what a lost reply to this step leaves behind may be mended.
    pub fn may_mend(&self, step: u32) -> bool {
        self.repairs.iter().any(|Repair::OrphanedKey { steps }| steps.contains(&step))
    }

    /// Whether a step was approved as one that is refused. What is a forecast was asked for again.
    pub fn is_to_be_refused(&self, step: u32) -> bool {
        let is_sure = self.forecast.as_ref().is_none_or(|forecast| step < forecast.from);
        let meant = self.steps.iter().find(|it| it.number == step).filter(|_| is_sure);
        meant.is_some_and(|it| matches!(it.expected, Expected::Refused { .. }))
    }

    /// A text of the plan with the values that are known by now: a name for progress and for checks.
    pub fn filled(&self, text: &str) -> String {
        self.live.text(text)
    }

    /// A call of the plan with the values that are known by now: a read that has to show the same.
    pub fn filled_call(&self, call: &Call) -> Call {
        self.live.call(call)
    }

    /// How much a read matters for what is left; `None` if a step that has come changed what it shows.
    pub fn concern(&self, read: &Observed) -> Option<Concern> {
        if self.is_changed_by(self.next, read) {
            return None;
        }
        let is_named =
            read.step != 0 || self.steps.iter().any(|step| names_it(&read.call, &step.call));
        Some(if is_named { Concern::Named } else { Concern::Besides })
    }

    /// What was read for the plan, concerns at least so much, and no step that has come changed: whoever did, was
    /// somebody else. What is about things of the steps comes first.
    pub fn untouched<'a>(&self, observed: &'a [Observed], least: Concern) -> Vec<&'a Observed> {
        let with = |it: &'a Observed| Some((self.concern(it)?, it));
        let mut untouched: Vec<_> =
            observed.iter().filter_map(with).filter(|(concern, _)| *concern >= least).collect();
        untouched.sort_by_key(|(concern, _)| std::cmp::Reverse(*concern));
        untouched.into_iter().map(|(_, it)| it).collect()
    }

    /// What was read for the plan that a step stands on, each read once: the host's looks before it, and what the
    /// workflow read of the very things that the step names, unless a step before it changed them.
    pub fn ground<'a>(&self, number: u32, observed: &'a [Observed]) -> Vec<&'a Observed> {
        let Some(index) = self.steps.iter().position(|it| it.number == number) else {
            return Vec::new();
        };
        let mut ground: Vec<&Observed> = observed.iter().filter(|it| it.step == number).collect();
        for it in observed.iter().filter(|it| it.step == 0) {
            let is_about = self.steps.get(index).is_some_and(|step| names_it(&it.call, &step.call));
            let is_known = ground.iter().any(|known| known.call == it.call);
            if is_about && !is_known && !self.is_changed_by(index, it) {
                ground.push(it);
            }
        }
        ground
    }

    /// What reads have to show before a step of what the run itself made, with the values that are known by now.
    /// What a part changed that may not have been needed, nobody foresaw after it.
    pub fn foreseen(&self, number: u32) -> Vec<Foreseen> {
        let come = self.steps.iter().take_while(|step| step.number < number);
        let parts: Vec<&Step> =
            come.filter(|step| step.conditional.is_some() && self.entering.is_due(step)).collect();
        let is_sure = |it: &&Foreseen| {
            it.step == number && !parts.iter().any(|step| names_it(&it.call, &step.call))
        };
        let filled = |it: &Foreseen| Foreseen {
            step: it.step,
            call: self.live.call(&it.call),
            shown: it.shown.clone().redacted(&|text| self.live.text(text)),
        };
        self.foreseen.iter().filter(is_sure).map(filled).collect()
    }

    /// Whether the first so many steps change what a read shows: as it was foreseen, or since it is about the
    /// very thing that one of them names. Of that the cloud may show more than anybody foresaw.
    fn is_changed_by(&self, steps: usize, read: &Observed) -> bool {
        let mut come = self.steps.iter().take(steps).filter(|step| self.entering.is_due(step));
        come.any(|step| read.changed_by.contains(&step.number) || names_it(&read.call, &step.call))
    }

    /// The steps that were approved for certain and have not come.
    pub fn left(&self) -> Vec<&Step> {
        let is_sure = |step: &&Step| self.forecast.as_ref().is_none_or(|it| step.number < it.from);
        let rest = self.steps.iter().skip(self.next).take_while(is_sure);
        rest.filter(|step| self.entering.is_due(step)).collect()
    }

    /// Whether every step that was approved for certain has come.
    pub fn is_complete(&self) -> bool {
        self.left().is_empty()
    }
}

/// Whether a call names the very thing that a read is about: each text of the read, as the same parameter.
pub fn names_it(read: &Call, call: &Call) -> bool {
    let texts = read.parameters.iter().filter(|(_, it)| matches!(it, Value::Text(_)));
    let mut texts = texts.peekable();
    texts.peek().is_some() && texts.all(|text| call.parameters.contains(text))
}

fn title(call: &Call) -> String {
    let title = format!("{}:{}", call.product, call.action);
    format!("`{}` as `{}`", quote_within(&title, SHOWN), quote_within(&call.identity.0, SHOWN))
}
