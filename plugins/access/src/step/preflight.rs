//! Before anything changes: who is who, and does everything fit?

use std::collections::BTreeSet;

use host_workflow_sdk::{Account, Error, ErrorKind, Tolerant, ims, ram, resourcemanager};

use crate::attachment::Holder;
use crate::holders;
use crate::ledger::Ledger;
use crate::names;
use crate::parameters::{Parameters, Scope, SignIn, TrustedAccount};
use crate::parties::Parties;
use crate::step::access::{AccessPlan, Grant, Origin};
use crate::step::permission::PermissionPlan;
use crate::step::role::FoundRole;
use crate::step::users::FoundUser;
use crate::step::{access, permission, role, users};

/// What is there, and what there is to do.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) users: Vec<FoundUser>,
    pub(crate) role: FoundRole,
    pub(crate) access: AccessPlan,
    pub(crate) permission: PermissionPlan,
}

fn grant<'a>(input: &'a Parameters, parties: &Parties, role: &FoundRole) -> Grant<'a> {
    let computed = || names::role_principal(&input.role_name, parties.monitoring.id());
    let known = role.role().and_then(|role| role.role_principal_name.clone());
    let name = role.role().map_or(&input.role_name, |role| &role.role_name).clone();
    let holder = Holder::Role { name, principal: known.unwrap_or_else(computed) };
    let origin = Origin::of(role.role().is_some(), role.is_ours());
    Grant { access: &input.access, scope: &input.scope, holder, origin }
}

impl Found {
    /// Users of earlier runs who are not asked for and lose something.
    pub(crate) fn dropped(&self, input: &Parameters) -> BTreeSet<String> {
        let mut dropped = self.permission.dropped();
        let is_wished =
            |user: &&String| input.users.iter().any(|wish| wish.name.eq_ignore_ascii_case(user));
        let untrusted = self.role.dropped().iter().filter(|user| !is_wished(user));
        dropped.extend(untrusted.cloned());
        dropped
    }
}

/// Opens both sides and makes sure that they are who the operator thinks they are.
pub(crate) fn meet(input: &Parameters) -> Result<Parties, Error> {
    if input.trusts_nobody() {
        let message = "cannot write the trust policy: it is to name identities, and none is given";
        return Err(Error::new(ErrorKind::Invalid, "delegate.trust-empty", message).hint(
            "give `users`, `trust.users` or `trust.roles`, or set `trust.kind` to `account`",
        ));
    }
    if let Some(name) = input.repeated_user() {
        let message = format!("user `{name}` stands twice under `users`");
        return Err(Error::new(ErrorKind::Invalid, "delegate.user-repeated", message)
            .hint("say all that is wanted of a user in one place"));
    }
    let monitoring = Account::open_confirmed("monitoring")?;
    let people = Account::open_confirmed(input.people())?;
    if input.trust.of == TrustedAccount::Source {
        let hint = "bind `source` to the other account, or set `trust.of` to `monitoring` to let users \
                    of the monitoring account itself assume the role";
        monitoring.require_other(&people, "nothing to share", hint)?;
    }
    require_group(&monitoring, &input.scope)?;
    require_group(&people, &input.assume_scope)?;
    let domain = if needs_domain(input) { Some(ims::get_default_domain(&people)?) } else { None };
    Ok(Parties { monitoring, people, domain })
}

/// Looks at all objects that the run is about; whatever is in the way is said now.
pub(crate) fn look(
    input: &Parameters,
    parties: &Parties,
    ledger: &mut Ledger,
) -> Result<Found, Error> {
    let users = users::find(&input.users, parties)?;
    require_named(input, parties)?;
    let holders = holders::find(input, parties)?;
    let role = role::find(input, parties, &holders)?;
    let access = access::find(grant(input, parties, &role), &parties.monitoring, ledger)?;
    let permission = permission::find(input, parties, &role, &users, &holders, ledger)?;
    Ok(Found { users, role, access, permission })
}

fn require_group(account: &Account, scope: &Scope) -> Result<(), Error> {
    let Scope::Group(id) = scope else { return Ok(()) };
    let options = resourcemanager::GetResourceGroupOptions::default();
    let group = resourcemanager::get_resource_group(account, id, &options).or_absent()?;
    let problem = match group {
        Some(group) if group.status == "OK" => return Ok(()),
        Some(group) => format!("is in state `{}`", group.status),
        None => "is not there".to_owned(),
    };
    let message = format!("resource group `{id}` of account `{}` {problem}", account.id());
    Err(Error::new(ErrorKind::NotFound, "delegate.group-unusable", message)
        .hint("give the id of a resource group (`rg-…`) of this account, or `account`"))
}

/// Users and roles that only the trust policy names must be there: the cloud refuses a trust in
/// nobody, or keeps it and nobody can use it.
fn require_named(input: &Parameters, parties: &Parties) -> Result<(), Error> {
    let (users, roles) = input.trusted();
    for name in users {
        let is_wished = input.users.iter().any(|wish| wish.name == name);
        if !is_wished && ram::get_user(&parties.people, name).or_absent()?.is_none() {
            return Err(users::missing(parties, "user", name));
        }
    }
    for name in roles {
        if ram::get_role(&parties.people, name).or_absent()?.is_none() {
            return Err(users::missing(parties, "role", name));
        }
    }
    Ok(())
}

fn needs_domain(input: &Parameters) -> bool {
    let grouped = input.assume_scope != Scope::Account;
    let named = |wish: &crate::parameters::UserWish| {
        wish.sign_in == SignIn::Console || !wish.tags.is_empty()
    };
    (grouped && !input.users.is_empty()) || input.users.iter().any(named)
}
