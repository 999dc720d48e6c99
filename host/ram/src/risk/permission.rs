//! Risks of permission policies.
//!
//! Patterns are not looked at but tried: against the actions that lead to power over identities,
//! against roles with made-up names, and against actions of made-up products, which only a
//! statement can allow that does not care for the product.

use std::collections::{BTreeMap, BTreeSet};

use super::{Risk, RiskClass, allowing, single};
use crate::document::Document;
use crate::glob::{Glob, covers, matches, overlaps};
use crate::statement::{Clause, Effect, Statement};

/// Identities and policies that the escalating actions are about.
const USERS: &str = "acs:ram:*:*:user/**";
const GROUPS: &str = "acs:ram:*:*:group/**";
const ROLES: &str = "acs:ram:*:*:role/**";
const POLICIES: &str = "acs:ram:*:*:policy/**";
const ALL_RAM: &str = "acs:ram:*:*:**";
const ALL_IMS: &str = "acs:ims:*:*:**";
const ALL_GROUPED: &str = "acs:resourcemanager:*:*:**";
const ALL_SSO: &str = "acs:cloudsso:*:*:**";

/// Actions of which one is enough to get more power than one was given, and what they act on.
///
/// Policies attached or rewritten, other people's credentials, groups joined, trust rewritten,
/// identity providers added. The resource forms are assumed where the collected texts are silent.
const ESCALATIONS: &[(&str, &[&str])] = &[
    ("ram:AttachPolicyToUser", &[USERS, POLICIES]),
    ("ram:AttachPolicyToGroup", &[GROUPS, POLICIES]),
    ("ram:AttachPolicyToRole", &[ROLES, POLICIES]),
    ("ram:AttachPolicy", &[ALL_RAM, ALL_GROUPED]),
    ("ram:CreatePolicyVersion", &[POLICIES]),
    ("ram:SetDefaultPolicyVersion", &[POLICIES]),
    ("ram:CreateAccessKey", &[USERS]),
    ("ram:CreateLoginProfile", &[USERS]),
    ("ram:UpdateLoginProfile", &[USERS]),
    ("ram:AddUserToGroup", &[USERS, GROUPS]),
    ("ram:UpdateRole", &[ROLES]),
    ("ram:CreateSAMLProvider", &[ALL_RAM]),
    ("ram:UpdateSAMLProvider", &[ALL_RAM]),
    ("ims:AddUserToGroup", &[ALL_RAM, ALL_IMS]),
    ("ims:CreateAccessKey", &[ALL_RAM, ALL_IMS]),
    ("ims:CreateLoginProfile", &[ALL_RAM, ALL_IMS]),
    ("ims:UpdateLoginProfile", &[ALL_RAM, ALL_IMS]),
    ("ims:CreateOIDCProvider", &[ALL_RAM, ALL_IMS]),
    ("ims:UpdateOIDCProvider", &[ALL_RAM, ALL_IMS]),
    ("ims:CreateSAMLProvider", &[ALL_RAM, ALL_IMS]),
    ("ims:UpdateSAMLProvider", &[ALL_RAM, ALL_IMS]),
    ("ims:SetUserSsoSettings", &[ALL_RAM, ALL_IMS]),
    ("resourcemanager:AttachPolicy", &[ALL_RAM, ALL_GROUPED]),
    ("resourcemanager:CreatePolicyVersion", &[ALL_RAM, ALL_GROUPED]),
    ("resourcemanager:SetDefaultPolicyVersion", &[ALL_RAM, ALL_GROUPED]),
    ("cloudsso:CreateAccessAssignment", &[ALL_SSO]),
];

/// Actions that lend out a role.
const LENDING: [&str; 2] = ["sts:AssumeRole", "ram:PassRole"];

/// Words that writing actions begin with.
const WRITES: [&str; 10] =
    ["Add", "Attach", "Create", "Delete", "Modify", "Put", "Run", "Set", "Start", "Update"];

/// Products of which most accounts use some; whoever may write in most of them has no limits
/// worth the name, even if every product is named.
const PRODUCTS: [&str; 20] = [
    "actiontrail",
    "alidns",
    "arms",
    "cdn",
    "cms",
    "cs",
    "ecs",
    "eci",
    "ess",
    "fc",
    "kms",
    "log",
    "mns",
    "nas",
    "oss",
    "ots",
    "polardb",
    "rds",
    "slb",
    "vpc",
];

/// The risks of `document`, in no order.
pub(super) fn risks(document: &Document) -> Vec<Risk> {
    let given = Given { document, denied: denied(document) };
    let mut found = escalations(&given);
    found.extend(lending(&given));
    found.extend(administration(&given));
    found
}

/// What a document allows, less what it certainly denies.
struct Given<'a> {
    document: &'a Document,
    denied: Vec<&'a Clause>,
}

impl<'a> Given<'a> {
    /// The statements that allow something on `space`.
    fn reaching(&self, space: &str) -> Vec<(usize, &'a Statement)> {
        allowing(self.document)
            .filter(|(_, statement)| reaches(statement.resource.as_ref(), space))
            .collect()
    }

    /// Those of `statements` that allow `action`.
    fn givers(&self, action: &str, statements: &[(usize, &Statement)]) -> Vec<usize> {
        if self.denied.iter().any(|clause| clause.holds_action(action)) {
            return Vec::new();
        }
        let gives = |(_, statement): &&(usize, &Statement)| statement.action.holds_action(action);
        statements.iter().filter(gives).map(|(index, _)| *index).collect()
    }
}

fn escalations(given: &Given<'_>) -> Vec<Risk> {
    let mut ways: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for (action, spaces) in ESCALATIONS {
        let everyone: Vec<_> = allowing(given.document).collect();
        for index in given.givers(action, &everyone) {
            let resource = given.document.statements[index].resource.as_ref();
            if spaces.iter().any(|space| reaches(resource, space)) {
                ways.entry(index).or_default().push(action);
            }
        }
    }
    let risk = |(index, actions): (usize, Vec<&str>)| {
        let sentence = format!(
            "`Statement[{index}]` gives power over identities, enough to take any other: {}",
            actions.join(", ")
        );
        single(RiskClass::RamFullAccess, index, sentence)
    };
    ways.into_iter().map(risk).collect()
}

/// Roles under all sorts of names: whoever may take most of them was not given some by name.
fn lending(given: &Given<'_>) -> Vec<Risk> {
    let mut found = Vec::new();
    for action in LENDING {
        let names = ('a'..='z').chain('0'..='9').map(|initial| format!("{initial}-made-up"));
        let tries = names.map(|name| {
            let everyone: Vec<_> = allowing(given.document).collect();
            let givers = given.givers(action, &everyone);
            let space = format!("acs:ram:*:*:role/{name}");
            let reaching = |index: &usize| {
                reaches(given.document.statements[*index].resource.as_ref(), &space)
            };
            givers.into_iter().filter(reaching).collect()
        });
        if let Some(statements) = most(tries) {
            let sentence = format!("{} `{action}` on any role", places(&statements));
            let class = RiskClass::PassEverything;
            found.push(Risk { class, statements, principal: None, sentence });
        }
    }
    found
}

/// Writes of most products, or of products that do not exist: those are allowed only by who
/// allows everything, whole or in pieces, perhaps with named exceptions.
fn administration(given: &Given<'_>) -> Vec<Risk> {
    let made_up =
        ('a'..='z').flat_map(|initial| [format!("{initial}q"), format!("{initial}-made-up")]);
    let known = PRODUCTS.iter().map(|product| (*product).to_owned());
    let statements = most(writes(given, made_up)).or_else(|| most(writes(given, known)));
    let risk = |statements: Vec<usize>| {
        let sentence =
            format!("{} everything, or everything but some exceptions", places(&statements));
        Risk { class: RiskClass::AdministratorAccess, statements, principal: None, sentence }
    };
    statements.map(risk).into_iter().collect()
}

/// For each writing action of each product, the statements that allow it on something unnamed.
fn writes(
    given: &Given<'_>,
    products: impl Iterator<Item = String>,
) -> impl Iterator<Item = Vec<usize>> {
    products.flat_map(|product| {
        let reaching = given.reaching(&format!("acs:{product}:*:*:thing/made-up"));
        let actions = WRITES.iter().map(|write| format!("{product}:{write}MadeUp"));
        actions.map(|action| given.givers(&action, &reaching)).collect::<Vec<_>>()
    })
}

/// All givers, if more than half of the tries found one.
fn most(tries: impl Iterator<Item = Vec<usize>>) -> Option<Vec<usize>> {
    let (mut all, mut hits) = (0_usize, 0_usize);
    let mut givers = BTreeSet::new();
    for found in tries {
        all += 1;
        hits += usize::from(!found.is_empty());
        givers.extend(found);
    }
    (hits * 2 > all).then(|| givers.into_iter().collect())
}

/// The actions that are certainly denied: understood, without condition, on every resource there
/// may be. Which resource names the cloud puts to an action is not known for all, so a Deny on
/// less does not count; nor do several that take an action away only together.
fn denied(document: &Document) -> Vec<&Clause> {
    let certain = |statement: &&Statement| {
        statement.effect == Effect::Deny
            && !statement.is_opaque()
            && !statement.has_condition()
            && statement.principal.is_none()
            && statement.resource.as_ref().is_some_and(is_everything)
    };
    if !document.unknown.is_empty() {
        return Vec::new();
    }
    document.statements.iter().filter(certain).map(|statement| &statement.action).collect()
}

fn is_everything(clause: &Clause) -> bool {
    !clause.negated && covers(&globs(clause), &Glob::pattern("*"))
}

/// Whether some resource of `space` may be meant. No resources, and exceptions, mean anything;
/// a pattern that takes the plain `*` suits actions which are asked for without a name.
fn reaches(resource: Option<&Clause>, space: &str) -> bool {
    let Some(clause) = resource.filter(|clause| !clause.negated) else { return true };
    let space = Glob::space(&space.to_lowercase());
    clause.patterns().any(|pattern| {
        matches(pattern, "*") || overlaps(&Glob::pattern(&pattern.to_ascii_lowercase()), &space)
    })
}

fn globs(clause: &Clause) -> Vec<Glob> {
    clause.patterns().map(Glob::pattern).collect()
}

fn places(statements: &[usize]) -> String {
    let places: Vec<String> =
        statements.iter().map(|index| format!("`Statement[{index}]`")).collect();
    let verb = if statements.len() == 1 { "allows" } else { "together allow" };
    format!("{} {verb}", places.join(", "))
}
