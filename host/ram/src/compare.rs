//! Documents by meaning: what differs, and in words.

use std::collections::BTreeSet;

use host_model::{Arn, Principal};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::describe;
use crate::document::Document;
use crate::statement::{Clause, PrincipalKind, Principals, Statement};
use crate::write;

/// Most combinations that one statement is taken apart into; a larger one is compared whole.
const ATOM_LIMIT: usize = 4_096;

/// The smallest piece of a document: one action, one resource, one principal.
///
/// A statement is the sum of its atoms, a document of its statements'. So shape, order and
/// repetition do not count, nor whether a list stands in one statement or is spread over several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Atom {
    action: String,
    resource: String,
    principal: String,
    /// Effect, condition, and what is not understood.
    rest: String,
}

/// Whether something came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Direction {
    /// Only the document before has it.
    Removed,
    /// Only the document after has it.
    Added,
}

/// One difference between two documents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Whether it came or went.
    pub direction: Direction,
    /// Index in the document that has it; `None` for a member beside the statements.
    pub statement: Option<usize>,
    /// All that it says, in one line, escaped and uncut.
    pub line: String,
}

impl Document {
    /// Whether both say the same, however they are written.
    ///
    /// Actions are the same in either case, and so are role names among principals. A wildcard
    /// and the names it would cover are different, and so is anything else that is not certain.
    pub fn means_same(&self, other: &Self) -> bool {
        self.unknown == other.unknown && atoms(self) == atoms(other)
    }
}

/// What turns `before` into `after`: removals first. Empty exactly if both mean the same.
pub fn difference(before: &Document, after: &Document) -> Vec<Change> {
    let mut changes = one_way(Direction::Removed, before, after);
    changes.extend(one_way(Direction::Added, after, before));
    changes
}

/// What `owner` has and `other` has not.
fn one_way(direction: Direction, owner: &Document, other: &Document) -> Vec<Change> {
    let mut changes = Vec::new();
    for (name, value) in &owner.unknown {
        if other.unknown.get(name) != Some(value) {
            let line = format!("not understood: {}", describe::member(name, value));
            changes.push(Change { direction, statement: None, line });
        }
    }
    let known = atoms(other);
    for (index, statement) in owner.statements.iter().enumerate() {
        if !statement.atoms().is_subset(&known) {
            let line = statement.describe();
            changes.push(Change { direction, statement: Some(index), line });
        }
    }
    changes
}

/// All atoms of a document.
pub(crate) fn atoms(document: &Document) -> BTreeSet<Atom> {
    document.statements.iter().flat_map(Statement::atoms).collect()
}

impl Statement {
    /// The pieces that this statement is the sum of.
    pub(crate) fn atoms(&self) -> BTreeSet<Atom> {
        let mut actions = action_parts(&self.action);
        let mut resources = self.resource.as_ref().map_or_else(nothing, resource_parts);
        let mut principals = self.principal.as_ref().map_or_else(nothing, principal_parts);
        if actions.len() * resources.len() * principals.len() > ATOM_LIMIT {
            for parts in [&mut actions, &mut resources, &mut principals] {
                *parts = vec![json!(parts).to_string()];
            }
        }
        let unknown = self.principal.as_ref().map(|principal| &principal.unknown);
        let condition = write::condition(&self.condition);
        let rest = json!([self.effect.as_str(), condition, self.unknown, unknown]).to_string();
        let mut atoms = BTreeSet::new();
        for action in &actions {
            for resource in &resources {
                for principal in &principals {
                    let (action, resource) = (action.clone(), resource.clone());
                    let (principal, rest) = (principal.clone(), rest.clone());
                    atoms.insert(Atom { action, resource, principal, rest });
                }
            }
        }
        atoms
    }
}

fn nothing() -> Vec<String> {
    vec![String::new()]
}

/// A negated list is one part: `NotAction [a, b]` is no sum of `NotAction a` and `NotAction b`.
fn parts(negated: bool, names: BTreeSet<String>) -> Vec<String> {
    if negated { vec![format!("!{}", json!(names))] } else { names.into_iter().collect() }
}

fn action_parts(clause: &Clause) -> Vec<String> {
    parts(clause.negated, clause.patterns().map(str::to_ascii_lowercase).collect())
}

fn resource_parts(clause: &Clause) -> Vec<String> {
    parts(clause.negated, clause.patterns.clone())
}

fn principal_parts(principals: &Principals) -> Vec<String> {
    let names = principals.named().map(|(kind, name)| principal_part(kind, name));
    let names: BTreeSet<String> = names.collect();
    // A statement whose kinds of principal are all unknown still is a statement.
    if names.is_empty() { nothing() } else { parts(principals.negated, names) }
}

/// The name by which a principal is compared: kind and name, roles without case.
pub(crate) fn principal_part(kind: PrincipalKind, name: &str) -> String {
    let role = name.parse::<Arn>().is_ok_and(|arn| matches!(arn.principal(), Principal::Role(_)));
    let name = if role { name.to_ascii_lowercase() } else { name.to_owned() };
    format!("{} {name}", kind.as_str())
}
