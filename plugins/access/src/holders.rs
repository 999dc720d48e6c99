//! Who holds the policy that lets its holder assume exactly this role: whom earlier runs were for.

use host_workflow_sdk::ownership::{self, Tagged};
use host_workflow_sdk::{Account, Error, ram, resourcemanager};

use crate::attachment::{Attachment, Holder};
use crate::names::{self, CUSTOM};
use crate::parameters::{Parameters, Scope};
use crate::parties::Parties;

/// The policy and the users that have it.
#[derive(Debug, Default)]
pub(crate) struct Holders {
    /// Whether the policy carries our mark; without it, nobody here is known to be ours.
    pub(crate) is_ours: bool,
    pub(crate) users: Vec<Holding>,
}

/// A user that has the policy, and where it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) user: String,
    /// How Resource Management calls the user, if it does.
    principal: Option<String>,
    pub(crate) scope: Scope,
}

impl Holding {
    pub(crate) fn attachment(&self, policy: &str) -> Attachment {
        Attachment::new(policy, CUSTOM, &self.scope)
    }

    pub(crate) fn holder(&self, parties: &Parties) -> Holder {
        let principal = self.principal.clone();
        let principal = principal.unwrap_or_else(|| parties.user_principal(&self.user));
        Holder::User { name: self.user.clone(), principal }
    }

    pub(crate) fn is_of(&self, user: &str) -> bool {
        self.user.eq_ignore_ascii_case(user)
    }
}

impl Holders {
    /// Whether an earlier run let this user assume the role.
    pub(crate) fn has(&self, user: &str) -> bool {
        self.is_ours && self.users.iter().any(|holding| holding.is_of(user))
    }
}

/// Looks for the policy of this role, and if it is ours, for all who have it.
pub(crate) fn find(input: &Parameters, parties: &Parties) -> Result<Holders, Error> {
    let policy = names::assume_policy(&input.role_name);
    let account = &parties.people;
    if ownership::marked(account, Tagged::Policy, std::slice::from_ref(&policy))?.is_empty() {
        return Ok(Holders::default());
    }
    let users = list(account, &policy, input.assume_scope != Scope::Account)?;
    Ok(Holders { is_ours: true, users })
}

/// All users that have the policy.
///
/// Who may not ask Resource Management sees what holds in the account only; to look into a
/// resource group, `must_see_groups`.
pub(crate) fn list(
    account: &Account,
    policy: &str,
    must_see_groups: bool,
) -> Result<Vec<Holding>, Error> {
    let options = resourcemanager::ListPolicyAttachmentsOptions {
        policy_name: Some(policy.to_owned()),
        policy_type: Some(CUSTOM.to_owned()),
        ..Default::default()
    };
    let known = match resourcemanager::list_policy_attachments(account, &options) {
        Ok(known) => known,
        Err(error) if !must_see_groups && (error.is_forbidden() || error.is_denied()) => Vec::new(),
        Err(error) => return Err(error),
    };
    let listed = ram::list_entities_for_policy(account, policy, CUSTOM)?.user_names;
    let scoped = known
        .into_iter()
        .filter(|it| it.principal_type == "IMSUser" && it.policy_name.eq_ignore_ascii_case(policy));
    let scoped = scoped.filter_map(|it| {
        let (user, _) = it.principal_name.split_once('@')?;
        // RAM has the name as it is written.
        let written = listed.iter().find(|name| name.eq_ignore_ascii_case(user));
        let is_account = it.resource_group_id == account.id();
        let scope = if is_account { Scope::Account } else { Scope::Group(it.resource_group_id) };
        let user = written.map_or(user, String::as_str).to_owned();
        Some(Holding { user, principal: Some(it.principal_name), scope })
    });
    Ok(with_unscoped(scoped.collect(), &listed))
}

/// `scoped` with whom RAM lists and Resource Management does not know: it holds in the account.
fn with_unscoped(mut scoped: Vec<Holding>, listed: &[String]) -> Vec<Holding> {
    for user in listed {
        if !scoped.iter().any(|holding| holding.is_of(user)) {
            let user = user.clone();
            scoped.push(Holding { user, principal: None, scope: Scope::Account });
        }
    }
    scoped
}

/// Those whom today's parameters do not ask for: neither under `users` nor by name under `trust`.
pub(crate) fn dropped<'a>(input: &'a Parameters, users: &'a [Holding]) -> Vec<&'a Holding> {
    let wished = input.users.iter().map(|wish| &wish.name);
    let named: Vec<&String> = wished.chain(input.trust.users.iter().flatten()).collect();
    users.iter().filter(|it| !named.iter().any(|name| it.is_of(name))).collect()
}

/// What users who are asked for have in another place than today, or instead of today's policy.
pub(crate) fn moved<'a>(
    input: &'a Parameters,
    users: &'a [Holding],
    wanted: Option<&'a Scope>,
) -> Vec<&'a Holding> {
    let is_wished = |it: &&Holding| input.users.iter().any(|wish| it.is_of(&wish.name));
    users.iter().filter(is_wished).filter(|it| wanted != Some(&it.scope)).collect()
}

#[cfg(test)]
pub(crate) fn holding(user: &str, scope: &str) -> Holding {
    Holding { user: user.to_owned(), principal: None, scope: Scope::from(scope.to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_no_longer_asked_for_is_found() {
        let held = [holding("Alice", "account"), holding("carol", "rg-1")];
        let cases: [(&str, &[&str]); 5] = [
            (r#"{"users": [{"name": "alice"}, {"name": "carol"}]}"#, &[]),
            (r#"{"users": [{"name": "alice"}]}"#, &["carol"]),
            (r#"{"users": [{"name": "alice"}], "trust": {"users": ["carol"]}}"#, &[]),
            (r#"{"trust": {"kind": "account"}}"#, &["Alice", "carol"]),
            (r#"{"trust": {"kind": "account", "users": ["carol"]}}"#, &["Alice"]),
        ];
        for (text, gone) in cases {
            let input: Parameters = serde_json::from_str(text).unwrap();
            let found: Vec<&str> =
                dropped(&input, &held).into_iter().map(|it| it.user.as_str()).collect();
            assert_eq!(found, gone, "{text}");
        }
    }

    #[test]
    fn what_is_held_elsewhere_gives_way() {
        let held = [holding("alice", "account"), holding("alice", "rg-1"), holding("bob", "rg-2")];
        let input: Parameters = serde_json::from_str(r#"{"users": [{"name": "alice"}]}"#).unwrap();
        let group = Scope::Group("rg-1".to_owned());
        assert_eq!(moved(&input, &held, Some(&Scope::Account)), [&held[1]]);
        assert_eq!(moved(&input, &held, Some(&group)), [&held[0]]);
        assert_eq!(moved(&input, &held, None), [&held[0], &held[1]]);
    }

    #[test]
    fn whom_only_ram_lists_has_it_in_the_account() {
        let listed = ["alice".to_owned(), "bob".to_owned()];
        let all = with_unscoped(vec![holding("Bob", "rg-1")], &listed);
        assert_eq!(all, [holding("Bob", "rg-1"), holding("alice", "account")]);
    }
}
