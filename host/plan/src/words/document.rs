//! Trust and permission documents: what a step changes in them, by meaning.

use host_catalog::{Catalog, ParameterType};
use host_model::Effect;
use host_ram::{Change, Direction, Document, difference};
use serde_json::Value as Json;

use super::before::of_read;
use super::line::{Lines, Mark};
use super::names::{Names, action_of};
use crate::Step;

/// Where reads show the document that is there, by the kind that they show.
const SHOWN_AT: [(Kind, &str, &str); 4] = [
    (Kind::Trust, "GetRole", "/Role/AssumeRolePolicyDocument"),
    (Kind::Permission, "GetPolicyVersion", "/PolicyVersion/PolicyDocument"),
    (Kind::Permission, "GetPolicy", "/DefaultPolicyVersion/PolicyDocument"),
    (Kind::Permission, "GetPolicy", "/PolicyVersion/PolicyDocument"),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Trust,
    Permission,
}

impl Kind {
    /// The kind that a member of a reply is, if it is a document.
    pub(super) fn shown_as(member: &str) -> Option<Self> {
        let is_it = |at: &str| at.rsplit('/').next() == Some(member);
        SHOWN_AT.iter().find(|(_, _, at)| is_it(at)).map(|(kind, _, _)| *kind)
    }

    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Trust => "who may assume it",
            Self::Permission => "what it permits",
        }
    }
}

/// Which kind of document a parameter is, if it is one.
pub(crate) fn kind_of(step: &Step, parameter: &str) -> Option<Kind> {
    let product = Catalog::builtin().product(&step.call.product)?;
    let parameter = action_of(&step.call)?.parameter(parameter)?;
    match product.types.get(&parameter.is)? {
        ParameterType::TrustDocument { .. } => Some(Kind::Trust),
        ParameterType::PermissionDocument { .. } => Some(Kind::Permission),
        _ => None,
    }
}

/// Says what a document that a step gives changes in the one that is there.
pub(crate) fn given(
    lines: &mut Lines,
    depth: usize,
    (parameter, text): (&str, &str),
    step: &Step,
    names: &Names,
) {
    let Some(kind) = kind_of(step, parameter) else { return };
    let head = format!("{} ({})", kind.words(), names.said(parameter));
    let after = match Document::parse(text) {
        Ok(after) => after,
        Err(error) => {
            lines.plain(depth, &format!("{head}: {}", names.quoted(text)));
            lines.plain(
                depth + 1,
                &format!("which cannot be read: {}", names.said(&error.to_string())),
            );
            return;
        }
    };
    // A document that is made is no change of another one.
    let before = if step.effect == Effect::Create { None } else { there(step, kind) };
    let Some(before) = before else {
        lines.plain(depth, &format!("{head}:"));
        for statement in after.statements() {
            lines.push(depth + 1, Mark::Create, &names.said(&statement.describe()));
        }
        not_understood(lines, depth + 1, &after);
        return;
    };
    match before {
        Err(reason) => {
            lines.plain(
                depth,
                &format!("{head}; what is there cannot be read: {}", names.said(&reason)),
            );
            for statement in after.statements() {
                lines.push(depth + 1, Mark::Create, &names.said(&statement.describe()));
            }
        }
        Ok(before) => {
            let changes = difference(&before, &after);
            if changes.is_empty() {
                lines.plain(depth, &format!("{head}: says the same as before"));
            } else {
                lines.plain(depth, &format!("{head}:"));
                changed(lines, depth + 1, &changes, names);
            }
            let same = before.statements().len().saturating_sub(removed(&changes).count());
            if !changes.is_empty() && same > 0 {
                let plural = if same == 1 { " stays" } else { "s stay" };
                lines.plain(depth + 1, &format!("{same} statement{plural}"));
            }
        }
    }
    not_understood(lines, depth + 1, &after);
}

/// Says what goes with a thing that a step removes.
pub(crate) fn gone(lines: &mut Lines, depth: usize, step: &Step, names: &Names) {
    for kind in [Kind::Trust, Kind::Permission] {
        // A policy's version that is removed need not be the one that reads show.
        let is_whole = ["DeleteRole", "DeletePolicy"].contains(&step.call.action.as_str());
        if let (true, Some(Ok(before))) = (is_whole, there(step, kind)) {
            lines.plain(depth, &format!("{}:", kind.words()));
            for statement in before.statements() {
                lines.push(depth + 1, Mark::Delete, &names.said(&statement.describe()));
            }
        }
    }
}

fn there(step: &Step, kind: Kind) -> Option<Result<Document, String>> {
    let text = SHOWN_AT
        .iter()
        .filter(|(shown, _, _)| *shown == kind)
        .find_map(|(_, read, at)| of_read(step, read)?.pointer(at).and_then(Json::as_str))?;
    Some(Document::parse(text).map_err(|error| error.to_string()))
}

fn removed(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|it| it.direction == Direction::Removed && it.statement.is_some())
}

/// A statement that goes and one that comes in the same place are one that changes.
pub(super) fn changed(lines: &mut Lines, depth: usize, changes: &[Change], names: &Names) {
    let of = |direction: Direction, at: Option<usize>| {
        changes.iter().find(|it| it.direction == direction && it.statement == at && at.is_some())
    };
    for change in changes {
        let (mark, word, other) = match change.direction {
            Direction::Removed => (Mark::Delete, "removed", Direction::Added),
            Direction::Added => (Mark::Create, "added", Direction::Removed),
        };
        let twin = of(other, change.statement);
        match (change.statement, twin, change.direction) {
            (Some(at), Some(after), Direction::Removed) => {
                let head = format!("statement {} changed:", at + 1);
                lines.push(depth, Mark::Update, &head);
                lines.push(depth + 1, Mark::Delete, &names.said(&change.line));
                lines.push(depth + 1, Mark::Create, &names.said(&after.line));
            }
            (Some(_), Some(_), Direction::Added) => {}
            (Some(_), None, _) => {
                lines.push(depth, mark, &format!("statement {word}: {}", names.said(&change.line)));
            }
            (None, _, _) => {
                lines.push(depth, mark, &format!("{word}: {}", names.said(&change.line)));
            }
        }
    }
}

fn not_understood(lines: &mut Lines, depth: usize, document: &Document) {
    if document.is_opaque() {
        lines.push(depth, Mark::Risk, "it has parts that nobody here understands");
    }
}
