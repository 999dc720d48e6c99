//! Users.

use serde_json::{Value as Json, json};

use crate::state::check::Fault;
use crate::state::wording::{Body, nothing};
use crate::state::{Account, CloudError, Facet, Operation, State, User, page};

pub(super) fn create(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    check_contact(operation, "")?;
    let mut user = new_user(state, operation, operation.required("UserName"))?;
    take_contact(&mut user, operation, "");
    let body = described(&user).date("CreateDate", user.created);
    let name = user.name.clone();
    operation.account_mut(state)?.users.insert(&name, user);
    Ok(json!({ "User": Json::from(body) }))
}

/// A user of that name, if there is none and if there is room; not in the account yet.
pub(in crate::state::transition) fn new_user(
    state: &mut State,
    operation: &Operation<'_>,
    name: &str,
) -> Result<User, CloudError> {
    let limit = state.quotas.users;
    let account = operation.account(state)?;
    if account.users.get(name).looked_at(|| format!("user `{name}`"))?.is_some() {
        return Err(CloudError::already_exists("User", name));
    }
    if account.users.known().count() >= limit {
        return Err(CloudError::limit_exceeded("User", limit));
    }
    Ok(User::new(name, state.mint.user_id(), operation.now))
}

/// Refuses an address or a telephone number that is none; `prefix` stands before their names.
fn check_contact(operation: &Operation<'_>, prefix: &str) -> Result<(), CloudError> {
    let check = |name: &str, is_right: fn(&str) -> bool| {
        let name = format!("{prefix}{name}");
        match operation.parameters.text(&name) {
            Some(text) if !is_right(text) => Err(Fault::Value.of(operation.action, &name)),
            _ => Ok(()),
        }
    };
    check("Email", is_email)?;
    check("MobilePhone", is_phone)
}

/// Takes over what is given, where `prefix` stands before the parameters' names.
fn take_contact(user: &mut User, operation: &Operation<'_>, prefix: &str) {
    let given = |name: &str| operation.parameters.owned(&format!("{prefix}{name}"));
    let facets = [
        (&mut user.display_name, given("DisplayName")),
        (&mut user.comments, given("Comments")),
        (&mut user.email, given("Email")),
        (&mut user.mobile_phone, given("MobilePhone")),
    ];
    for (facet, value) in facets {
        if value.is_some() {
            *facet = value;
        }
    }
}

fn is_email(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(name, domain)| !name.is_empty() && domain.contains('.'))
}

/// `<country>-<number>`.
fn is_phone(text: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    text.split_once('-').is_some_and(|(country, number)| digits(country) && digits(number))
}

fn described(user: &User) -> Body {
    Body::default()
        .with("UserId", user.id.as_str())
        .with("UserName", user.name.as_str())
        .maybe("DisplayName", user.display_name.as_ref())
        .maybe("Comments", user.comments.as_ref())
        .maybe("Email", user.email.as_ref())
        .maybe("MobilePhone", user.mobile_phone.as_ref())
}

fn dated(user: &User) -> Body {
    described(user).date("CreateDate", user.created).date("UpdateDate", user.updated)
}

pub(super) fn get(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let user = operation.account(state)?.user(operation.required("UserName"))?;
    Ok(json!({ "User": Json::from(dated(user)) }))
}

pub(super) fn update(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    check_contact(operation, "New")?;
    let old = operation.required("UserName");
    let account = operation.account_mut(state)?;
    let mut user = account.user(old)?.clone();
    take_contact(&mut user, operation, "New");
    if let Some(new) = operation.parameters.owned("NewUserName") {
        let same = new.eq_ignore_ascii_case(old);
        let taken = account.users.get(&new).looked_at(|| format!("user `{new}`"))?.is_some();
        if taken && !same {
            return Err(CloudError::already_exists("User", &new));
        }
        user.name = new;
    }
    user.updated = operation.now;
    let body = dated(&user);
    account.users.remove(old);
    let name = user.name.clone();
    account.users.insert(&name, user);
    Ok(json!({ "User": Json::from(body) }))
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let account = operation.account_mut(state)?;
    free_to_delete(account, name, operation)?;
    account.users.remove(name);
    Ok(nothing())
}

/// Refuses what still hangs on the user, in the order in which it is best removed.
pub(in crate::state::transition) fn free_to_delete(
    account: &Account,
    name: &str,
    operation: &Operation<'_>,
) -> Result<(), CloudError> {
    let user = account.user(name)?;
    let conflict =
        |what: &str, message| Err(CloudError::delete_conflict(&format!("User.{what}"), message));
    if !user.keys.all(&format!("the list of AccessKeys of user `{name}`"))?.is_empty() {
        return conflict("AccessKey", "The user has AccessKeys.");
    }
    user.policies.current.all(&format!("the list of policies of user `{name}`"))?;
    if user.policies.is_in_use(operation.now) {
        return conflict("Policy", "The user has policies attached.");
    }
    if !user.groups.is_empty() {
        return conflict("Group", "The user is in groups.");
    }
    let login = user.login.as_ref().looked_at(|| format!("the login profile of user `{name}`"))?;
    if login.is_some() {
        return conflict("LoginProfile", "The user has a login profile.");
    }
    let mfa = user.mfa.as_ref().looked_at(|| format!("the MFA device of user `{name}`"))?;
    if mfa.is_some() {
        return conflict("MFADevice", "The user has an MFA device.");
    }
    Ok(())
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let users = operation.account(state)?.users.all("the list of users")?;
    let users = users.into_iter().map(|user| (user.name.clone(), dated(user).into()));
    page::by_marker(users.collect(), operation.parameters, ("Users", "User"))
}

pub(super) fn get_mfa(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let user = operation.account(state)?.user(name)?;
    let mfa = user.mfa.as_ref().looked_at(|| format!("the MFA device of user `{name}`"))?;
    let serial = mfa.ok_or_else(|| CloudError::not_exist("User.MFADevice", name))?;
    Ok(json!({ "MFADevice": { "SerialNumber": serial, "Type": "VMFA" } }))
}

pub(super) fn unbind_mfa(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let user = operation.account_mut(state)?.user_mut(name)?;
    let mfa = user.mfa.as_ref().looked_at(|| format!("the MFA device of user `{name}`"))?;
    let serial = mfa.ok_or_else(|| CloudError::not_exist("User.MFADevice", name))?.clone();
    user.mfa = Facet::Absent;
    Ok(json!({ "MFADevice": { "SerialNumber": serial } }))
}
