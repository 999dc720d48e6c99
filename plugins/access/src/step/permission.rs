//! What lets each user assume the role, on its own side.

use std::collections::BTreeSet;

use host_workflow_sdk::ownership::Claim;
use host_workflow_sdk::ram::AttachedPolicy;
use host_workflow_sdk::{Error, ErrorKind, progress};

use crate::attachment::{Attachment, Holder};
use crate::documents;
use crate::holders::{self, Holders, Holding};
use crate::ledger::Ledger;
use crate::names::{self, CUSTOM, SYSTEM};
use crate::parameters::{AssumePermission, Parameters, Scope};
use crate::parties::{self, Parties};
use crate::policy::{Standing, WantedPolicy};
use crate::step::role::{FoundRole, SettledRole};
use crate::step::users::FoundUser;

/// The policy to make, who is to have it, and what earlier runs gave instead.
#[derive(Debug)]
pub(crate) struct PermissionPlan {
    policy: Option<(WantedPolicy, Standing)>,
    attachment: Attachment,
    /// One for each user of the input: whether it has the policy already.
    has: Vec<bool>,
    leftovers: Vec<Leftover>,
}

/// What an earlier run gave a user, and nobody asks for now.
#[derive(Debug)]
struct Leftover {
    attachment: Attachment,
    holder: Holder,
    why: &'static str,
}

const REPLACED: &str = "detached, today's permission replaces what an earlier run attached";
const DROPPED: &str = "detached, the user is no longer asked for";

/// Looks which users have the permission already, whether it fits on the others, and what is left
/// of earlier runs.
pub(crate) fn find(
    input: &Parameters,
    parties: &Parties,
    role: &FoundRole,
    users: &[FoundUser],
    holders: &Holders,
    ledger: &mut Ledger,
) -> Result<PermissionPlan, Error> {
    let account = &parties.people;
    let policy = match wanted(input, &role.arn(input, parties)) {
        Some(policy) => {
            let standing = policy.find_known(account, holders.is_ours)?;
            refuse_foreign(input, parties, &policy, &standing)?;
            Some((policy, standing))
        }
        None => None,
    };
    let attachment = match &policy {
        Some((policy, _)) => Attachment::new(&policy.name, CUSTOM, &input.assume_scope),
        None => Attachment::new(names::ASSUME_ANY_ROLE, SYSTEM, &input.assume_scope),
    };
    let mut plan = PermissionPlan { policy, attachment, has: Vec::new(), leftovers: Vec::new() };
    plan.leftovers = leftovers(input, parties, holders);
    for (wish, found) in input.users.iter().zip(users) {
        if found.user.is_none() {
            plan.has.push(false);
            continue;
        }
        let holder = holder(parties, &wish.name);
        let listed = holder.policies(account)?;
        let has = plan.has(parties, &wish.name, &listed, holders)?;
        if !has {
            holder.quota().fits(&holder.title(), &listed, &[&plan.attachment])?;
        }
        plan.has.push(has);
        // Nothing says for which role a policy of the cloud was attached: it gives way only in the
        // very run that puts another permission in its place, on a user of ours.
        let switches =
            !has && found.is_ours && !wish.existing && role.names(parties, &wish.name)?;
        let given = plan.replaced(parties, &holder, &listed, switches)?;
        if given.is_empty() && plan.is_exact() && has_any_role(&listed) {
            note_any_role(&wish.name, ledger);
        }
        plan.leftovers.extend(given);
    }
    Ok(plan)
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

/// What the policy of this role does on users who are not to have it, or elsewhere.
fn leftovers(input: &Parameters, parties: &Parties, holders: &Holders) -> Vec<Leftover> {
    if !holders.is_ours {
        return Vec::new();
    }
    let policy = names::assume_policy(&input.role_name);
    let is_exact = input.assume_permission == AssumePermission::ExactRole;
    let wanted = is_exact.then_some(&input.assume_scope);
    let leftover = |holding: &Holding, why| {
        let (attachment, holder) = (holding.attachment(&policy), holding.holder(parties));
        Leftover { attachment, holder, why }
    };
    let moved = holders::moved(input, &holders.users, wanted).into_iter();
    let dropped = holders::dropped(input, &holders.users).into_iter();
    let moved = moved.map(|holding| leftover(holding, REPLACED));
    moved.chain(dropped.map(|holding| leftover(holding, DROPPED))).collect()
}

/// A policy that is taken over must not be one that others work with: they would lose it next time.
fn refuse_foreign(
    input: &Parameters,
    parties: &Parties,
    policy: &WantedPolicy,
    standing: &Standing,
) -> Result<(), Error> {
    if !matches!(standing, Standing::Present { claim: Claim::Adopted, .. }) {
        return Ok(());
    }
    let see_groups = input.assume_scope != Scope::Account;
    let held = holders::list(&parties.people, &policy.name, see_groups)?;
    let moved = holders::moved(input, &held, Some(&input.assume_scope));
    let Some(other) = holders::dropped(input, &held).into_iter().chain(moved).next() else {
        return Ok(());
    };
    let (name, user, place) = (&policy.name, &other.user, parties::place(&other.scope));
    let message = format!(
        "policy `{name}` was not made by this workflow, and user `{user}` has it {place}, which \
         was not asked for"
    );
    Err(Error::new(ErrorKind::Conflict, "delegate.permission-foreign", message).hint(format!(
        "detach `{name}` from the user there, name the user under `users`, or give another \
         `role-name`"
    )))
}

fn has_any_role(listed: &[AttachedPolicy]) -> bool {
    let any = Attachment::new(names::ASSUME_ANY_ROLE, SYSTEM, &Scope::Account);
    listed.iter().any(|policy| any.is(&policy.policy_name, &policy.policy_type))
}

fn note_any_role(user: &str, ledger: &mut Ledger) {
    let policy = names::ASSUME_ANY_ROLE;
    ledger.note(format!(
        "user `{user}` also has `{policy}`, which lets it assume every role that trusts it; \
         nothing says for which role it was attached, so it is left alone"
    ));
}

impl PermissionPlan {
    const fn is_exact(&self) -> bool {
        self.policy.is_some()
    }

    /// Whether a user has what is wanted.
    fn has(
        &self,
        parties: &Parties,
        user: &str,
        listed: &[AttachedPolicy],
        holders: &Holders,
    ) -> Result<bool, Error> {
        match &self.policy {
            Some((_, Standing::Absent)) => Ok(false),
            Some(_) if holders.is_ours => {
                let scope = &self.attachment.scope;
                Ok(holders.users.iter().any(|it| it.is_of(user) && it.scope == *scope))
            }
            _ => self.attachment.is_there(&parties.people, &holder(parties, user), listed),
        }
    }

    /// What a user that switches has of the cloud's policy in another place, or instead.
    fn replaced(
        &self,
        parties: &Parties,
        holder: &Holder,
        listed: &[AttachedPolicy],
        switches: bool,
    ) -> Result<Vec<Leftover>, Error> {
        if !switches {
            return Ok(Vec::new());
        }
        let sees_groups = self.attachment.scope != Scope::Account;
        let held = holder.attachments(&parties.people, listed, sees_groups)?;
        let gives_way = |it: &Attachment| {
            it.is(names::ASSUME_ANY_ROLE, SYSTEM) && !it.is_same(&self.attachment)
        };
        let leftover = |attachment| Leftover { attachment, holder: holder.clone(), why: REPLACED };
        Ok(held.into_iter().filter(gives_way).map(leftover).collect())
    }

    /// Users from whom the permission is taken.
    pub(crate) fn dropped(&self) -> BTreeSet<String> {
        let dropped = self.leftovers.iter().filter(|leftover| leftover.why == DROPPED);
        dropped.map(|leftover| leftover.holder.name().to_owned()).collect()
    }
}

/// Makes the policy, attaches it to the users that lack it, then takes back what it replaces.
pub(crate) fn settle(
    input: &Parameters,
    parties: &Parties,
    role: &SettledRole,
    plan: &PermissionPlan,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    if input.users.is_empty() && plan.leftovers.is_empty() {
        return Ok(());
    }
    progress::step("permission", "the users may assume the role");
    if let Some((policy, standing)) = &plan.policy {
        policy.settle(&parties.people, standing, ledger)?;
    } else if !input.users.is_empty() {
        ledger.note(format!(
            "`{}` lets its holder assume every role that trusts it, not only `{}`",
            names::ASSUME_ANY_ROLE,
            role.arn
        ));
    }
    for (wish, has) in input.users.iter().zip(&plan.has) {
        let holder = holder(parties, &wish.name);
        let object = object(&plan.attachment, &holder);
        if *has {
            ledger.unchanged(object);
        } else {
            plan.attachment.attach(&parties.people, &holder)?;
            ledger.created(object);
        }
    }
    for leftover in &plan.leftovers {
        leftover.attachment.detach(&parties.people, &leftover.holder)?;
        ledger.updated(&object(&leftover.attachment, &leftover.holder), leftover.why);
    }
    Ok(())
}

fn object(attachment: &Attachment, holder: &Holder) -> String {
    let place = parties::place(&attachment.scope);
    format!("policy `{}` on {} {place}", attachment.policy, holder.title())
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
