//! What the rules of a file mean for one workflow, before anything runs.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Catalog, Risk};
use host_model::AccountId;

use super::file::{AccountWord, PolicyFile, Reads, Rule};

/// What the rules of a file mean for one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// In the order of the file.
    pub rules: Vec<RuleExplained>,
    /// What the workflow declares and no rule allows, by action.
    pub unallowed: Vec<Unallowed>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleExplained {
    /// The line that it begins in.
    pub line: usize,
    /// What the operator wrote beside it.
    pub note: Option<String>,
    /// Whether it is for this workflow.
    pub applies: bool,
    /// Whether it asks for a workflow's name, which the workflow gives itself.
    pub by_name: bool,
    /// Whether it asks for a component's digest.
    pub by_digest: bool,
    /// The accounts, as the rule names them; empty for all.
    pub accounts: Vec<String>,
    /// Names of accounts that the workflow does not have.
    pub strangers: Vec<String>,
    /// The patterns of actions, as written.
    pub patterns: Vec<String>,
    /// The declared actions that they match.
    pub declared: Vec<String>,
    /// Whether only some objects, or only some values of parameters, are meant.
    pub narrowed: bool,
    /// The words of `allow`.
    pub allow: Vec<String>,
    /// Classes of risk among the declared actions that `allow` does not name, with the actions.
    pub unnamed: BTreeMap<&'static str, Vec<String>>,
}

impl RuleExplained {
    /// Whether it matches anything of this workflow.
    pub fn matches(&self) -> bool {
        let everywhere = self.accounts.is_empty();
        let somewhere = self.accounts.iter().any(|name| !self.strangers.contains(name));
        self.applies && !self.declared.is_empty() && (everywhere || somewhere)
    }
}

/// A declared action that no rule allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unallowed {
    /// `product:Action`.
    pub action: String,
    /// Its class of risk, if it has one.
    pub class: Option<&'static str>,
    /// The line of a rule that matches it and does not name its class.
    pub line: Option<usize>,
}

impl Explained {
    /// Whether everything that is declared is allowed, and every rule for this workflow matches something.
    pub fn is_complete(&self) -> bool {
        self.unallowed.is_empty() && self.rules.iter().all(|it| !it.applies || it.matches())
    }
}

impl PolicyFile {
    /// What the rules mean for a workflow: its name, its digest, what its manifest declares, and the names of
    /// its accounts with their ids where they are known.
    pub fn explain(
        &self,
        (name, digest): (&str, &str),
        declared: &BTreeSet<String>,
        accounts: &BTreeMap<String, Option<AccountId>>,
    ) -> Explained {
        let one =
            |rule: &Rule| explained(rule, rule.workflow.fits(name, digest), declared, accounts);
        let rules: Vec<RuleExplained> = self.rules.iter().map(one).collect();
        let unallowed = declared.iter().filter_map(|action| self.unallowed(action, &rules));
        Explained { unallowed: unallowed.collect(), rules }
    }

    fn unallowed(&self, title: &str, rules: &[RuleExplained]) -> Option<Unallowed> {
        let action = known(title);
        let class = action.and_then(|action| action.risk).map(Risk::as_str);
        let reads =
            self.reads == Reads::Declared && action.is_some_and(|action| !action.effect.is_write());
        let named = |rule: &&RuleExplained| {
            rule.matches() && rule.declared.iter().any(|action| action == title)
        };
        let of: Vec<&RuleExplained> = rules.iter().filter(named).collect();
        let allowed = match class {
            None => reads || !of.is_empty(),
            Some(class) => of.iter().any(|rule| !rule.unnamed.contains_key(class)),
        };
        let line = || of.first().map(|rule| rule.line);
        (!allowed).then(|| Unallowed { action: title.to_owned(), class, line: line() })
    }
}

fn known(title: &str) -> Option<&'static Action> {
    let (product, action) = title.split_once(':')?;
    Catalog::builtin().action(product, action)
}

fn explained(
    rule: &Rule,
    applies: bool,
    declared: &BTreeSet<String>,
    accounts: &BTreeMap<String, Option<AccountId>>,
) -> RuleExplained {
    let is_meant = |title: &&String| {
        let parts = title.split_once(':').map(|(p, a)| (p.to_owned(), a.to_owned()));
        parts.is_some_and(|parts| rule.actions.contains(&parts))
    };
    let declared: Vec<String> = declared.iter().filter(is_meant).cloned().collect();
    let mut unnamed: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for title in &declared {
        let class = known(title).and_then(|action| action.risk);
        if let Some(class) = class.filter(|class| !rule.allow.risks.contains(class)) {
            unnamed.entry(class.as_str()).or_default().push(title.clone());
        }
    }
    let is_stranger = |word: &&AccountWord| match word {
        AccountWord::Name(name) => !accounts.contains_key(name),
        // An id may be any account's whose id is not known yet.
        AccountWord::Id(id) => accounts.values().all(|it| it.as_ref().is_some_and(|it| it != id)),
    };
    let words = |it: &AccountWord| it.as_str().to_owned();
    RuleExplained {
        line: rule.line,
        note: rule.note.clone(),
        applies,
        by_name: rule.workflow.name.is_some(),
        by_digest: rule.workflow.digest.is_some(),
        accounts: rule.accounts.iter().map(words).collect(),
        strangers: rule.accounts.iter().filter(is_stranger).map(words).collect(),
        patterns: rule.patterns.clone(),
        declared,
        narrowed: rule.resources.is_some() || !rule.conditions.is_empty(),
        allow: rule.words.clone(),
        unnamed,
    }
}
