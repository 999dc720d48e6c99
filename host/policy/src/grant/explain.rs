//! What the rules of a file mean for one workflow, before anything runs.

use std::collections::{BTreeMap, BTreeSet};

use host_model::quote_within;

use super::file::{AccountWord, PolicyFile, Rule};
use super::standing::{self, Accounts, ActionExplained, Standing};

/// How many characters of a name are shown.
const SHOWN: usize = 80;

/// What a workflow says of itself that rules ask for.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// The name in its manifest.
    pub workflow: &'a str,
    /// Its component's SHA-256 in lower-case hexadecimal digits.
    pub digest: &'a str,
    /// Every action that it declares, as `product:Action`.
    pub declared: &'a BTreeSet<String>,
    /// The names of its accounts, with their ids where they are known.
    pub accounts: &'a Accounts,
    /// Actions of which it says in which account it needs them: `product:Action`, and the account's name. Of
    /// all others nobody knows before it runs.
    pub needed: &'a BTreeSet<(String, String)>,
}

/// What the rules of a file mean for one workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explained {
    /// In the order of the file.
    pub rules: Vec<RuleExplained>,
    /// What the workflow declares, by action.
    pub actions: Vec<ActionExplained>,
    /// What it declares and no rule allows in any account, by action; then what no rule allows in the account
    /// that the workflow needs it in.
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
    /// The patterns of objects, as written; empty for all.
    pub objects: Vec<String>,
    /// What parameters have to be, in words.
    pub conditions: Vec<String>,
    /// Whether only some objects, or only some values of parameters, are meant.
    pub narrowed: bool,
    /// The patterns of objects that nothing can match which its actions are about.
    pub idle: Vec<String>,
    /// The declared actions of which it can match no call, with why.
    pub never: BTreeMap<String, String>,
    /// The words of `allow`.
    pub allow: Vec<String>,
    /// Classes of risk among the declared actions that `allow` does not name, with the actions.
    pub unnamed: BTreeMap<&'static str, Vec<String>>,
}

impl RuleExplained {
    /// Whether it can match anything of this workflow.
    pub fn matches(&self) -> bool {
        let everywhere = self.accounts.is_empty();
        let somewhere = self.accounts.iter().any(|name| !self.strangers.contains(name));
        let some = self.declared.iter().any(|action| !self.never.contains_key(action));
        self.applies && some && (everywhere || somewhere)
    }
}

/// A declared action that no rule allows where it is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unallowed {
    /// `product:Action`.
    pub action: String,
    /// The account that the workflow needs it in; `None` if it is allowed in none.
    pub account: Option<String>,
    /// Its class of risk, if it has one.
    pub class: Option<&'static str>,
    /// The line of a rule that matches it and does not name its class.
    pub line: Option<usize>,
}

impl Explained {
    /// Whether everything that is declared is allowed in some account, at least for some objects or values, and
    /// where the workflow says that it needs it; and whether every rule for this workflow matches something,
    /// each of its patterns included.
    pub fn is_complete(&self) -> bool {
        let is_used = |it: &RuleExplained| !it.applies || (it.matches() && it.idle.is_empty());
        self.unallowed.is_empty() && self.rules.iter().all(is_used)
    }

    /// Whether everything that is declared is allowed in every account, whatever it is about.
    pub fn is_unconditional(&self) -> bool {
        self.actions.iter().all(ActionExplained::is_allowed_everywhere)
    }
}

impl PolicyFile {
    /// What the rules mean for a workflow.
    pub fn explain(&self, asking: &Asking<'_>) -> Explained {
        let applies = |rule: &&Rule| rule.workflow.fits(asking.workflow, asking.digest);
        let rules = self.rules.iter().map(|rule| explained(rule, applies(&rule), asking)).collect();
        let of_workflow: Vec<&Rule> = self.rules.iter().filter(applies).collect();
        let one = |title: &String| standing::of_action(self, &of_workflow, title, asking.accounts);
        let actions: Vec<ActionExplained> = asking.declared.iter().map(one).collect();
        let mut unallowed: Vec<Unallowed> = actions.iter().filter_map(nowhere).collect();
        unallowed.extend(actions.iter().flat_map(|it| not_where_needed(it, asking)));
        Explained { rules, actions, unallowed }
    }
}

/// An action that is allowed in no account.
fn nowhere(it: &ActionExplained) -> Option<Unallowed> {
    let line = it.accounts.values().find_map(lacking);
    (!it.is_allowed_somewhere()).then(|| unallowed(it, None, line))
}

/// The accounts that an action is needed in and not allowed, if it is allowed in others.
fn not_where_needed(it: &ActionExplained, asking: &Asking<'_>) -> Vec<Unallowed> {
    let is_needed = |account: &str| {
        asking.needed.iter().any(|(action, name)| *action == it.action && name == account)
    };
    let denied = it.accounts.iter().filter(|(name, standing)| {
        matches!(standing, Standing::Unallowed(_)) && is_needed(name) && it.is_allowed_somewhere()
    });
    let one = |(name, standing): (&String, &Standing)| {
        unallowed(it, Some(name.clone()), lacking(standing))
    };
    denied.map(one).collect()
}

fn unallowed(it: &ActionExplained, account: Option<String>, line: Option<usize>) -> Unallowed {
    Unallowed { action: it.action.clone(), account, class: it.class, line }
}

const fn lacking(standing: &Standing) -> Option<usize> {
    match standing {
        Standing::Unallowed(line) => *line,
        Standing::Allowed | Standing::Narrowed(_) => None,
    }
}

fn explained(rule: &Rule, applies: bool, asking: &Asking<'_>) -> RuleExplained {
    let is_meant = |title: &&String| {
        let parts = title.split_once(':').map(|(p, a)| (p.to_owned(), a.to_owned()));
        parts.is_some_and(|parts| rule.actions.contains(&parts))
    };
    let declared: Vec<String> = asking.declared.iter().filter(is_meant).cloned().collect();
    let reason = |title: &String| {
        let (product, action) = standing::known(title)?;
        Some((title.clone(), standing::never(rule, product, action)?))
    };
    let words = |it: &AccountWord| it.as_str().to_owned();
    let in_words = |(name, condition): (&String, &super::condition::Condition)| {
        format!("`{}` {condition}", quote_within(name, SHOWN))
    };
    RuleExplained {
        line: rule.line,
        note: rule.note.clone(),
        applies,
        by_name: rule.workflow.name.is_some(),
        by_digest: rule.workflow.digest.is_some(),
        accounts: rule.accounts.iter().map(words).collect(),
        strangers: strangers(rule, asking.accounts),
        patterns: rule.patterns.clone(),
        objects: rule.objects.clone(),
        conditions: rule.conditions.iter().map(in_words).collect(),
        narrowed: standing::is_narrow(rule),
        idle: standing::idle(rule),
        never: declared.iter().filter_map(reason).collect(),
        allow: rule.words.clone(),
        unnamed: unnamed(rule, &declared),
        declared,
    }
}

/// The accounts of a rule that the workflow does not have.
fn strangers(rule: &Rule, accounts: &Accounts) -> Vec<String> {
    let is_stranger = |word: &&AccountWord| match word {
        AccountWord::Name(name) => !accounts.contains_key(name),
        // An id may be any account's whose id is not known yet.
        AccountWord::Id(id) => accounts.values().all(|it| it.as_ref().is_some_and(|it| it != id)),
    };
    rule.accounts.iter().filter(is_stranger).map(|it| it.as_str().to_owned()).collect()
}

/// Classes of risk of these actions that a rule does not name.
fn unnamed(rule: &Rule, declared: &[String]) -> BTreeMap<&'static str, Vec<String>> {
    let mut unnamed: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    for title in declared {
        let class = standing::known(title).and_then(|(_, action)| action.risk);
        if let Some(class) = class.filter(|class| !rule.allow.risks.contains(class)) {
            unnamed.entry(class.as_str()).or_default().push(title.clone());
        }
    }
    unnamed
}
