//! What lets each user assume the role, on its own side.

use host_workflow_sdk::{Error, progress};

use crate::attachment::{Attachment, Holder};
use crate::documents;
use crate::ledger::Ledger;
use crate::names::{self, CUSTOM, SYSTEM};
use crate::parameters::{AssumePermission, Parameters};
use crate::parties::{self, Parties};
use crate::policy::{Standing, WantedPolicy};
use crate::quota;
use crate::step::role::SettledRole;
use crate::step::users::FoundUser;

/// The policy to make, and who is to have it.
#[derive(Debug)]
pub(crate) struct PermissionPlan {
    policy: Option<(WantedPolicy, Standing)>,
    attachment: Attachment,
    /// One for each user of the input: whether it has the policy already.
    has: Vec<bool>,
}

/// Looks which users have the permission already, and whether it fits on the others.
pub(crate) fn find(
    input: &Parameters,
    parties: &Parties,
    role_arn: &str,
    users: &[FoundUser],
) -> Result<PermissionPlan, Error> {
    let account = &parties.people;
    let policy = wanted(input, role_arn);
    let attachment = match &policy {
        Some(policy) => Attachment::new(&policy.name, CUSTOM, &input.assume_scope),
        None => Attachment::new(names::ASSUME_ANY_ROLE, SYSTEM, &input.assume_scope),
    };
    let policy = match policy {
        Some(policy) => {
            let standing = policy.find(account)?;
            Some((policy, standing))
        }
        None => None,
    };
    let mut has = Vec::new();
    for (wish, found) in input.users.iter().zip(users) {
        if found.user.is_none() {
            has.push(false);
            continue;
        }
        let holder = holder(parties, &wish.name);
        let listed = holder.policies(account)?;
        let is_there = attachment.is_there(account, &holder, &listed)?;
        if !is_there {
            quota::USER.fits(&format!("user `{}`", wish.name), &listed, &[&attachment])?;
        }
        has.push(is_there);
    }
    Ok(PermissionPlan { policy, attachment, has })
}

fn wanted(input: &Parameters, role_arn: &str) -> Option<WantedPolicy> {
    if input.assume_permission == AssumePermission::AnyRole || input.users.is_empty() {
        return None;
    }
    Some(WantedPolicy {
        name: names::assume_policy(&input.role_name),
        document: documents::assume_document(role_arn),
        description: format!("Lets its holder assume {role_arn}."),
    })
}

/// Makes the policy and attaches it to the users that lack it.
pub(crate) fn settle(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    plan: &PermissionPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    if input.users.is_empty() {
        return Ok(());
    }
    progress::step("permission", "the users may assume the role");
    if let Some((policy, standing)) = &plan.policy {
        policy.settle(&parties.people, standing, ledger)?;
    } else {
        ledger.note(format!(
            "`{}` lets its holder assume every role that trusts it, not only `{}`",
            names::ASSUME_ANY_ROLE,
            role.arn
        ));
    }
    for (wish, has) in input.users.iter().zip(&plan.has) {
        let place = parties::place(&plan.attachment.scope);
        let object = format!("policy `{}` on user `{}` {place}", plan.attachment.policy, wish.name);
        if *has {
            ledger.unchanged(object);
        } else {
            plan.attachment.attach(&parties.people, &holder(parties, &wish.name))?;
            ledger.created(object);
        }
    }
    Ok(())
}

fn holder(parties: &Parties, user: &str) -> Holder {
    Holder::User { name: user.to_owned(), principal: parties.user_principal(user) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permission_is_for_exactly_this_role_unless_told_otherwise() {
        let wanted = |text: &str| {
            let input: Parameters = serde_json::from_str(text).unwrap();
            wanted(&input, "acs:ram::1000000000000001:role/arms-delegate")
        };
        let exact = wanted(r#"{"users": [{"name": "a"}]}"#).unwrap();
        assert_eq!(exact.name, "host-assume-arms-delegate");
        assert!(exact.document.contains("1000000000000001:role/arms-delegate"));
        assert!(!exact.document.contains('*'), "{}", exact.document);
        let any = r#"{"users": [{"name": "a"}], "assume-permission": "AliyunSTSAssumeRoleAccess"}"#;
        assert!(wanted(any).is_none());
        assert!(wanted("{}").is_none());
    }
}
