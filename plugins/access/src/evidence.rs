//! May a user assume the role? Decided from the documents, where no call can show it.

use host_model::Arn;
use host_ram::{ASSUME_ROLE, Document, Request, Verdict, evaluate, evaluate_trust};
use host_workflow_sdk::{Account, Error, ErrorKind, ram};

use crate::documents;
use crate::names;
use crate::parameters::{Parameters, Scope};
use crate::parties::Parties;
use crate::step::role::SettledRole;

/// Both halves of the permission to assume a role.
#[derive(Debug)]
pub(crate) struct Evidence {
    /// What the user's own policies say.
    pub(crate) own: Verdict,
    /// What the role's trust policy says.
    pub(crate) trust: Verdict,
    /// The resource group in which the permission to assume was given, if it was in one.
    pub(crate) group: Option<String>,
}

impl Evidence {
    /// The first half that stands against it, in words.
    pub(crate) fn contradiction(&self) -> Option<String> {
        let halves = [("its own policies", &self.own), ("the role's trust policy", &self.trust)];
        let (half, verdict) = halves.into_iter().find(|(_, verdict)| !verdict.is_allowed())?;
        let mut text = format!("{half} stand against it: {}", verdict.why.join("; "));
        if let Some(group) = self.group.as_ref().filter(|_| !self.own.is_allowed()) {
            text.push_str(&format!(
                "; its permission to assume holds in resource group `{group}` only, which a role \
                 of another account is not in: set `assume-scope` to `account`"
            ));
        }
        Some(text)
    }
}

/// Reads the user's policies and decides both halves, as a call by this run would meet them.
pub(crate) fn gather(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    user: &str,
) -> Result<Evidence, Error> {
    let evidence = of_user(input, &parties.people, role, user)?;
    let group = match &input.assume_scope {
        Scope::Account => None,
        Scope::Group(id) => Some(id.clone()),
    };
    Ok(Evidence { group, ..evidence })
}

/// The same for a user of any account that `account` may read.
pub(crate) fn of_user(
    input: &Parameters,
    account: &Account,
    role: &SettledRole,
    user: &str,
) -> Result<Evidence, Error> {
    let policies = identity_policies(account, user)?;
    let arn = names::user_arn(account.id(), user);
    decide(&policies, role, &arn, input.external_id.as_deref())
}

fn decide(
    policies: &[(String, Document)],
    role: &SettledRole,
    user_arn: &str,
    external_id: Option<&str>,
) -> Result<Evidence, Error> {
    let caller: Arn = user_arn.parse().map_err(|_| {
        let message = format!("cannot read the name of user `{user_arn}`");
        Error::new(ErrorKind::Invalid, "delegate.arn-unreadable", message)
    })?;
    let given = external_id.iter().map(|id| ("sts:ExternalId".to_owned(), vec![(*id).to_owned()]));
    let context: host_ram::Context = given.collect();
    let request = Request {
        action: ASSUME_ROLE.to_owned(),
        resource: role.arn.clone(),
        context: context.clone(),
    };
    let named: Vec<(&str, &Document)> =
        policies.iter().map(|(name, document)| (name.as_str(), document)).collect();
    let own = evaluate(&request, &named, None);
    let trust = evaluate_trust(&role.trust, &caller, &context);
    Ok(Evidence { own, trust, group: None })
}

/// The documents of all policies that the user has itself; those of its groups are not read, so
/// the answer errs on the side of no.
pub(crate) fn identity_policies(
    people: &Account,
    user: &str,
) -> Result<Vec<(String, Document)>, Error> {
    let mut policies = Vec::new();
    for attached in ram::list_policies_for_user(people, user)? {
        let policy = ram::get_policy(people, &attached.policy_name, &attached.policy_type)?;
        let what = format!("policy `{}`", attached.policy_name);
        policies.push((attached.policy_name, documents::read(&what, &policy.policy_document)?));
    }
    Ok(policies)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn role(external_id: Option<&str>) -> SettledRole {
        let alice = "acs:ram::2000000000000002:user/alice".to_owned();
        let trust = host_ram::trust_document(&[alice], external_id);
        SettledRole {
            name: "arms-delegate".to_owned(),
            arn: "acs:ram::1000000000000001:role/arms-delegate".to_owned(),
            trust: documents::read("x", &trust).unwrap(),
        }
    }

    fn contradiction(
        policy_for: &str,
        user: &str,
        needs: Option<&str>,
        gives: Option<&str>,
    ) -> String {
        let text = documents::assume_document(policy_for);
        let policies = [("own".to_owned(), documents::read("x", &text).unwrap())];
        let arn = format!("acs:ram::2000000000000002:user/{user}");
        let evidence = decide(&policies, &role(needs), &arn, gives).unwrap();
        evidence.contradiction().unwrap_or_default()
    }

    #[test]
    fn says_which_half_stands_against_it() {
        let arn = "acs:ram::1000000000000001:role/arms-delegate";
        assert_eq!(contradiction(arn, "alice", None, None), "");
        assert_eq!(contradiction(arn, "alice", Some("x-1"), Some("x-1")), "");
        let other = contradiction("acs:ram::1000000000000001:role/other", "alice", None, None);
        assert!(other.starts_with("its own policies"), "{other}");
        let grouped = Evidence {
            group: Some("rg-1".to_owned()),
            ..decide(&[], &role(None), "acs:ram::2000000000000002:user/alice", None).unwrap()
        };
        assert!(grouped.contradiction().unwrap().contains("set `assume-scope` to `account`"));
        for refused in [
            contradiction(arn, "mallory", None, None),
            contradiction(arn, "alice", Some("x-1"), None),
            contradiction(arn, "alice", Some("x-1"), Some("x-2")),
        ] {
            assert!(refused.starts_with("the role's trust policy"), "{refused}");
        }
    }
}
