//! Risks of permission policies.
//!
//! Patterns are not looked at but tried: against the actions that lead to power over identities,
//! against roles with made-up names, and against actions of made-up products, which only a
//! statement can allow that does not care for the product.

use std::collections::BTreeSet;

use super::{Risk, RiskClass, allowing, single};
use crate::document::Document;
use crate::glob::{Glob, covers, overlaps};
use crate::statement::{Clause, Effect, Statement};

/// Identities and policies that the escalating actions are about.
const USERS: &str = "acs:ram:*:*:user/**";
const GROUPS: &str = "acs:ram:*:*:group/**";
const ROLES: &str = "acs:ram:*:*:role/**";
const POLICIES: &str = "acs:ram:*:*:policy/**";
const PROVIDERS: &str = "acs:ram:*:*:**";
const IMS: &str = "acs:ims:*:*:**";
const GROUPED: &str = "acs:resourcemanager:*:*:**";

/// Actions of which one is enough to get more power than one was given, and what they act on.
///
/// Policies attached or rewritten, other people's credentials, groups joined, trust rewritten,
/// identity providers added. The resource forms are assumed where the collected texts are silent.
const ESCALATIONS: [(&str, &[&str]); 22] = [
    ("ram:AttachPolicyToUser", &[USERS, POLICIES]),
    ("ram:AttachPolicyToGroup", &[GROUPS, POLICIES]),
    ("ram:AttachPolicyToRole", &[ROLES, POLICIES]),
    ("ram:AttachPolicy", &[USERS, GROUPS, ROLES, POLICIES, GROUPED]),
    ("resourcemanager:AttachPolicy", &[PROVIDERS, GROUPED]),
    ("ram:CreatePolicyVersion", &[POLICIES]),
    ("ram:SetDefaultPolicyVersion", &[POLICIES]),
    ("resourcemanager:CreatePolicyVersion", &[PROVIDERS, GROUPED]),
    ("resourcemanager:SetDefaultPolicyVersion", &[PROVIDERS, GROUPED]),
    ("ram:CreateAccessKey", &[USERS]),
    ("ram:CreateLoginProfile", &[USERS]),
    ("ram:UpdateLoginProfile", &[USERS]),
    ("ram:AddUserToGroup", &[USERS, GROUPS]),
    ("ram:UpdateRole", &[ROLES]),
    ("ram:CreateSAMLProvider", &[PROVIDERS]),
    ("ram:UpdateSAMLProvider", &[PROVIDERS]),
    ("ims:CreateAccessKey", &[PROVIDERS, IMS]),
    ("ims:CreateLoginProfile", &[PROVIDERS, IMS]),
    ("ims:UpdateLoginProfile", &[PROVIDERS, IMS]),
    ("ims:AddUserToGroup", &[PROVIDERS, IMS]),
    ("ims:CreateSAMLProvider", &[PROVIDERS, IMS]),
    ("ims:CreateOIDCProvider", &[PROVIDERS, IMS]),
];

/// Actions that lend out a role.
const LENDING: [&str; 2] = ["sts:AssumeRole", "ram:PassRole"];

/// Words that writing actions begin with.
const WRITES: [&str; 10] =
    ["Add", "Attach", "Create", "Delete", "Modify", "Put", "Run", "Set", "Start", "Update"];

/// The risks of `document`, in no order.
pub(super) fn risks(document: &Document) -> Vec<Risk> {
    let mut found = escalations(document);
    found.extend(lending(document));
    found.extend(administration(document));
    found
}

fn escalations(document: &Document) -> Vec<Risk> {
    let mut found = Vec::new();
    for (index, statement) in allowing(document) {
        let reached = |(action, spaces): &&(&str, &[&str])| {
            statement.action.holds_action(action)
                && spaces.iter().any(|space| gives(document, statement, action, space))
        };
        let actions: Vec<&str> =
            ESCALATIONS.iter().filter(reached).map(|(action, _)| *action).collect();
        if !actions.is_empty() {
            let sentence = format!(
                "`Statement[{index}]` gives power over identities, enough to take any other: {}",
                actions.join(", ")
            );
            found.push(single(RiskClass::RamFullAccess, index, sentence));
        }
    }
    found
}

/// Roles under all sorts of names: whoever may take most of them was not given some by name.
fn lending(document: &Document) -> Vec<Risk> {
    let initials: Vec<char> = ('a'..='z').chain('0'..='9').collect();
    let mut found = Vec::new();
    for action in LENDING {
        let mut lent = 0;
        let mut statements = BTreeSet::new();
        for initial in &initials {
            let role = format!("acs:ram:*:*:role/{initial}-made-up");
            let givers = allowing(document).filter(|(_, statement)| {
                statement.action.holds_action(action) && gives(document, statement, action, &role)
            });
            let givers: Vec<usize> = givers.map(|(index, _)| index).collect();
            lent += usize::from(!givers.is_empty());
            statements.extend(givers);
        }
        if lent * 2 > initials.len() {
            let statements: Vec<usize> = statements.into_iter().collect();
            let sentence = format!("{} `{action}` on any role", places(&statements));
            let class = RiskClass::PassEverything;
            found.push(Risk { class, statements, principal: None, sentence });
        }
    }
    found
}

/// Writes of products that do not exist: allowed by those only who allow everything, whole or in
/// pieces, perhaps with named exceptions.
fn administration(document: &Document) -> Vec<Risk> {
    let mut tried = 0;
    let mut allowed = 0;
    let mut statements = BTreeSet::new();
    for initial in 'a'..='z' {
        for product in [format!("{initial}q"), format!("{initial}-made-up")] {
            let thing = format!("acs:{product}:*:*:thing/made-up");
            let reaching: Vec<(usize, &Statement)> = allowing(document)
                .filter(|(_, statement)| reaches(statement.resource.as_ref(), &thing))
                .collect();
            let denying = denying(document, &thing);
            for write in WRITES {
                let action = format!("{product}:{write}MadeUp");
                tried += 1;
                if denying.iter().any(|clause| clause.holds_action(&action)) {
                    continue;
                }
                let givers: Vec<usize> = reaching
                    .iter()
                    .filter(|(_, statement)| statement.action.holds_action(&action))
                    .map(|(index, _)| *index)
                    .collect();
                allowed += usize::from(!givers.is_empty());
                statements.extend(givers);
            }
        }
    }
    if allowed * 2 <= tried {
        return Vec::new();
    }
    let statements: Vec<usize> = statements.into_iter().collect();
    let sentence =
        format!("{} everything, or everything but a few exceptions", places(&statements));
    vec![Risk { class: RiskClass::AdministratorAccess, statements, principal: None, sentence }]
}

/// Whether an Allow reaches into `space`, and no Deny certainly takes `action` away there.
fn gives(document: &Document, statement: &Statement, action: &str, space: &str) -> bool {
    reaches(statement.resource.as_ref(), space)
        && !denying(document, space).iter().any(|clause| clause.holds_action(action))
}

/// The actions that are certainly denied on all of `space`.
///
/// Each Deny is looked at alone: several that cover it only together do not count, which errs on
/// the side of alarm.
fn denying<'a>(document: &'a Document, space: &str) -> Vec<&'a Clause> {
    let certain = |statement: &&Statement| {
        statement.effect == Effect::Deny
            && !statement.is_opaque()
            && !statement.has_condition()
            && statement.principal.is_none()
            && statement.resource.as_ref().is_some_and(|clause| {
                !clause.negated && covers(&globs(clause), &Glob::space(&space.to_lowercase()))
            })
    };
    if !document.unknown.is_empty() {
        return Vec::new();
    }
    document.statements.iter().filter(certain).map(|statement| &statement.action).collect()
}

/// Whether some resource of `space` is meant; a statement without resources means all.
fn reaches(resource: Option<&Clause>, space: &str) -> bool {
    let Some(clause) = resource else { return true };
    let space = Glob::space(&space.to_lowercase());
    if clause.negated {
        return !covers(&globs(clause), &space);
    }
    globs(clause).iter().any(|pattern| overlaps(pattern, &space))
}

fn globs(clause: &Clause) -> Vec<Glob> {
    clause.patterns().map(Glob::folded).collect()
}

fn places(statements: &[usize]) -> String {
    let places: Vec<String> =
        statements.iter().map(|index| format!("`Statement[{index}]`")).collect();
    let verb = if statements.len() == 1 { "allows" } else { "together allow" };
    format!("{} {verb}", places.join(", "))
}
