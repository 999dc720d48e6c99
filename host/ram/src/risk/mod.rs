//! What a document gives away, judged by what it means and never by its name.

use std::collections::BTreeSet;

use host_model::AccountId;
use serde::{Deserialize, Serialize};

use crate::document::{Document, Kind};
use crate::statement::{Effect, Statement};

mod permission;
mod trust;

/// Kinds of risk; the order is the order in which people should see them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RiskClass {
    /// Everything, or everything but a few named things: the meaning of `AdministratorAccess`.
    AdministratorAccess,
    /// Enough writes to identities to become whoever one likes: the core of
    /// `AliyunRAMFullAccess`, or any one action that is a way there.
    RamFullAccess,
    /// An Allow with parts that are not understood, or a shape that does not belong here: it may
    /// allow anything.
    Unreadable,
    /// Anybody in the cloud may assume the role.
    TrustsAnyone,
    /// An account that the operator did not bind may assume the role.
    TrustsOutside,
    /// Every identity of a bound account may assume the role.
    TrustsWholeAccount,
    /// A product of the cloud may assume the role.
    TrustsService,
    /// The users of an identity provider may assume the role.
    TrustsFederated,
    /// Any role may be assumed, or passed on to a product: `sts:AssumeRole` or `ram:PassRole` on
    /// `*`, or on all roles of an account.
    PassEverything,
    /// An Allow by exception: `NotAction`, `NotResource`, `NotPrincipal`.
    AllowsAllBut,
}

impl RiskClass {
    /// The word, as it stands in events and grants.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AdministratorAccess => "administrator-access",
            Self::RamFullAccess => "ram-full-access",
            Self::Unreadable => "unreadable",
            Self::TrustsAnyone => "trusts-anyone",
            Self::TrustsOutside => "trusts-outside",
            Self::TrustsWholeAccount => "trusts-whole-account",
            Self::TrustsService => "trusts-service",
            Self::TrustsFederated => "trusts-federated",
            Self::PassEverything => "pass-everything",
            Self::AllowsAllBut => "allows-all-but",
        }
    }
}

/// One risk of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Risk {
    /// What kind.
    pub class: RiskClass,
    /// The statements that it comes from, by index, ascending; together if there are several.
    pub statements: Vec<usize>,
    /// The principal as written, for a risk that is about one; what a grant would name.
    pub principal: Option<String>,
    /// For people: lower-case, texts of the document escaped.
    pub sentence: String,
}

/// Against which surroundings a document is judged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scene {
    /// The accounts that the operator bound.
    pub bound: BTreeSet<AccountId>,
}

/// All risks of a document, worst class first.
///
/// Errs on the side of alarm. Conditions never make a risk smaller (whether they hold is decided
/// later, by others); a Deny does only if it is unconditional, understood, and certain to take
/// away all that the Allow gives; an Allow that is not understood counts in full.
pub fn risks(document: &Document, kind: Kind, scene: &Scene) -> Vec<Risk> {
    let mut risks = by_exception(document);
    match kind {
        Kind::Trust => risks.extend(trust::risks(document, scene)),
        Kind::Permission | Kind::Session => risks.extend(permission::risks(document)),
    }
    risks.extend(unreadable(document, kind));
    risks.sort_by(|a, b| (a.class, &a.statements).cmp(&(b.class, &b.statements)));
    risks
}

/// The allowing statements, with their index.
fn allowing(document: &Document) -> impl Iterator<Item = (usize, &Statement)> {
    let statements = document.statements.iter().enumerate();
    statements.filter(|(_, statement)| statement.effect == Effect::Allow)
}

/// A risk of one statement.
fn single(class: RiskClass, statement: usize, sentence: String) -> Risk {
    Risk { class, statements: vec![statement], principal: None, sentence }
}

fn by_exception(document: &Document) -> Vec<Risk> {
    let mut found = Vec::new();
    for (index, statement) in allowing(document) {
        let exceptions = [
            ("NotAction", statement.action.negated),
            ("NotResource", statement.resource.as_ref().is_some_and(|clause| clause.negated)),
            ("NotPrincipal", statement.principal.as_ref().is_some_and(|named| named.negated)),
        ];
        for (member, _) in exceptions.iter().filter(|(_, negated)| *negated) {
            let sentence = format!(
                "`Statement[{index}]` allows by exception (`{member}`): \
                 whatever is added to the cloud later is allowed too"
            );
            found.push(single(RiskClass::AllowsAllBut, index, sentence));
        }
    }
    found
}

fn unreadable(document: &Document, kind: Kind) -> Vec<Risk> {
    let mut found = Vec::new();
    for (index, statement) in allowing(document) {
        let misplaced = match kind {
            Kind::Trust => statement.principal.is_none() || statement.resource.is_some(),
            Kind::Permission | Kind::Session => statement.principal.is_some(),
        };
        let reason = if statement.is_opaque() || !document.unknown.is_empty() {
            "has parts that are not understood"
        } else if misplaced {
            "is not of the shape that belongs here"
        } else {
            continue;
        };
        let sentence = format!("`Statement[{index}]` allows and {reason}: it may allow anything");
        found.push(single(RiskClass::Unreadable, index, sentence));
    }
    found
}
