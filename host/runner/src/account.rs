//! The accounts of a run.

use std::collections::BTreeMap;
use std::sync::Arc;

use host_client::KeySource;
use host_model::{AccountId, Arn, IdentityFacts, IdentityRef, Principal};
use host_plan::Enforced;
use host_runtime::{AccountSlot, Manifest};

use crate::RunError;

/// An account that the operator bound to a name of the manifest, confirmed by the cloud.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The id that the cloud gave for the key, which is the one that the operator pinned.
    pub account: AccountId,
    /// The ARN behind the key.
    pub arn: String,
    /// What signs.
    pub keys: Arc<dyn KeySource>,
    /// What the cloud holds its session to, if the host assumed a role for it.
    pub session: Option<Enforced>,
}

impl Bound {
    /// What a workflow may know of it.
    pub(crate) fn facts(&self, name: &str) -> IdentityFacts {
        IdentityFacts {
            identity: IdentityRef(name.to_owned()),
            account: self.account.clone(),
            arn: self.arn.clone(),
        }
    }
}

/// Whether two ARNs are of the same caller. Sessions of one role are: a name is drawn for each, unless the
/// profile gives it.
pub fn is_same_caller(one: &str, other: &str) -> bool {
    let role = |arn: &str| match arn.parse::<Arn>().ok()?.principal() {
        Principal::Session(role, _) => Some(role.clone()),
        _ => None,
    };
    let account = |arn: &str| arn.parse::<Arn>().ok().map(|arn| arn.account().clone());
    match (role(one), role(other)) {
        (Some(role), Some(same)) => role == same && account(one) == account(other),
        _ => one == other,
    }
}

/// All accounts of a run, by the manifest's names.
#[derive(Debug, Clone, Default)]
pub struct BoundAccounts(pub BTreeMap<String, Bound>);

impl BoundAccounts {
    /// Refuses names that the manifest does not have, and the lack of one that it needs.
    pub fn check(&self, manifest: &Manifest) -> Result<(), RunError> {
        let slots: &[AccountSlot] = &manifest.accounts;
        if let Some(name) = self.0.keys().find(|name| slots.iter().all(|slot| slot.name != **name))
        {
            let known = slots.iter().map(|slot| slot.name.clone()).collect();
            return Err(RunError::AccountUnknown { name: name.clone(), known });
        }
        match slots.iter().find(|slot| !slot.optional && !self.0.contains_key(&slot.name)) {
            Some(slot) => Err(RunError::AccountMissing {
                name: slot.name.clone(),
                what: host_model::quote_within(&slot.what, 160),
            }),
            None => Ok(()),
        }
    }

    /// What to call an account: the name of the identity's own binding where it acts in that account,
    /// else the name of whichever binding of the same account is its own operator's.
    pub(crate) fn name_of(&self, facts: &IdentityFacts) -> Option<&str> {
        let root = facts.identity.0.split('/').next().unwrap_or_default();
        let same = |bound: &Bound| bound.account == facts.account;
        let own = self.0.get_key_value(root).filter(|(_, bound)| same(bound));
        let any = || self.0.iter().find(|(_, bound)| same(bound));
        own.or_else(any).map(|(name, _)| name.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sessions_of_one_role_are_one_caller() {
        let session = |account: &str, role: &str, name: &str| {
            format!("acs:ram::{account}:assumed-role/{role}/{name}")
        };
        let user = "acs:ram::1234567890123456:user/operator".to_owned();
        let one = session("1234567890123456", "deployer", "host-run-1");
        for (other, expected) in [
            (one.clone(), true),
            (session("1234567890123456", "deployer", "host-run-2"), true),
            (session("1234567890123456", "reader", "host-run-1"), false),
            (session("6543210987654321", "deployer", "host-run-1"), false),
            ("acs:ram::1234567890123456:role/deployer".to_owned(), false),
            (user.clone(), false),
        ] {
            assert_eq!(is_same_caller(&one, &other), expected, "{other}");
        }
        assert!(is_same_caller(&user, &user));
        assert!(!is_same_caller(&user, "acs:ram::1234567890123456:user/another"));
    }
}
