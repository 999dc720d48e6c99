//! A custom policy: find, compare by meaning, then create, change or leave alone.

use host_ram::{Kind, RiskClass, Scene, difference, risks};
use host_workflow_sdk::ownership::{self, Claim, Tagged};
use host_workflow_sdk::{Account, Error, Tolerant, progress, ram};

use crate::documents;
use crate::ledger::Ledger;
use crate::names::CUSTOM;

/// Replaces the oldest version that is not in force when there are five.
const ROTATE: &str = "DeleteOldestNonDefaultVersionWhenLimitExceeded";

/// Versions that the cloud keeps of a policy.
const VERSION_LIMIT: usize = 5;

/// A custom policy as it should be.
#[derive(Debug)]
pub(crate) struct WantedPolicy {
    pub(crate) name: String,
    pub(crate) document: String,
    pub(crate) description: String,
}

/// What is there of it.
#[derive(Debug)]
pub(crate) enum Standing {
    Absent,
    Present {
        claim: Claim,
        /// What differs, one line a statement; empty if it means the same.
        difference: Vec<String>,
    },
}

impl Standing {
    /// Whether anything has to be written.
    pub(crate) const fn is_to_be_written(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Present { difference, .. } => !difference.is_empty(),
        }
    }
}

impl WantedPolicy {
    /// Looks whether the policy is there, is ours, and says what it should.
    pub(crate) fn find(&self, account: &Account) -> Result<Standing, Error> {
        self.find_known(account, false)
    }

    /// The same; `is_ours` if the mark was seen already.
    pub(crate) fn find_known(&self, account: &Account, is_ours: bool) -> Result<Standing, Error> {
        let Some(found) = ram::get_policy(account, &self.name, CUSTOM).or_absent()? else {
            return Ok(Standing::Absent);
        };
        let claim = if is_ours {
            Claim::Ours
        } else {
            ownership::claim(account, Tagged::Policy, &found.policy_name)?
        };
        let what = format!("policy `{}`", self.name);
        let before = documents::read(&what, &found.policy_document)?;
        let after = documents::read_permission(&what, &self.document)?;
        let difference = difference(&before, &after).iter().map(documents::sentence).collect();
        Ok(Standing::Present { claim, difference })
    }

    /// What it gives away that the host refuses unless the operator allowed it by name.
    pub(crate) fn breadth(&self) -> Result<Option<String>, Error> {
        let document = documents::read_permission("the wanted access", &self.document)?;
        let found = risks(&document, Kind::Permission, &Scene::default());
        let harmless = |class| matches!(class, RiskClass::PassEverything | RiskClass::AllowsAllBut);
        Ok(found.into_iter().find(|risk| !harmless(risk.class)).map(|risk| risk.sentence))
    }

    /// Makes it so.
    pub(crate) fn settle(
        &self,
        account: &Account,
        standing: &Standing,
        ledger: &mut Ledger,
    ) -> Result<(), Error> {
        let object = format!("policy `{}` of account `{}`", self.name, account.id());
        let Standing::Present { claim, difference } = standing else {
            let options = ram::CreatePolicyOptions {
                description: Some(self.description.clone()),
                ..Default::default()
            };
            ram::create_policy(account, &self.document, &self.name, &options)?;
            ledger.created(object);
            return Ok(());
        };
        if *claim == Claim::Adopted {
            ownership::adopt(account, Tagged::Policy, &self.name)?;
            ledger.updated(&object, "taken over");
        }
        if difference.is_empty() {
            if *claim == Claim::Ours {
                ledger.unchanged(object);
            }
            return Ok(());
        }
        self.change(account)?;
        ledger.updated(&object, &difference.join("; "));
        Ok(())
    }

    fn change(&self, account: &Account) -> Result<(), Error> {
        let versions = ram::list_policy_versions(account, &self.name, CUSTOM)?;
        if versions.len() >= VERSION_LIMIT {
            let name = &self.name;
            progress::warn(&format!(
                "policy `{name}` has {VERSION_LIMIT} versions: the oldest that is not in force goes"
            ));
        }
        let options = ram::CreatePolicyVersionOptions {
            rotate_strategy: Some(ROTATE.to_owned()),
            set_as_default: Some(true),
            ..Default::default()
        };
        ram::create_policy_version(account, &self.document, &self.name, &options)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_host_would_refuse_is_known_beforehand() {
        let breadth = |action: &str| {
            let statement =
                serde_json::json!({ "Effect": "Allow", "Action": action, "Resource": "*" });
            let document = serde_json::json!({ "Version": "1", "Statement": [statement] });
            let (name, description) = ("own".to_owned(), String::new());
            let policy = WantedPolicy { name, document: document.to_string(), description };
            policy.breadth().unwrap()
        };
        assert!(breadth("*").unwrap().contains("everything"));
        assert!(breadth("ram:*").is_some());
        assert_eq!(breadth("arms:*"), None);
        assert_eq!(breadth("sts:AssumeRole"), None);
    }
}
