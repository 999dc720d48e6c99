//! The machines of a run, and what became of each.

use host_workflow_sdk::ecs::Instance;
use host_workflow_sdk::progress::{self, Outcome};

use crate::decision::Decision;
use crate::ending::Failure;
use crate::facts::Facts;
use crate::fitness::Unfit;

/// One instance of ECS.
#[derive(Debug, Clone, Default)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    /// What was found on it before anything was changed.
    pub(crate) facts: Facts,
    pub(crate) decision: Decision,
    pub(crate) fate: Fate,
    /// Whether a command changed it.
    pub(crate) is_changed: bool,
}

/// What became of a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing yet.
    #[default]
    Open,
    /// It was never touched.
    LeftOut(Unfit),
    /// Everything was as asked.
    Unchanged,
    /// Done; what people have to do for it, if anything.
    Done(Option<String>),
    Failed(Failure),
    /// Too many others failed before.
    NotTried,
}

impl Machine {
    pub(crate) fn new(region: &str, instance: &Instance) -> Self {
        Self {
            id: instance.instance_id.clone(),
            name: instance.instance_name.clone(),
            region: region.to_owned(),
            ..Self::default()
        }
    }

    pub(crate) const fn is_open(&self) -> bool {
        matches!(self.fate, Fate::Open)
    }

    /// Says before anything is changed that this machine will not be.
    ///
    /// `is_named`: the operator gave its id. What only matched a pattern, and is not what the workflow
    /// is for, is no failure.
    pub(crate) fn leave_out(&mut self, unfit: Unfit, is_named: bool) {
        let text = format!("left out: {}", unfit.reason);
        if unfit.is_by_kind && !is_named {
            progress::info(&format!("{}: {text}", self.words()));
        } else {
            self.claim(Outcome::Fails, &text);
        }
        self.fate = Fate::LeftOut(unfit);
    }

    /// Notes a failure, and says so; it is claimed at the end, when it is sure.
    pub(crate) fn fail(&mut self, failure: Failure) {
        progress::warn(&format!("{}: {}", self.words(), failure.reason));
        self.fate = Fate::Failed(failure);
    }

    /// Whether nobody knows yet if it failed.
    pub(crate) const fn may_go_on(&self) -> bool {
        matches!(&self.fate, Fate::Failed(failure) if failure.may_go_on)
    }

    pub(crate) fn claim(&self, outcome: Outcome, text: &str) {
        let text = format!("{}: {text}", self.words());
        progress::check(&format!("instance/{}", self.id), outcome, &text);
    }

    /// For people: the id, and the name if it says more.
    pub(crate) fn words(&self) -> String {
        if self.name.is_empty() || self.name == self.id {
            format!("instance `{}`", self.id)
        } else {
            format!("instance `{}` (`{}`)", self.id, self.name)
        }
    }
}
