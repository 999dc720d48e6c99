//! Roles.

use serde_json::{Value as Json, json};

use crate::permission;
use crate::state::wording::{Body, has_tags, nothing};
use crate::state::{
    Account, Attachments, CloudError, Facet, Operation, Role, State, page, transition::ram::tag,
};

/// The session of a role whose maker said nothing, in seconds.
const SESSION_DEFAULT: i64 = 3600;

pub(super) fn create(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let name = operation.required("RoleName");
    let trust = operation.required("AssumeRolePolicyDocument");
    permission::check_trust_document(trust)?;
    let limit = state.quotas.roles;
    let account = operation.account(state)?;
    if account.roles.get(name).looked_at(|| format!("role `{name}`"))?.is_some() {
        return Err(CloudError::already_exists("Role", name));
    }
    if account.roles.known().count() >= limit {
        return Err(CloudError::limit_exceeded("Role", limit));
    }
    let role = Role {
        name: name.to_owned(),
        id: state.mint.role_id(),
        description: parameters.owned("Description"),
        trust: Facet::Known(trust.to_owned()),
        max_session_seconds: parameters.number("MaxSessionDuration").unwrap_or(SESSION_DEFAULT),
        allow_console_login: parameters.flag("AllowConsoleLogin").unwrap_or(true),
        created: operation.now,
        updated: operation.now,
        visible_from: operation.later(state.consistency.role),
        policies: Attachments::default(),
        tags: tag::from_list(parameters.tags("Tag"))?,
    };
    let account = operation.account_mut(state)?;
    let body = described(account, &role)?;
    account.roles.insert(name, role);
    Ok(json!({ "Role": Json::from(body) }))
}

/// What `CreateRole`, `UpdateRole` and `GetRole` have in common.
fn described(account: &Account, role: &Role) -> Result<Body, CloudError> {
    let trust = role.trust.as_ref().looked_at(|| format!("the trust of role `{}`", role.name))?;
    Ok(summary(account, role).maybe("AssumeRolePolicyDocument", trust))
}

/// What `ListRoles` shows: no trust policy.
fn summary(account: &Account, role: &Role) -> Body {
    Body::default()
        .with("RoleId", role.id.as_str())
        .with("RoleName", role.name.as_str())
        .with("Arn", arn(account, &role.name))
        .maybe("Description", role.description.as_ref())
        .with("MaxSessionDuration", role.max_session_seconds)
        .with("AllowConsoleLogin", role.allow_console_login)
        .date("CreateDate", role.created)
}

pub(super) fn arn(account: &Account, role: &str) -> String {
    format!("acs:ram::{}:role/{role}", account.id)
}

pub(super) fn get(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let role = account.role(operation.required("RoleName"))?;
    let body = described(account, role)?
        .with("IsServiceLinkedRole", false)
        .with("RolePrincipalName", format!("{}@{}", role.name, account.role_domain()))
        .date("UpdateDate", role.updated);
    Ok(json!({ "Role": Json::from(body) }))
}

pub(super) fn update(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let trust = parameters.text("NewAssumeRolePolicyDocument");
    let account = operation.account_mut(state)?;
    let role = account.role_mut(operation.required("RoleName"))?;
    if let Some(trust) = trust {
        permission::check_trust_document(trust)?;
        role.trust = Facet::Known(trust.to_owned());
    }
    if let Some(description) = parameters.owned("NewDescription") {
        role.description = Some(description);
    }
    if let Some(seconds) = parameters.number("NewMaxSessionDuration") {
        role.max_session_seconds = seconds;
    }
    if let Some(allowed) = parameters.flag("NewAllowConsoleLogin") {
        role.allow_console_login = allowed;
    }
    role.updated = operation.now;
    let role = role.clone();
    let body = described(account, &role)?.date("UpdateDate", role.updated);
    Ok(json!({ "Role": Json::from(body) }))
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("RoleName");
    let account = operation.account_mut(state)?;
    let role = account.role(name)?;
    role.policies.current.all(&format!("the list of policies of role `{name}`"))?;
    if role.policies.is_in_use(operation.now) {
        return Err(CloudError::delete_conflict("Role.Policy", "The role has policies attached."));
    }
    account.roles.remove(name);
    Ok(nothing())
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let filter = operation.parameters.tags("Tag");
    let roles = account.roles.all("the list of roles")?;
    let roles = roles.into_iter().filter(|role| has_tags(&role.tags, &filter)).map(|role| {
        let body = summary(account, role).date("UpdateDate", role.updated).tags(&role.tags);
        (role.name.clone(), body.into())
    });
    page::by_marker(roles.collect(), operation.parameters, ("Roles", "Role"))
}
