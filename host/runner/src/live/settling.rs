//! What a run has written, and what may therefore not be visible everywhere yet (fault rows 22 and 27).
//!
//! Waiting costs a real run up to a minute, so it is done only where an own write can explain what the
//! cloud says: an object that the run itself named in a write, or a permission that it changed.

use std::collections::BTreeSet;

use host_catalog::Action;
use host_model::{Call, Timestamp, Value};
use host_runtime::IdentityClass;

use super::Identity;

/// What a run has written so far.
#[derive(Debug, Clone, Default)]
pub(super) struct Settling {
    last_write: Option<Timestamp>,
    /// Names that the run gave in writes: of roles, users, policies.
    names: BTreeSet<String>,
    /// Roles that were assumed since the last write: everybody can see them as they are now.
    settled_roles: BTreeSet<String>,
}

impl Settling {
    /// Takes note of a call that was answered.
    pub(super) fn note(&mut self, call: &Call, action: &Action, well: bool, now: Timestamp) {
        if call.action == "AssumeRole" {
            if let (true, Some(role)) = (well, call.text("RoleArn")) {
                self.settled_roles.insert(role.to_owned());
            }
            return;
        }
        // A write that failed may have taken effect all the same.
        if action.effect.is_write() {
            self.last_write = Some(now);
            self.names.extend(texts(call).map(str::to_owned));
            self.settled_roles.clear();
        }
    }

    /// Since when a refusal of this call may only mean that an own write is under way.
    pub(super) fn since(
        &self,
        call: &Call,
        action: &Action,
        identity: &Identity,
    ) -> Option<Timestamp> {
        let explained = if action.settles.is_some() && call.action == "AssumeRole" {
            let settled =
                call.text("RoleArn").is_some_and(|role| self.settled_roles.contains(role));
            !settled || self.touched(identity)
        } else if action.settles.is_some() {
            true
        } else {
            texts(call).any(|text| self.names.contains(text))
        };
        self.last_write.filter(|_| explained)
    }

    /// Whether the run changed the identity itself: its key, or what it may do.
    fn touched(&self, identity: &Identity) -> bool {
        let name = identity.facts.arn.rsplit('/').next().unwrap_or_default();
        match identity.class {
            IdentityClass::Account => self.names.contains(name),
            // Whose key it is only the cloud knows.
            IdentityClass::Key | IdentityClass::Session => true,
        }
    }
}

fn texts(call: &Call) -> impl Iterator<Item = &str> {
    call.parameters.iter().filter_map(|(name, value)| match value {
        Value::Text(text) if name.ends_with("Name") => Some(text.as_str()),
        _ => None,
    })
}
