//! How many things a plan adds, changes and removes.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Action;
use host_model::{AccountId, Effect};

use crate::words::action_of;
use crate::{Conditional, Expected, Forecast, Plan, Step};

/// What a step comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Deed {
    /// Something is made.
    Create,
    /// Something is changed.
    Update,
    /// Something is removed.
    Delete,
    /// Something is removed and made again.
    Replace,
    /// Nothing is changed: a session, a script that only looks, a read that needs a yes.
    Look,
    /// Nothing is changed: it is expected to be refused.
    Refused,
}

impl Deed {
    /// The word for programs.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Look => "look",
            Self::Refused => "refused",
        }
    }
}

/// How many things change in one account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Things that are made.
    pub add: usize,
    /// Things that are changed.
    pub change: usize,
    /// Things that are removed.
    pub remove: usize,
    /// Sessions, scripts that only look, and proofs that are expected to be refused.
    pub look: usize,
    /// What is done only if it turns out to be needed.
    pub maybe: usize,
}

/// Whether it changes something, whatever else is needed.
fn changes(step: &Step) -> bool {
    step.conditional.is_none() && !matches!(plain(step), Deed::Look | Deed::Refused)
}

impl Plan {
    /// What each step comes to, in order.
    pub fn deeds(&self) -> Vec<Deed> {
        let replaced = self.replaced();
        let deed = |(index, step): (usize, &Step)| {
            if replaced.contains(&index) { Deed::Replace } else { plain(step) }
        };
        self.steps.iter().enumerate().map(deed).collect()
    }

    /// Whether anything is changed, as far as it is certain.
    pub fn has_changes(&self) -> bool {
        self.steps.iter().any(|step| !self.is_guess(step) && changes(step))
    }

    /// How many steps change something, if the guess holds that they stand on.
    pub(crate) fn guessed(&self) -> usize {
        self.steps.iter().filter(|step| self.is_guess(step) && changes(step)).count()
    }

    /// Whether it stands on what nobody can know.
    fn is_guess(&self, step: &Step) -> bool {
        let is_after = |it: &Forecast| it.seen.is_none() && step.number >= it.from;
        self.forecast.as_ref().is_some_and(is_after)
    }

    /// Whether something has to be changed, for certain or because nobody can know. What scripts saw in an earlier
    /// run counts as known.
    pub fn may_change(&self) -> bool {
        let is_needed = |it: &Conditional| {
            it.holds && self.steps.iter().any(|step| step.conditional == Some(it.number))
        };
        let is_unsure =
            |it: &Forecast| it.seen.is_none() || self.conditionals.iter().any(is_needed);
        self.has_changes() || self.forecast.as_ref().is_some_and(is_unsure)
    }

    /// How much changes in each account, in the order in which the plan comes to them.
    pub fn counts(&self) -> Vec<(AccountId, Counts)> {
        let mut all: Vec<(AccountId, Counts)> = Vec::new();
        for step in &self.steps {
            let at = all.iter().position(|(account, _)| *account == step.account);
            let at = at.unwrap_or_else(|| {
                all.push((step.account.clone(), Counts::default()));
                all.len() - 1
            });
            let counts = &mut all[at].1;
            if step.conditional.is_some() {
                counts.maybe += 1;
                continue;
            }
            match plain(step) {
                Deed::Create => counts.add += 1,
                Deed::Update | Deed::Replace => counts.change += 1,
                Deed::Delete => counts.remove += 1,
                Deed::Look | Deed::Refused => counts.look += 1,
            }
        }
        all
    }

    /// Indexes of steps that remove something which a later step makes again, and of those.
    fn replaced(&self) -> BTreeSet<usize> {
        let mut removed = BTreeMap::new();
        let mut replaced = BTreeSet::new();
        for (index, step) in self.steps.iter().enumerate() {
            let Some(what) = thing(step) else { continue };
            let names = names(step);
            let what = format!("{}:{what}", step.call.product);
            let key = (step.account.clone(), what, names, step.conditional);
            match plain(step) {
                Deed::Delete => drop(removed.insert(key, index)),
                Deed::Create => {
                    if let Some(earlier) = removed.remove(&key) {
                        replaced.extend([earlier, index]);
                    }
                }
                _ => {}
            }
        }
        replaced
    }
}

fn plain(step: &Step) -> Deed {
    if matches!(step.expected, Expected::Refused { .. }) {
        return Deed::Refused;
    }
    // A session is made, and nothing of the cloud's is another one for it.
    if step.looks || action_of(&step.call).is_some_and(Action::opens_session) {
        return Deed::Look;
    }
    match step.effect {
        Effect::Read => Deed::Look,
        Effect::Create => Deed::Create,
        Effect::Update => Deed::Update,
        Effect::Delete => Deed::Delete,
    }
}

/// What an action makes or removes: `Role` of `CreateRole`. A new key or version is another one than the old.
fn thing(step: &Step) -> Option<&str> {
    let action = step.call.action.as_str();
    let verbs = ["Create", "Delete", "Install", "UnInstall"];
    let thing = verbs.iter().find_map(|verb| action.strip_prefix(verb))?;
    (!["AccessKey", "PolicyVersion"].contains(&thing)).then_some(thing)
}

/// The names by which it would be the same thing.
fn names(step: &Step) -> Vec<String> {
    let named = ["RoleName", "UserName", "PolicyName", "GroupName", "cluster_id", "name"];
    let text = |name: &&str| step.call.text(name).map(str::to_owned);
    named.iter().filter_map(text).collect()
}
