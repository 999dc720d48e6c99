//! IMS 2019-08-15: the same users, by principal name.

use serde_json::{Value as Json, json};

use super::{Transition, ram};
use crate::instant::iso8601;
use crate::state::wording::{Body, nothing};
use crate::state::{Account, CallerIdentity, CloudError, Facet, Operation, State, Tags, User};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "GetDefaultDomain" => get_default_domain,
        "CreateUser" => create_user,
        "GetUser" => get_user,
        "DeleteUser" => delete_user,
        "CreateLoginProfile" => create_login_profile,
        "CreateAccessKey" => create_access_key,
        _ => return None,
    })
}

/// How the domains of login names end.
pub(super) const LOGIN_SUFFIX: &str = ".onaliyun.com";

/// The longest user name; one type serves the whole principal name, so the part is checked here.
const USER_NAME_MAX: usize = 64;

fn get_default_domain(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    Ok(json!({ "DefaultDomainName": operation.account(state)?.domain() }))
}

/// The user part of a principal name of this account.
pub(super) fn user_part<'a>(account: &Account, name: &'a str) -> Option<&'a str> {
    let (user, domain) = name.split_once('@')?;
    account.owns_domain(domain, LOGIN_SUFFIX).then_some(user)
}

fn create_user(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let principal = operation.required("UserPrincipalName");
    let name = user_part(operation.account(state)?, principal)
        .filter(|name| (1..=USER_NAME_MAX).contains(&name.len()) && !name.contains('@'))
        .ok_or_else(|| wrong_principal(principal))?;
    let mut user = ram::new_user(state, operation, name)?;
    let parameters = operation.parameters;
    user.display_name = parameters.owned("DisplayName");
    user.comments = parameters.owned("Comments");
    user.email = parameters.owned("Email");
    user.mobile_phone = parameters.owned("MobilePhone");
    user.tags = parameters.tags("Tag").into_iter().collect::<Tags>();
    let account = operation.account_mut(state)?;
    let body = described(account, &user);
    account.users.insert(name, user);
    Ok(json!({ "User": Json::from(body) }))
}

fn wrong_principal(name: &str) -> CloudError {
    CloudError::invalid(
        "InvalidParameter.UserPrincipalName",
        format!("The parameter UserPrincipalName is no login name of this account: {name}."),
    )
}

fn principal_name(account: &Account, user: &User) -> String {
    format!("{}@{}", user.name, account.domain())
}

fn described(account: &Account, user: &User) -> Body {
    Body::default()
        .with("UserId", user.id.as_str())
        .with("UserPrincipalName", principal_name(account, user))
        .maybe("DisplayName", user.display_name.as_ref())
        .maybe("Comments", user.comments.as_ref())
        .maybe("Email", user.email.as_ref())
        .maybe("MobilePhone", user.mobile_phone.as_ref())
        .with("ProvisionType", "Manual")
        .date("CreateDate", user.created)
        .date("UpdateDate", user.updated)
        .tags(&user.tags)
}

/// The user that is named by principal name, id or key; the caller if nobody is (assumed).
fn meant<'s>(state: &'s State, operation: &Operation<'_>) -> Result<&'s User, CloudError> {
    let account = operation.account(state)?;
    let parameters = operation.parameters;
    let absent = |name: &str| CloudError::not_exist("User", name);
    if let Some(principal) = parameters.text("UserPrincipalName") {
        let name = user_part(account, principal).ok_or_else(|| absent(principal))?;
        return account.user(name);
    }
    if let Some(id) = parameters.text("UserId") {
        let mut users = account.users.known();
        return match users.find(|user| user.id == id) {
            Some(user) => Ok(user),
            None if account.users.is_complete() => Err(absent(id)),
            None => Err(CloudError::unknown(&format!("the user with id {id}"))),
        };
    }
    if let Some(key) = parameters.text("UserAccessKeyId") {
        let owner = state.key(key).map(|(caller, _)| caller);
        return match owner.filter(|caller| caller.account == account.id) {
            Some(caller) => match caller.identity {
                CallerIdentity::User(name) => account.user(&name),
                CallerIdentity::Root | CallerIdentity::Session { .. } => Err(absent(key)),
            },
            None => Err(absent(key)),
        };
    }
    account.user(&operation.user_meant("UserPrincipalName")?)
}

fn get_user(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let user = meant(state, operation)?;
    let body = described(operation.account(state)?, user).with("UserName", user.name.as_str());
    Ok(json!({ "User": Json::from(body) }))
}

fn delete_user(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    if !parameters.has("UserPrincipalName") && !parameters.has("UserId") {
        return Err(CloudError::invalid(
            "MissingParameter",
            "Either UserPrincipalName or UserId is mandatory.",
        ));
    }
    let name = meant(state, operation)?.name.clone();
    let account = operation.account_mut(state)?;
    ram::free_to_delete(account, &name, operation)?;
    account.users.remove(&name);
    Ok(nothing())
}

fn create_login_profile(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let user = meant(state, operation)?;
    let name = user.name.clone();
    let login = user.login.as_ref().looked_at(|| format!("the login profile of user `{name}`"))?;
    if login.is_some() {
        return Err(CloudError::already_exists("User.LoginProfile", &name));
    }
    let account = operation.account_mut(state)?;
    ram::check_password(account, operation)?;
    let profile = ram::profile(operation);
    let body = Body::default()
        .with("UserPrincipalName", format!("{name}@{}", account.domain()))
        .with("Status", profile.status.as_str())
        .with("MFABindRequired", profile.mfa_bind_required)
        .with("PasswordResetRequired", profile.password_reset_required)
        .with("PasswordStatus", if profile.password_set { "Configured" } else { "NotConfigured" })
        .with("UpdateDate", iso8601(profile.updated));
    account.user_mut(&name)?.login = Facet::Known(profile);
    Ok(json!({ "LoginProfile": Json::from(body) }))
}

fn create_access_key(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let user = if operation.parameters.has("UserPrincipalName") {
        Some(meant(state, operation)?.name.clone())
    } else {
        None
    };
    ram::create_key(state, operation, user.as_deref())
}
