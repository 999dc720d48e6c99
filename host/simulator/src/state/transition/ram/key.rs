//! Permanent keys.

use serde_json::{Value as Json, json};

use crate::instant::iso8601;
use crate::state::wording::{Body, nothing};
use crate::state::{
    AccessKey, CallerIdentity, CloudError, Collection, InventedSecret, Operation, State,
};

pub(super) fn create_for_user(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    create(state, operation, operation.parameters.text("UserName"))
}

/// A key for the named user, or for the caller. Its secret is answered here and never again.
pub(in crate::state::transition) fn create(
    state: &mut State,
    operation: &Operation<'_>,
    user: Option<&str>,
) -> Result<Json, CloudError> {
    let limit = state.quotas.keys;
    let keys = keys(state, operation, user)?;
    if keys.known().count() >= limit {
        return Err(CloudError::limit_exceeded("User.AccessKey", limit));
    }
    let key = AccessKey {
        id: state.mint.key_id(),
        secret: InventedSecret::new(state.mint.key_secret()),
        active: true,
        created: operation.now,
        usable_from: operation.later(state.consistency.key),
        last_used: None,
    };
    let body = described(&key).with("AccessKeySecret", key.secret.expose());
    keys_mut(state, operation, user)?.insert(&key.id.clone(), key);
    Ok(json!({ "AccessKey": Json::from(body) }))
}

fn described(key: &AccessKey) -> Body {
    Body::default()
        .with("AccessKeyId", key.id.as_str())
        .with("Status", key.status())
        .date("CreateDate", key.created)
}

/// The keys of the named user, or of the caller: a user, or the account itself.
fn keys<'s>(
    state: &'s State,
    operation: &Operation<'_>,
    user: Option<&str>,
) -> Result<&'s Collection<AccessKey>, CloudError> {
    let account = operation.account(state)?;
    match (user, &operation.caller.identity) {
        (None, CallerIdentity::Root) => Ok(&account.root_keys),
        (Some(name), _) => Ok(&account.user(name)?.keys),
        (None, _) => Ok(&account.user(&operation.user_meant("UserName")?)?.keys),
    }
}

fn keys_mut<'s>(
    state: &'s mut State,
    operation: &Operation<'_>,
    user: Option<&str>,
) -> Result<&'s mut Collection<AccessKey>, CloudError> {
    let account = operation.account_mut(state)?;
    match (user, &operation.caller.identity) {
        (None, CallerIdentity::Root) => Ok(&mut account.root_keys),
        (Some(name), _) => Ok(&mut account.user_mut(name)?.keys),
        (None, _) => Ok(&mut account.user_mut(&operation.user_meant("UserName")?)?.keys),
    }
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let keys = keys(state, operation, operation.parameters.text("UserName"))?;
    let keys = keys.all("the list of AccessKeys of the user")?;
    let keys: Vec<Json> = keys.into_iter().map(|key| described(key).into()).collect();
    Ok(json!({ "AccessKeys": { "AccessKey": keys } }))
}

/// The key that the call names, which must be one of that user.
fn named<'s>(
    state: &'s mut State,
    operation: &Operation<'_>,
) -> Result<&'s mut AccessKey, CloudError> {
    let id = operation.required("UserAccessKeyId");
    let keys = keys_mut(state, operation, operation.parameters.text("UserName"))?;
    let key = keys.get_mut(id).looked_at(|| format!("AccessKey `{id}`"))?;
    key.filter(|key| key.id == id).ok_or_else(|| CloudError::not_exist("User.AccessKey", id))
}

pub(super) fn update(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let key = named(state, operation)?;
    key.active = operation.required("Status") == "Active";
    Ok(nothing())
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let id = named(state, operation)?.id.clone();
    keys_mut(state, operation, operation.parameters.text("UserName"))?.remove(&id);
    Ok(nothing())
}

pub(super) fn last_used(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let key = named(state, operation)?;
    let date = key.last_used.map(iso8601);
    let body = Body::default().maybe("LastUsedDate", date.as_ref());
    Ok(json!({ "AccessKeyLastUsed": Json::from(body) }))
}
