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
    index: BTreeMap<String, BTreeMap<String, Named>>,
}

/// The rules that name an action, so that of many only a few are looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Named {
    all: Vec<usize>,
    /// Those that list names of objects without wildcards, under each of them.
    by_name: BTreeMap<String, Vec<usize>>,
    /// All others.
    others: Vec<usize>,
}

/// A rule, as one run has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BoundRule {
    line: usize,
    /// `None`: every account of the run.
    accounts: Option<BTreeSet<AccountId>>,
    pub(super) resources: Option<Vec<Resource>>,
    pub(super) conditions: BTreeMap<String, Condition>,
    pub(super) allow: Allowances,
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
        let bound = BoundRule {
            line: rule.line,
            accounts: (!rule.accounts.is_empty())
                .then(|| rule.accounts.iter().filter_map(ids).collect()),
            resources: rule.resources.clone(),
            conditions: rule.conditions.clone(),
            allow: rule.allow.clone(),
        };
        self.push(bound, rule.actions.iter().map(|(product, action)| (product, action)));
    }

    fn push<'a>(
        &mut self,
        rule: BoundRule,
        actions: impl Iterator<Item = (&'a String, &'a String)>,
    ) {
        let number = self.rules.len();
        for (product, action) in actions {
            let actions = self.index.entry(product.clone()).or_default();
            let named = actions.entry(action.clone()).or_default();
            named.all.push(number);
            match rule.only_names() {
                Some(listed) => {
                    for name in listed {
                        named.by_name.entry(name.to_owned()).or_default().push(number);
                    }
                }
                None => named.others.push(number),
            }
        }
        self.rules.push(rule);
    }

    /// The rules that name the action of a call, with those of another file for this run.
    pub(crate) fn with(&self, more: &PolicyFile, subject: &Subject<'_>) -> Self {
        let Self { mode, harmless, reads, ref workflow, ref names, .. } = *self;
        let (workflow, names) = (workflow.clone(), names.clone());
        let (rules, index) = (Vec::new(), BTreeMap::new());
        let mut grants = Self { mode, harmless, reads, workflow, names, rules, index };
        let action = (&subject.product.key, &subject.action.name);
        for rule in self.all_for(subject) {
            grants.push(rule.clone(), std::iter::once(action));
        }
        let accounts = self.names.iter().map(|(id, name)| (name.clone(), id.clone())).collect();
        more.rules.iter().for_each(|rule| grants.take(rule, &accounts));
        grants
    }

    fn named(&self, subject: &Subject<'_>) -> Option<&Named> {
        self.index.get(&subject.product.key)?.get(&subject.action.name)
    }

    /// The rules that name an action.
    pub(super) fn rules_of(&self, product: &str, action: &str) -> impl Iterator<Item = &BoundRule> {
        let named = self.index.get(product).and_then(|actions| actions.get(action));
        let numbers = named.map(|named| named.all.as_slice()).unwrap_or_default();
        numbers.iter().filter_map(|number| self.rules.get(*number))
    }

    /// The rules that name the action of a call.
    fn all_for(&self, subject: &Subject<'_>) -> impl Iterator<Item = &BoundRule> {
        self.rules_of(&subject.product.key, &subject.action.name)
    }

    pub(crate) fn weigh(&self, subject: &Subject<'_>) -> Weighed<'_> {
        let mut weighed = Weighed::default();
        let Some(named) = self.named(subject) else { return weighed };
        let mut about = About::Unasked;
        // Every object has to be matched, so a rule that lists names has to list the first one's.
        let mut listed = || Some(about.objects(subject)?.first()?.name);
        let listed = if named.by_name.is_empty() { None } else { listed() };
        let listed = listed.and_then(|name| named.by_name.get(name)).into_iter().flatten();
        let numbers: Vec<usize> = listed.chain(&named.others).copied().collect();
        for rule in numbers.into_iter().filter_map(|number| self.rules.get(number)) {
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
        let missed = self.all_for(subject).filter_map(missed);
        missed.reduce(|best, next| if next.1 > best.1 { next } else { best })
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
    /// Whether it counts in that account.
    pub(super) fn is_for(&self, account: &AccountId) -> bool {
        self.accounts.as_ref().is_none_or(|accounts| accounts.contains(account))
    }

    /// The names of objects that it lists; `None` if it matches any other.
    fn only_names(&self) -> Option<BTreeSet<&str>> {
        self.resources.as_ref()?.iter().map(Resource::only_name).collect()
    }

    fn miss<'a>(&self, subject: &Subject<'a>, about: &mut About<'a>) -> Option<Miss> {
        if !self.is_for(subject.account) {
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
    let any = || patterns.contains(&Resource::Any);
    match objects {
        None | Some([]) => any(),
        Some(objects) => {
            objects.iter().all(|object| patterns.iter().any(|pattern| pattern.matches(object)))
        }
    }
}
