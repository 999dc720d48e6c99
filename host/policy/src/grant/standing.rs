//! Where a declared action stands with the rules of a file, in each account of the workflow.

use std::collections::BTreeMap;

use host_catalog::{Action, Catalog, Product};
use host_model::{AccountId, quote_within};

use super::file::{AccountWord, PolicyFile, Reads, Rule};
use super::kind::namings;
use super::resource::Resource;

/// How many characters of a name are shown.
const SHOWN: usize = 80;

/// A declared action, and where it stands in each account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionExplained {
    /// `product:Action`.
    pub action: String,
    /// Its class of risk, if it has one.
    pub class: Option<&'static str>,
    /// By the names that the workflow gives its accounts.
    pub accounts: BTreeMap<String, Standing>,
}

/// What the rules say of an action in one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Allowed, whatever it is about.
    Allowed,
    /// Allowed for some objects, for some values of parameters, or if the account has the id of a rule: the
    /// lines of the rules that do so.
    Narrowed(Vec<usize>),
    /// Not allowed; with the line of a rule that matches it and does not name its class of risk.
    Unallowed(Option<usize>),
}

impl ActionExplained {
    /// Whether it is allowed in some account, at least for some objects or values.
    pub fn is_allowed_somewhere(&self) -> bool {
        self.accounts.values().any(|it| !matches!(it, Standing::Unallowed(_)))
    }

    /// Whether it is allowed in every account, whatever it is about.
    pub fn is_allowed_everywhere(&self) -> bool {
        self.accounts.values().all(|it| *it == Standing::Allowed)
    }
}

/// The accounts of a workflow, with their ids where they are known.
pub(super) type Accounts = BTreeMap<String, Option<AccountId>>;

/// Whether a rule is for an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    No,
    /// Its id is not known, and may be the one of the rule.
    Perhaps,
    Yes,
}

/// Where an action stands in every account, by the rules that apply to the workflow.
pub(super) fn of_action(
    file: &PolicyFile,
    rules: &[&Rule],
    title: &str,
    accounts: &Accounts,
) -> ActionExplained {
    let known = known(title);
    let standing = |name: &String| match known {
        Some(known) => in_account(file, rules, known, (name, accounts)),
        None => Standing::Unallowed(None),
    };
    let class = known.and_then(|(_, action)| action.risk).map(host_catalog::Risk::as_str);
    let accounts = accounts.keys().map(|name| (name.clone(), standing(name))).collect();
    ActionExplained { action: title.to_owned(), class, accounts }
}

fn in_account(
    file: &PolicyFile,
    rules: &[&Rule],
    (product, action): (&Product, &Action),
    (name, accounts): (&str, &Accounts),
) -> Standing {
    if file.reads == Reads::Declared && !action.effect.is_write() && action.risk.is_none() {
        return Standing::Allowed;
    }
    let (mut narrowed, mut lacking) = (Vec::new(), None);
    for rule in rules.iter().filter(|rule| is_meant(rule, product, action)) {
        let fit = fit(rule, name, accounts);
        if fit == Fit::No || never(rule, product, action).is_some() {
            continue;
        }
        if action.risk.is_some_and(|class| !rule.allow.risks.contains(&class)) {
            lacking = lacking.or(Some(rule.line));
        } else if fit == Fit::Yes && !is_narrow(rule) {
            return Standing::Allowed;
        } else {
            narrowed.push(rule.line);
        }
    }
    if narrowed.is_empty() { Standing::Unallowed(lacking) } else { Standing::Narrowed(narrowed) }
}

fn is_meant(rule: &Rule, product: &Product, action: &Action) -> bool {
    rule.actions.contains(&(product.key.clone(), action.name.clone()))
}

/// Whether a rule asks for objects or for values of parameters.
pub(super) fn is_narrow(rule: &Rule) -> bool {
    let asks = |patterns: &Vec<Resource>| !patterns.contains(&Resource::Any);
    rule.resources.as_ref().is_some_and(asks) || !rule.conditions.is_empty()
}

/// Whether a rule is for the account that the workflow calls so.
pub(super) fn fit(rule: &Rule, name: &str, accounts: &Accounts) -> Fit {
    if rule.accounts.is_empty() {
        return Fit::Yes;
    }
    let id_of = |name: &str| accounts.get(name).and_then(Option::as_ref);
    let one = |word: &AccountWord| match (word, id_of(name)) {
        (AccountWord::Name(other), _) if other == name => Fit::Yes,
        (AccountWord::Name(other), Some(id)) if id_of(other) == Some(id) => Fit::Yes,
        (AccountWord::Name(_), _) => Fit::No,
        (AccountWord::Id(_), None) => Fit::Perhaps,
        (AccountWord::Id(other), Some(id)) => {
            if other == id {
                Fit::Yes
            } else {
                Fit::No
            }
        }
    };
    rule.accounts.iter().map(one).max().unwrap_or(Fit::No)
}

/// Why a rule that names an action can match no call of it; `None` if it can.
pub(super) fn never(rule: &Rule, product: &Product, action: &Action) -> Option<String> {
    let failed = rule.conditions.iter().find(|(name, it)| !it.can_hold(product, action, name));
    if let Some((name, condition)) = failed {
        let shown = quote_within(name, SHOWN);
        let has = super::condition::is_known(product, action, name);
        let never = format!("its `{shown}` never {condition}");
        return Some(if has { never } else { format!("it has no parameter `{shown}`") });
    }
    let patterns = rule.resources.as_ref().filter(|it| !it.contains(&Resource::Any))?;
    let namings = namings(product, action);
    if namings.is_empty() {
        return Some("it names no object, so `*` alone matches it".to_owned());
    }
    let can_be = |naming: &super::kind::Naming<'_>| {
        naming.kinds.iter().any(|kind| patterns.iter().any(|it| it.can_be(*kind)))
    };
    let is_missed = |naming: &&super::kind::Naming<'_>| naming.required && !can_be(naming);
    let missed = namings.iter().find(is_missed);
    let missed = missed.or_else(|| namings.first().filter(|_| !namings.iter().any(can_be)))?;
    let kinds: Vec<&str> = missed.kinds.iter().map(|it| it.kind).collect();
    Some(format!("no pattern is of its {}, which `{}` names", kinds.join(" or "), missed.parameter))
}

/// Patterns of objects that match nothing that any action of their rule can be about.
pub(super) fn idle(rule: &Rule) -> Vec<String> {
    let Some(patterns) = &rule.resources else { return Vec::new() };
    let catalog = Catalog::builtin();
    let known = |(product, action): &'_ (String, String)| {
        let product = catalog.product(product)?;
        Some(namings(product, product.actions.get(action)?))
    };
    let namings: Vec<_> = rule.actions.iter().filter_map(known).flatten().collect();
    let is_idle = |pattern: &Resource| {
        let mut kinds = namings.iter().flat_map(|it| &it.kinds);
        *pattern != Resource::Any && !kinds.any(|kind| pattern.can_be(*kind))
    };
    let all = patterns.iter().zip(&rule.objects);
    all.filter(|(pattern, _)| is_idle(pattern)).map(|(_, text)| text.clone()).collect()
}

/// The catalog's word on `product:Action`.
pub(super) fn known(title: &str) -> Option<(&'static Product, &'static Action)> {
    let (product, action) = title.split_once(':')?;
    let product = Catalog::builtin().product(product)?;
    Some((product, product.actions.get(action)?))
}
