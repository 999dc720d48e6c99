//! The rules of a policy file that count in one run, by action.

use std::collections::{BTreeMap, BTreeSet};

use host_model::AccountId;

use super::condition::Condition;
use super::file::{AccountWord, Mode, PolicyFile, Reads, Rule};
use super::object::{Object, objects};
use super::resource::Resource;
use crate::{Allowances, Subject};

/// Whose run the rules of a file are asked about.
#[derive(Debug, Clone, Copy)]
pub struct RunFacts<'a> {
    /// The workflow's name in its manifest.
    pub workflow: &'a str,
    /// The component's SHA-256 in lower-case hexadecimal digits.
    pub digest: &'a str,
    /// The accounts that were bound, by the manifest's names.
    pub accounts: &'a BTreeMap<String, AccountId>,
    /// Whether nothing with an effect can leave the machine: the cloud is the offline one, or the run is only
    /// planned. Nowhere else does a file that audits let anything go on.
    pub harmless: bool,
}

/// What a policy file grants to one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grants {
    mode: Mode,
    harmless: bool,
    pub(crate) reads: Reads,
    pub(crate) workflow: String,
    pub(crate) names: BTreeMap<AccountId, String>,
    rules: Vec<BoundRule>,
    /// Product, action, and the rules that name it.
    index: BTreeMap<String, BTreeMap<String, Vec<usize>>>,
}

/// A rule, as one run has it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct BoundRule {
    line: usize,
    /// `None`: every account of the run.
    accounts: Option<BTreeSet<AccountId>>,
    resources: Option<Vec<Resource>>,
    conditions: BTreeMap<String, Condition>,
    allow: Allowances,
}

/// What the rules say of one call.
#[derive(Debug, Default)]
pub(crate) struct Weighed<'a> {
    /// Whether any rule matches.
    pub(crate) matches: bool,
    /// What the matching rules allow beyond a plain call.
    pub(crate) allows: Vec<&'a Allowances>,
}

/// Why a rule that names the action does not match the call; the later, the nearer it came.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Miss {
    Account,
    Resource,
    Condition(String),
}

impl PolicyFile {
    /// What the file grants to a run.
    pub fn grants(&self, run: &RunFacts<'_>) -> Grants {
        let mut grants = Grants {
            mode: self.mode,
            harmless: run.harmless,
            reads: self.reads,
            workflow: run.workflow.to_owned(),
            names: run.accounts.iter().map(|(name, id)| (id.clone(), name.clone())).collect(),
            rules: Vec::new(),
            index: BTreeMap::new(),
        };
        for rule in self.rules.iter().filter(|it| it.workflow.fits(run.workflow, run.digest)) {
            grants.take(rule, run.accounts);
        }
        grants
    }
}

impl Grants {
    /// Whether what is not granted is only said, and goes on.
    pub fn only_audits(&self) -> bool {
        self.mode == Mode::Audit && self.harmless
    }

    fn take(&mut self, rule: &Rule, accounts: &BTreeMap<String, AccountId>) {
        let ids = |word: &AccountWord| match word {
            AccountWord::Id(id) => Some(id.clone()),
            AccountWord::Name(name) => accounts.get(name).cloned(),
        };
        let number = self.rules.len();
        self.rules.push(BoundRule {
            line: rule.line,
            accounts: (!rule.accounts.is_empty())
                .then(|| rule.accounts.iter().filter_map(ids).collect()),
            resources: rule.resources.clone(),
            conditions: rule.conditions.clone(),
            allow: rule.allow.clone(),
        });
        for (product, action) in &rule.actions {
            let actions = self.index.entry(product.clone()).or_default();
            actions.entry(action.clone()).or_default().push(number);
        }
    }

    /// The same with the rules of another file for this run.
    pub(crate) fn with(&self, more: &PolicyFile) -> Self {
        let mut grants = self.clone();
        let accounts = self.names.iter().map(|(id, name)| (name.clone(), id.clone())).collect();
        more.rules.iter().for_each(|rule| grants.take(rule, &accounts));
        grants
    }

    /// The rules that name the action of a call.
    fn rules_for(&self, subject: &Subject<'_>) -> impl Iterator<Item = &BoundRule> {
        let actions = self.index.get(&subject.product.key);
        let numbers = actions.and_then(|actions| actions.get(&subject.action.name));
        numbers.into_iter().flatten().filter_map(|number| self.rules.get(*number))
    }

    pub(crate) fn weigh(&self, subject: &Subject<'_>) -> Weighed<'_> {
        let mut weighed = Weighed::default();
        let mut about = About::Unasked;
        for rule in self.rules_for(subject) {
            if rule.miss(subject, &mut about).is_none() {
                weighed.matches = true;
                if rule.allow != Allowances::default() {
                    weighed.allows.push(&rule.allow);
                }
            }
        }
        weighed
    }

    /// The rule that came nearest to a call that none matches: its line, and why it does not.
    pub(crate) fn nearest(&self, subject: &Subject<'_>) -> Option<(usize, Miss)> {
        let mut about = About::Unasked;
        let missed = |rule: &BoundRule| Some((rule.line, rule.miss(subject, &mut about)?));
        let missed: Vec<_> = self.rules_for(subject).filter_map(missed).collect();
        missed.into_iter().reduce(|best, next| if next.1 > best.1 { next } else { best })
    }
}

/// What a call is about, found out when the first rule asks.
enum About<'a> {
    Unasked,
    Known(Option<Vec<Object<'a>>>),
}

impl<'a> About<'a> {
    fn objects(&mut self, subject: &Subject<'a>) -> Option<&[Object<'a>]> {
        if matches!(self, Self::Unasked) {
            *self = Self::Known(objects(subject));
        }
        match self {
            Self::Known(Some(objects)) => Some(objects),
            Self::Known(None) | Self::Unasked => None,
        }
    }
}

impl BoundRule {
    fn miss<'a>(&self, subject: &Subject<'a>, about: &mut About<'a>) -> Option<Miss> {
        if self.accounts.as_ref().is_some_and(|accounts| !accounts.contains(subject.account)) {
            return Some(Miss::Account);
        }
        if let Some(patterns) = &self.resources
            && !covers(patterns, about.objects(subject))
        {
            return Some(Miss::Resource);
        }
        let failed = self.conditions.iter().find(|(name, it)| !it.holds(subject, name));
        failed.map(|(name, _)| Miss::Condition(name.clone()))
    }
}

/// Whether every object is matched by some pattern. A call about nothing, or about something that is not
/// clear, is matched by `*` alone.
fn covers(patterns: &[Resource], objects: Option<&[Object<'_>]>) -> bool {
    let any = || patterns.iter().any(|pattern| *pattern == Resource::Any);
    match objects {
        None | Some([]) => any(),
        Some(objects) => {
            objects.iter().all(|object| patterns.iter().any(|pattern| pattern.matches(object)))
        }
    }
}
