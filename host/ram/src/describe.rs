//! A statement in one line for people.

use std::collections::BTreeSet;

use serde_json::Value;

use host_model::quote;

use crate::condition::Condition;
use crate::statement::{Clause, Principals, Statement};

impl Statement {
    /// `Allow sts:AssumeRole to RAM acs:ram::123456:user/alice if StringEquals sts:ExternalId is
    /// "x"`: everything that the statement says, escaped and uncut.
    pub fn describe(&self) -> String {
        let mut line = format!("{} {}", self.effect.as_str(), clause(&self.action));
        if let Some(principal) = &self.principal {
            line.push_str(&format!(" to {}", principals(principal)));
        }
        if let Some(resource) = &self.resource {
            line.push_str(&format!(" on {}", clause(resource)));
        }
        if !self.condition.is_empty() {
            line.push_str(&format!(" if {}", condition(&self.condition)));
        }
        for (name, value) in &self.unknown {
            line.push_str(&format!("; and not understood: {}", member(name, value)));
        }
        line
    }
}

/// A member that is not understood, as it stands.
pub(crate) fn member(name: &str, value: &Value) -> String {
    format!("{} {}", quote(name), quote(&value.to_string()))
}

fn clause(clause: &Clause) -> String {
    let patterns: Vec<String> = clause.patterns().map(quote).collect();
    let but = if clause.negated { "everything but " } else { "" };
    format!("{but}{}", patterns.join(", "))
}

fn principals(principals: &Principals) -> String {
    let named = principals.named().map(|(kind, name)| format!("{} {}", kind.as_str(), quote(name)));
    let unknown = principals.unknown.iter();
    let unknown = unknown.map(|(name, value)| format!("not understood: {}", member(name, value)));
    let all: Vec<String> = named.chain(unknown).collect();
    let but = if principals.negated { "everybody but " } else { "" };
    format!("{but}{}", all.join(", "))
}

fn condition(condition: &Condition) -> String {
    let known = condition.known.iter().flat_map(|(operator, keys)| {
        keys.iter()
            .map(move |(key, wanted)| format!("{operator} {} is {}", quote(key), values(wanted)))
    });
    let unknown = condition.unknown.iter();
    let unknown = unknown.map(|(name, value)| format!("not understood: {}", member(name, value)));
    let all: Vec<String> = known.chain(unknown).collect();
    all.join(" and ")
}

fn values(wanted: &BTreeSet<String>) -> String {
    let quoted: Vec<String> = wanted.iter().map(|value| format!("\"{}\"", quote(value))).collect();
    quoted.join(" or ")
}
