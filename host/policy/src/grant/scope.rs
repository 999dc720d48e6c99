//! On what the rules of a file let an action be done, in the resource names of RAM.
//!
//! What a session policy says is never narrower than the rules: values of parameters are left to the host, and
//! names are kept only where it is documented by which names the cloud judges.

use std::collections::BTreeSet;

use host_catalog::{Action, Product};
use host_model::{AccountId, Effect};

use super::file::Reads;
use super::grants::{BoundRule, Grants};
use super::object::NAMED_BY;
use crate::Allowances;

/// On what an action may be done.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Scope {
    /// `*`, or names with wildcards.
    pub(crate) resources: BTreeSet<String>,
    /// Whether the rules ask for values of parameters, too.
    pub(crate) has_conditions: bool,
}

impl Scope {
    pub(crate) fn any() -> Self {
        Self { resources: BTreeSet::from(["*".to_owned()]), has_conditions: false }
    }
}

impl Grants {
    /// On what an action may be done in that account; `None` if on nothing.
    pub(crate) fn scope(
        &self,
        product: &Product,
        action: &Action,
        account: &AccountId,
        every: &Allowances,
    ) -> Option<Scope> {
        if self.only_audits() {
            return Some(Scope::any());
        }
        let rules: Vec<&BoundRule> =
            self.rules_of(&product.key, &action.name).filter(|it| it.is_for(account)).collect();
        let is_named = |risk| {
            every.risks.contains(&risk) || rules.iter().any(|it| it.allow.risks.contains(&risk))
        };
        if action.risk.is_some_and(|risk| !is_named(risk)) {
            return None;
        }
        if self.reads == Reads::Declared && action.effect == Effect::Read {
            return Some(Scope::any());
        }
        if rules.is_empty() {
            return None;
        }
        let mut scope = Scope::default();
        for rule in rules {
            scope.has_conditions |= !rule.conditions.is_empty();
            scope.resources.extend(names(rule, product, action));
        }
        if scope.resources.contains("*") {
            scope.resources = Scope::any().resources;
        }
        Some(scope)
    }
}

/// The names of a rule as the cloud judges them.
fn names(rule: &BoundRule, product: &Product, action: &Action) -> BTreeSet<String> {
    let any = || Scope::any().resources;
    let (Some(patterns), Some(owner)) = (&rule.resources, judged_by_name(product, action)) else {
        return any();
    };
    // What does not exist yet has no name: whoever makes it needs all of its kind.
    let is_new = action.effect == Effect::Create && owner == "ram" && product.key == "ram";
    let names = patterns.iter().map(|it| it.as_ram(owner, is_new)).collect::<Option<_>>();
    names.unwrap_or_else(any)
}

/// The product in resource names by which the cloud judges an action, if those are the names that the host
/// matches as well (authorization tables of RAM and Container Service). Users are named in several ways.
fn judged_by_name(product: &Product, action: &Action) -> Option<&'static str> {
    let is_role = |is: &str| product.key == "sts" && is == "role-arn";
    let mut kinds = action.parameters.iter().filter_map(|parameter| {
        if is_role(&parameter.is) || parameter.name == "ResourceNames" {
            return Some(if product.key == "sts" { "role" } else { "anything" });
        }
        let named = |it: &&(&str, &str, &str)| it.0 == product.key && it.1 == parameter.is;
        NAMED_BY.iter().find(named).map(|(_, _, kind)| *kind)
    });
    let first = kinds.next()?;
    let all: Vec<&str> = kinds.chain([first]).collect();
    match product.key.as_str() {
        "ram" if all.iter().all(|kind| matches!(*kind, "role" | "policy")) => Some("ram"),
        "sts" if all == ["role"] => Some("ram"),
        "cs" if all == ["cluster"] => Some("cs"),
        _ => None,
    }
}
