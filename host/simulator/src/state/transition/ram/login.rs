//! Login profiles.

use serde_json::{Value as Json, json};

use crate::state::wording::{Body, nothing};
use crate::state::{Account, CloudError, Facet, LoginProfile, Operation, State, User};

pub(super) fn create(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let account = operation.account_mut(state)?;
    absent(account.user(name)?)?;
    check_password(account, operation)?;
    let profile = profile(operation);
    let user = account.user_mut(name)?;
    user.login = Facet::Known(profile.clone());
    Ok(described(&user.name, &profile))
}

fn absent(user: &User) -> Result<(), CloudError> {
    match looked_at(user)? {
        Some(_) => Err(CloudError::already_exists("User.LoginProfile", &user.name)),
        None => Ok(()),
    }
}

fn looked_at(user: &User) -> Result<Option<&LoginProfile>, CloudError> {
    user.login.as_ref().looked_at(|| format!("the login profile of user `{}`", user.name))
}

/// Refuses a weak password. One that a plan holds back cannot be judged and passes.
pub(in crate::state::transition) fn check_password(
    account: &Account,
    operation: &Operation<'_>,
) -> Result<(), CloudError> {
    let password = operation.parameters.text("Password");
    if password.is_none_or(|password| account.password_policy.accepts(password)) {
        return Ok(());
    }
    Err(CloudError::invalid(
        "InvalidParameter.Password.TooWeak",
        "The password does not satisfy the account's password policy.",
    ))
}

/// A new profile, as the call wants it.
pub(in crate::state::transition) fn profile(operation: &Operation<'_>) -> LoginProfile {
    let flag = |name| operation.parameters.flag(name).unwrap_or(false);
    LoginProfile {
        mfa_bind_required: flag("MFABindRequired"),
        password_reset_required: flag("PasswordResetRequired"),
        status: operation.parameters.text("Status").unwrap_or("Active").to_owned(),
        password_set: operation.parameters.has("Password"),
        created: operation.now,
        updated: operation.now,
    }
}

fn described(user: &str, profile: &LoginProfile) -> Json {
    let body = Body::default()
        .with("UserName", user)
        .with("MFABindRequired", profile.mfa_bind_required)
        .with("PasswordResetRequired", profile.password_reset_required)
        .date("CreateDate", profile.created);
    json!({ "LoginProfile": Json::from(body) })
}

pub(super) fn get(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let user = operation.account(state)?.user(operation.required("UserName"))?;
    let profile =
        looked_at(user)?.ok_or_else(|| CloudError::not_exist("User.LoginProfile", &user.name))?;
    Ok(described(&user.name, profile))
}

pub(super) fn update(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let account = operation.account_mut(state)?;
    if looked_at(account.user(name)?)?.is_none() {
        return Err(CloudError::not_exist("User.LoginProfile", name));
    }
    check_password(account, operation)?;
    let user = account.user_mut(name)?;
    if let Facet::Known(profile) = &mut user.login {
        let parameters = operation.parameters;
        let mfa = parameters.flag("MFABindRequired");
        profile.mfa_bind_required = mfa.unwrap_or(profile.mfa_bind_required);
        let reset = parameters.flag("PasswordResetRequired");
        profile.password_reset_required = reset.unwrap_or(profile.password_reset_required);
        profile.password_set |= parameters.has("Password");
        profile.updated = operation.now;
    }
    Ok(nothing())
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let user = operation.account_mut(state)?.user_mut(name)?;
    if looked_at(user)?.is_none() {
        return Err(CloudError::not_exist("User.LoginProfile", name));
    }
    user.login = Facet::Absent;
    Ok(nothing())
}
