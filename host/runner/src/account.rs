//! The accounts of a run.

use std::collections::{BTreeMap, BTreeSet};
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

    /// What to call an account: the name of the identity's own binding where it acts in that account, else one
    /// that the workflow cannot do without, among `needed`: others may be somebody's who is only tried.
    pub(crate) fn name_of(&self, facts: &IdentityFacts, needed: &BTreeSet<String>) -> Option<&str> {
        let root = facts.identity.0.split('/').next().unwrap_or_default();
        let same = |name: &str| self.0.get(name).is_some_and(|it| it.account == facts.account);
        let named = |name: &&String| same(name);
        let own = self.0.get_key_value(root).map(|(name, _)| name).filter(named);
        let needed = || self.0.keys().filter(|name| needed.contains(*name)).find(named);
        own.or_else(needed).or_else(|| self.0.keys().find(named)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    struct NoKeys;

    #[async_trait::async_trait]
    impl KeySource for NoKeys {
        async fn key(&self) -> Result<host_sign::AccessKey, host_model::CallError> {
            unreachable!("nothing is signed here")
        }
    }

    #[test]
    fn an_account_is_called_by_the_binding_that_the_workflow_needs() {
        let bound = |account: &str| Bound {
            account: account.parse().unwrap(),
            arn: String::new(),
            keys: Arc::new(NoKeys),
            session: None,
        };
        let (source, monitoring) = ("6543210987654321", "1234567890123456");
        let all = [("outsider", source), ("source", source), ("monitoring", monitoring)];
        let all = all.map(|(name, account)| (name.to_owned(), bound(account)));
        let accounts = BoundAccounts(all.into());
        let needed = BTreeSet::from(["monitoring".to_owned(), "source".to_owned()]);
        let name = |identity: &str, account: &str| {
            let facts = IdentityFacts {
                identity: IdentityRef(identity.to_owned()),
                account: account.parse().unwrap(),
                arn: String::new(),
            };
            accounts.name_of(&facts, &needed).map(str::to_owned)
        };
        assert_eq!(name("6543210987654321/key/LTAIa", source).as_deref(), Some("source"));
        assert_eq!(name("outsider", source).as_deref(), Some("outsider"));
        assert_eq!(name("source/session/1", monitoring).as_deref(), Some("monitoring"));
        assert_eq!(name("source/session/1", "1111111111111111"), None);
    }

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
