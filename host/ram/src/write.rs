//! Documents as JSON again.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::condition::Condition;
use crate::document::Document;
use crate::statement::{Clause, PrincipalKind, Principals, Statement};

/// The whole document.
pub(crate) fn document(document: &Document) -> Value {
    let mut members = Map::new();
    members.insert("Version".to_owned(), json!("1"));
    let statements = document.statements.iter().map(statement).collect();
    members.insert("Statement".to_owned(), Value::Array(statements));
    keep(&mut members, &document.unknown);
    Value::Object(members)
}

fn statement(statement: &Statement) -> Value {
    let mut members = Map::new();
    members.insert("Effect".to_owned(), json!(statement.effect.as_str()));
    if let Some(named) = &statement.principal {
        members.insert(negated("Principal", named.negated), principals(named));
    }
    clause(&mut members, "Action", &statement.action);
    if let Some(resource) = &statement.resource {
        clause(&mut members, "Resource", resource);
    }
    if !statement.condition.is_empty() {
        members.insert("Condition".to_owned(), condition(&statement.condition));
    }
    keep(&mut members, &statement.unknown);
    Value::Object(members)
}

fn clause(members: &mut Map<String, Value>, name: &str, clause: &Clause) {
    members.insert(negated(name, clause.negated), texts(&clause.patterns));
}

fn negated(name: &str, negated: bool) -> String {
    if negated { format!("Not{name}") } else { name.to_owned() }
}

pub(crate) fn principals(principals: &Principals) -> Value {
    let mut members = Map::new();
    for kind in PrincipalKind::ALL {
        let names = principals.named().filter(|(own, _)| *own == kind);
        let names: BTreeSet<String> = names.map(|(_, name)| name.to_owned()).collect();
        if !names.is_empty() {
            members.insert(kind.as_str().to_owned(), texts(&names));
        }
    }
    keep(&mut members, &principals.unknown);
    Value::Object(members)
}

pub(crate) fn condition(condition: &Condition) -> Value {
    let mut operators = Map::new();
    for (operator, keys) in &condition.known {
        let keys: Map<String, Value> =
            keys.iter().map(|(key, values)| (key.clone(), texts(values))).collect();
        operators.insert((*operator).to_owned(), Value::Object(keys));
    }
    keep(&mut operators, &condition.unknown);
    Value::Object(operators)
}

fn texts(texts: &BTreeSet<String>) -> Value {
    match texts.first() {
        Some(only) if texts.len() == 1 => json!(only),
        _ => json!(texts),
    }
}

fn keep(members: &mut Map<String, Value>, unknown: &BTreeMap<String, Value>) {
    for (name, value) in unknown {
        members.insert(name.clone(), value.clone());
    }
}
