//! A policy on a holder, in the whole account or in one resource group.

use host_workflow_sdk::ram::AttachedPolicy;
use host_workflow_sdk::{Account, Error, Tolerant, ram, resourcemanager};

use crate::names;
use crate::parameters::Scope;
use crate::quota::{self, Quota};

/// A policy that a holder should have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attachment {
    pub(crate) policy: String,
    /// `System` or `Custom`.
    pub(crate) kind: &'static str,
    pub(crate) scope: Scope,
}

/// Who has policies.
#[derive(Debug, Clone)]
pub(crate) enum Holder {
    Role { name: String, principal: String },
    User { name: String, principal: String },
}

impl Holder {
    pub(crate) const fn kind(&self) -> &'static str {
        match self {
            Self::Role { .. } => "role",
            Self::User { .. } => "user",
        }
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Role { name, .. } | Self::User { name, .. } => name,
        }
    }

    /// For people.
    pub(crate) fn title(&self) -> String {
        format!("{} `{}`", self.kind(), self.name())
    }

    /// The policy without which ARMS shows the holder no applications of a resource group.
    pub(crate) fn read_trace_policy(&self) -> String {
        match self {
            Self::Role { name, .. } => names::read_trace_policy(name),
            // No role has a name with this character.
            Self::User { name, .. } => names::read_trace_policy(&format!("user_{name}")),
        }
    }

    /// How many policies it may have.
    pub(crate) const fn quota(&self) -> Quota {
        match self {
            Self::Role { .. } => quota::ROLE,
            Self::User { .. } => quota::USER,
        }
    }

    fn principal(&self) -> (&str, &'static str) {
        match self {
            Self::Role { principal, .. } => (principal, "ServiceRole"),
            Self::User { principal, .. } => (principal, "IMSUser"),
        }
    }

    /// All policies of the holder, as RAM lists them.
    pub(crate) fn policies(&self, account: &Account) -> Result<Vec<AttachedPolicy>, Error> {
        match self {
            Self::Role { name, .. } => ram::list_policies_for_role(account, name),
            Self::User { name, .. } => ram::list_policies_for_user(account, name),
        }
    }

    /// Everything that the holder has, with where it holds, given what RAM lists for the holder.
    ///
    /// Who may not ask Resource Management sees what holds in the account only; to look into a
    /// resource group, `must_see_groups`.
    pub(crate) fn attachments(
        &self,
        account: &Account,
        listed: &[AttachedPolicy],
        must_see_groups: bool,
    ) -> Result<Vec<Attachment>, Error> {
        let (principal, principal_type) = self.principal();
        let options = resourcemanager::ListPolicyAttachmentsOptions {
            principal_name: Some(principal.to_owned()),
            principal_type: Some(principal_type.to_owned()),
            ..Default::default()
        };
        let known = match resourcemanager::list_policy_attachments(account, &options) {
            Ok(known) => known,
            Err(error) if !must_see_groups && (error.is_forbidden() || error.is_denied()) => {
                Vec::new()
            }
            Err(error) => return Err(error),
        };
        let own = known.into_iter().filter(|it| it.principal_name.eq_ignore_ascii_case(principal));
        let scoped = own.map(|it| {
            let is_account = it.resource_group_id == account.id();
            let group = || Scope::Group(it.resource_group_id.clone());
            let scope = if is_account { Scope::Account } else { group() };
            Attachment::new(&it.policy_name, kind(&it.policy_type), &scope)
        });
        Ok(with_unscoped(scoped.collect(), listed))
    }
}

/// `scoped` with what RAM lists and Resource Management does not know: it holds in the account.
///
/// RAM's list has no scope, and is not known to leave out what holds in a resource group only.
fn with_unscoped(mut scoped: Vec<Attachment>, listed: &[AttachedPolicy]) -> Vec<Attachment> {
    for policy in listed {
        let is_known = scoped.iter().any(|it| it.is(&policy.policy_name, &policy.policy_type));
        if !is_known {
            let kind = kind(&policy.policy_type);
            scoped.push(Attachment::new(&policy.policy_name, kind, &Scope::Account));
        }
    }
    scoped
}

fn kind(word: &str) -> &'static str {
    if word == names::SYSTEM { names::SYSTEM } else { names::CUSTOM }
}

impl Attachment {
    pub(crate) fn new(policy: &str, kind: &'static str, scope: &Scope) -> Self {
        Self { policy: policy.to_owned(), kind, scope: scope.clone() }
    }

    /// Whether the holder has it, given what RAM lists for the holder.
    ///
    /// RAM's list has no scope, and is not known to leave out what holds in a resource group only;
    /// so a policy in the list counts for the account unless Resource Management knows better.
    pub(crate) fn is_there(
        &self,
        account: &Account,
        holder: &Holder,
        listed: &[AttachedPolicy],
    ) -> Result<bool, Error> {
        let is_listed =
            listed.iter().any(|policy| self.is(&policy.policy_name, &policy.policy_type));
        match &self.scope {
            Scope::Account if !is_listed => Ok(false),
            Scope::Account => match self.scopes(account, holder) {
                Ok(scopes) => Ok(holds_in_account(account.id(), &scopes)),
                Err(error) if error.is_forbidden() || error.is_denied() => Ok(true),
                Err(error) => Err(error),
            },
            Scope::Group(id) => Ok(self.scopes(account, holder)?.iter().any(|scope| scope == id)),
        }
    }

    /// Where Resource Management knows the policy on this holder: resource groups, or the account.
    fn scopes(&self, account: &Account, holder: &Holder) -> Result<Vec<String>, Error> {
        let (principal, principal_type) = holder.principal();
        let options = resourcemanager::ListPolicyAttachmentsOptions {
            policy_name: Some(self.policy.clone()),
            policy_type: Some(self.kind.to_owned()),
            principal_name: Some(principal.to_owned()),
            principal_type: Some(principal_type.to_owned()),
            ..Default::default()
        };
        let found = resourcemanager::list_policy_attachments(account, &options)?.into_iter();
        let ours = found.filter(|attachment| {
            self.is(&attachment.policy_name, &attachment.policy_type)
                && attachment.principal_name.eq_ignore_ascii_case(principal)
        });
        Ok(ours.map(|attachment| attachment.resource_group_id).collect())
    }

    /// Attaches it. Harmless if it is there already.
    pub(crate) fn attach(&self, account: &Account, holder: &Holder) -> Result<(), Error> {
        let (policy, kind) = (&self.policy, self.kind);
        match (&self.scope, holder) {
            (Scope::Account, Holder::Role { name, .. }) => {
                let options = ram::AttachPolicyToRoleOptions::default();
                ram::attach_policy_to_role(account, policy, kind, name, &options)
            }
            (Scope::Account, Holder::User { name, .. }) => {
                let options = ram::AttachPolicyToUserOptions::default();
                ram::attach_policy_to_user(account, policy, kind, name, &options)
            }
            (Scope::Group(id), holder) => {
                let (principal, principal_type) = holder.principal();
                resourcemanager::attach_policy(account, policy, kind, principal, principal_type, id)
            }
        }
    }

    /// Takes it away. Harmless if it is gone already.
    pub(crate) fn detach(&self, account: &Account, holder: &Holder) -> Result<(), Error> {
        let (policy, kind) = (&self.policy, self.kind);
        let gone = match (&self.scope, holder) {
            (Scope::Account, Holder::Role { name, .. }) => {
                let options = ram::DetachPolicyFromRoleOptions::default();
                ram::detach_policy_from_role(account, policy, kind, name, &options)
            }
            (Scope::Account, Holder::User { name, .. }) => {
                let options = ram::DetachPolicyFromUserOptions::default();
                ram::detach_policy_from_user(account, policy, kind, name, &options)
            }
            (Scope::Group(id), holder) => {
                let (principal, principal_type) = holder.principal();
                resourcemanager::detach_policy(account, policy, kind, principal, principal_type, id)
            }
        };
        gone.or_absent().map(drop)
    }

    /// Whether both are the same policy in the same place.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.is(&other.policy, other.kind) && self.scope == other.scope
    }

    /// Whether it is this policy, wherever it holds.
    pub(crate) fn is(&self, policy: &str, kind: &str) -> bool {
        // The cloud takes policy names without case.
        self.policy.eq_ignore_ascii_case(policy) && self.kind == kind
    }
}

/// Whether a policy that RAM lists holds in the account, given the scopes that are known.
fn holds_in_account(account: &str, scopes: &[String]) -> bool {
    scopes.is_empty() || scopes.iter().any(|scope| scope == account)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_of_a_resource_group_is_not_taken_for_one_of_the_account() {
        let scopes = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        assert!(holds_in_account("11", &scopes(&[])));
        assert!(holds_in_account("11", &scopes(&["rg-a", "11"])));
        assert!(!holds_in_account("11", &scopes(&["rg-a"])));
    }

    #[test]
    fn policy_names_are_the_same_in_either_case() {
        let policy = |name: &str, kind: &str| AttachedPolicy {
            policy_name: name.to_owned(),
            policy_type: kind.to_owned(),
            ..Default::default()
        };
        let full = Attachment::new("AliyunARMSFullAccess", names::SYSTEM, &Scope::Account);
        assert!(full.is("aliyunarmsfullaccess", "System"));
        assert!(!full.is("AliyunARMSFullAccess", "Custom"));
        let group = Attachment { scope: Scope::Group("rg-1".to_owned()), ..full.clone() };
        assert!(!full.is_same(&group));
        let listed = [policy("aliyunARMSfullaccess", "System"), policy("own", "Custom")];
        let all = with_unscoped(vec![group.clone()], &listed);
        assert_eq!(all, [group, Attachment::new("own", names::CUSTOM, &Scope::Account)]);
    }
}
