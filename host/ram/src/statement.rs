//! One statement: an effect, and what and whom it is about.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::condition::Condition;
use crate::glob;
use crate::holds::Holds;

/// What a statement does to the requests that it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// Permits, unless another statement denies.
    Allow,
    /// Forbids, whatever else permits.
    Deny,
}

impl Effect {
    /// The word of the language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "Allow",
            Self::Deny => "Deny",
        }
    }
}

/// Patterns of actions or resources, or with `Not…` everything but them. Never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clause {
    pub(crate) negated: bool,
    pub(crate) patterns: BTreeSet<String>,
}

impl Clause {
    /// Whether it stands for everything *but* the patterns.
    pub const fn is_negated(&self) -> bool {
        self.negated
    }

    /// The patterns as written, sorted, each once.
    pub fn patterns(&self) -> impl Iterator<Item = &str> {
        self.patterns.iter().map(String::as_str)
    }

    /// Whether an action is meant; the case of its letters does not matter.
    pub(crate) fn holds_action(&self, action: &str) -> bool {
        self.patterns().any(|pattern| glob::matches_any_case(pattern, action)) != self.negated
    }

    /// Whether a resource is meant.
    ///
    /// RAM's own names are the same in either case, and have no region: none and `*` are alike.
    /// For other products nothing is known about case, so a difference in nothing else is doubt.
    pub(crate) fn holds_resource(&self, resource: &str) -> Holds {
        let resource = regionless(resource);
        let found = Holds::any(self.patterns().map(|pattern| {
            let pattern = regionless(pattern);
            if glob::matches(&pattern, &resource) {
                Holds::Yes
            } else if !glob::matches_any_case(&pattern, &resource) {
                Holds::No
            } else if is_ram(&resource) {
                Holds::Yes
            } else {
                Holds::Unsure
            }
        }));
        found.negated_if(self.negated)
    }
}

const RAM: &str = "acs:ram:";

fn is_ram(resource: &str) -> bool {
    resource.get(..RAM.len()).is_some_and(|start| start.eq_ignore_ascii_case(RAM))
}

/// `acs:ram::…` as `acs:ram:*:…`.
fn regionless(resource: &str) -> String {
    match resource.get(RAM.len()..).filter(|_| is_ram(resource)) {
        Some(rest) if rest.starts_with(':') => format!("{RAM}*{rest}"),
        _ => resource.to_owned(),
    }
}

/// The kinds of principal that a trust statement can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrincipalKind {
    /// Accounts, users and roles.
    Ram,
    /// A product of the cloud, for example `ecs.aliyuncs.com`.
    Service,
    /// An identity provider.
    Federated,
}

impl PrincipalKind {
    pub(crate) const ALL: [Self; 3] = [Self::Ram, Self::Service, Self::Federated];

    /// The word of the language.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ram => "RAM",
            Self::Service => "Service",
            Self::Federated => "Federated",
        }
    }
}

/// Whom a trust statement is about, or with `NotPrincipal` everybody but them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principals {
    pub(crate) negated: bool,
    pub(crate) named: BTreeSet<(PrincipalKind, String)>,
    /// Kinds that are not understood, kept as they stand.
    pub(crate) unknown: BTreeMap<String, Value>,
}

impl Principals {
    /// Whether it stands for everybody *but* the named.
    pub const fn is_negated(&self) -> bool {
        self.negated
    }

    /// Kind and name as written, sorted, each once.
    pub fn named(&self) -> impl Iterator<Item = (PrincipalKind, &str)> {
        self.named.iter().map(|(kind, name)| (*kind, name.as_str()))
    }
}

/// One statement of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    pub(crate) effect: Effect,
    pub(crate) action: Clause,
    pub(crate) resource: Option<Clause>,
    pub(crate) principal: Option<Principals>,
    pub(crate) condition: Condition,
    /// Members that are not understood, kept as they stand.
    pub(crate) unknown: BTreeMap<String, Value>,
}

impl Statement {
    /// Allow or Deny.
    pub const fn effect(&self) -> Effect {
        self.effect
    }

    /// The actions.
    pub const fn action(&self) -> &Clause {
        &self.action
    }

    /// The resources; trust statements have none.
    pub const fn resource(&self) -> Option<&Clause> {
        self.resource.as_ref()
    }

    /// The principals; permission statements have none.
    pub const fn principal(&self) -> Option<&Principals> {
        self.principal.as_ref()
    }

    /// Whether it applies under some condition only.
    pub fn has_condition(&self) -> bool {
        !self.condition.is_empty()
    }

    /// Whether parts are not understood: members, kinds of principal, condition operators.
    ///
    /// Such an Allow never applies, such a Deny always may, and as a risk it counts in full.
    pub fn is_opaque(&self) -> bool {
        !self.unknown.is_empty()
            || !self.condition.unknown.is_empty()
            || self.principal.as_ref().is_some_and(|principal| !principal.unknown.is_empty())
    }

    /// Doubt if parts are not understood.
    pub(crate) fn clarity(&self) -> Holds {
        if self.is_opaque() { Holds::Unsure } else { Holds::Yes }
    }
}
