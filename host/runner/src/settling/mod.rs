//! What a run has written, and what may therefore not be visible everywhere yet (fault rows 22 and 27).
//!
//! Waiting costs a real run up to a minute, so it is done only where an own write can explain what the
//! cloud says: an object that the run itself named in a write, a permission that it changed, or an answer
//! that does not show what the catalog says the write did ([`host_catalog::Shows`]).
//!
//! A plan sees what it plans at once; a run that waits so sees the same.

mod expected;
mod recent;

use std::collections::BTreeSet;

use host_catalog::{Action, Product};
use host_client::Expectation;
use host_model::{AccountId, Call, ErrorKind, Timestamp, Value};
use serde_json::Value as Json;

use self::expected::{Expected, after};

/// What a run has written so far.
#[derive(Debug, Clone, Default)]
pub(crate) struct Settling {
    last_write: Option<Timestamp>,
    /// The last one that changed who there is, or who may do what.
    last_in_directory: Option<Timestamp>,
    /// Names that the run gave in writes: of roles, users, policies.
    names: BTreeSet<String>,
    /// Roles that were assumed since the last write: everybody can see them as they are now.
    settled_roles: BTreeSet<String>,
    /// What later reads have to show.
    expected: Vec<Expected>,
}

/// A call that was answered.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'a> {
    pub(crate) call: &'a Call,
    pub(crate) product: &'a Product,
    pub(crate) action: &'a Action,
    pub(crate) account: &'a AccountId,
    /// The body, or how it failed.
    pub(crate) answer: Result<&'a Json, &'a ErrorKind>,
    pub(crate) at: Timestamp,
}

/// Who is about to call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller<'a> {
    pub(crate) account: &'a AccountId,
    /// The user or role, where the run knows it: who is behind a key or a session only the cloud knows.
    pub(crate) name: Option<&'a str>,
}

impl Settling {
    /// Takes note of a call that was answered.
    pub(crate) fn note(&mut self, called: Called<'_>) {
        let Called { call, product, action, answer, at, .. } = called;
        // What was refused had no effect; what nobody knows of may have had one.
        let may_be_done = answer.is_ok() || answer == Err(&ErrorKind::OutcomeUnknown);
        if call.action == "AssumeRole" {
            if let (true, Some(role)) = (answer.is_ok(), call.text("RoleArn")) {
                self.settled_roles.insert(role.to_owned());
            }
        } else if action.effect.is_write() && may_be_done {
            self.last_write = Some(at);
            self.names.extend(texts(call).map(|text| bare(text).to_owned()));
            after(&mut self.expected, called);
            if product.directory {
                self.last_in_directory = Some(at);
                self.settled_roles.clear();
            }
        }
    }

    /// Since when a refusal of this call may only mean that an own write is under way.
    pub(crate) fn since(
        &self,
        call: &Call,
        action: &Action,
        caller: Caller<'_>,
    ) -> Option<Timestamp> {
        if let Some((found, at)) = self.awaited(call, caller.account).latest() {
            return Some(at).filter(|_| found);
        }
        if action.settles.is_some() {
            let is_settled =
                call.text("RoleArn").is_some_and(|role| self.settled_roles.contains(role));
            let is_changed = caller.name.is_none_or(|name| self.names.contains(name));
            let may_settle = call.action != "AssumeRole" || !is_settled || is_changed;
            return self.last_in_directory.filter(|_| may_settle);
        }
        let is_named = texts(call).any(|text| self.names.contains(bare(text)));
        self.last_write.filter(|_| is_named)
    }

    /// The reads that show what was written, each by whoever is asked for it: those of one thing, since lists
    /// of all things are long.
    pub(crate) fn looks(&self) -> Vec<(Call, AccountId)> {
        let mut looks: Vec<(Call, AccountId)> = Vec::new();
        for look in self.expected.iter().filter_map(Expected::look) {
            if !looks.contains(&look) {
                looks.push(look);
            }
        }
        looks
    }

    /// When the run made what this call asks for, if it did.
    pub(crate) fn made(&self, call: &Call, account: &AccountId) -> Option<Timestamp> {
        self.awaited(call, account).latest().and_then(|(found, at)| found.then_some(at))
    }

    /// What a reply to this call has to show.
    pub(crate) fn awaited(&self, call: &Call, account: &AccountId) -> Awaited<'_> {
        let is_of = |expected: &&Expected| expected.is_of(call, account);
        Awaited(self.expected.iter().filter(is_of).collect())
    }
}

/// What a reply has to show of the run's own writes.
#[derive(Debug, Default)]
pub(crate) struct Awaited<'a>(Vec<&'a Expected>);

impl Awaited<'_> {
    /// Whether an own write made what is asked for, or removed it, and when.
    fn latest(&self) -> Option<(bool, Timestamp)> {
        self.0.iter().rev().find_map(|expected| Some((expected.found()?, expected.at)))
    }
}

impl Expectation for Awaited<'_> {
    fn unshown(&self, body: &Json) -> Option<Timestamp> {
        let unshown = self.0.iter().filter(|expected| !expected.is_shown(body));
        unshown.map(|expected| expected.at).max()
    }

    fn found(&self) -> Option<bool> {
        self.latest().map(|(found, _)| found)
    }
}

fn texts(call: &Call) -> impl Iterator<Item = &str> {
    call.parameters.iter().filter_map(|(name, value)| match value {
        Value::Text(text) if name.ends_with("Name") => Some(text.as_str()),
        _ => None,
    })
}

/// The name of a user or role without the domain with which it signs in.
fn bare(name: &str) -> &str {
    name.split('@').next().unwrap_or_default()
}

/// Whether two names mean the same thing: products write them with the domain or without, and the cloud
/// tells no case apart.
fn is_same_name(one: &str, other: &str) -> bool {
    let (one, other) = if one.contains('@') == other.contains('@') {
        (one, other)
    } else {
        (bare(one), bare(other))
    };
    one.eq_ignore_ascii_case(other)
}

#[cfg(test)]
mod tests;
