//! Policies of users and roles.

use serde_json::{Value as Json, json};

use super::holder::{attach, detach, limit, scope_of};
use super::role::arn;
use crate::permission;
use crate::state::wording::{Body, nothing};
use crate::state::{
    Account, Attachment, Attachments, CloudError, Facet, Operation, PolicyType, State,
};

pub(super) fn attach_to_role(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let name = operation.required("RoleName");
    operation.account(state)?.role(name)?;
    let scope = scope_of(operation.account(state)?, operation)?;
    let limit = limit(state, scope.policy_type, state.quotas.role_policies);
    let rules = ("Role.Policy", limit, state.consistency.attachment);
    let role = operation.account_mut(state)?.role_mut(name)?;
    attach(&mut role.policies, scope, operation, rules)?;
    Ok(nothing())
}

pub(super) fn attach_to_user(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    operation.account(state)?.user(name)?;
    let scope = scope_of(operation.account(state)?, operation)?;
    let limit = limit(state, scope.policy_type, state.quotas.user_policies);
    let rules = ("User.Policy", limit, state.consistency.attachment);
    let user = operation.account_mut(state)?.user_mut(name)?;
    attach(&mut user.policies, scope, operation, rules)?;
    Ok(nothing())
}

pub(super) fn detach_from_role(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let name = operation.required("RoleName");
    let delay = state.consistency.detach;
    let account = operation.account_mut(state)?;
    account.role(name)?;
    let scope = scope_of(account, operation)?;
    let role = account.role_mut(name)?;
    detach(&mut role.policies, &scope, operation, ("Role.Policy", delay))?;
    Ok(nothing())
}

pub(super) fn detach_from_user(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let name = operation.required("UserName");
    let delay = state.consistency.detach;
    let account = operation.account_mut(state)?;
    account.user(name)?;
    let scope = scope_of(account, operation)?;
    let user = account.user_mut(name)?;
    detach(&mut user.policies, &scope, operation, ("User.Policy", delay))?;
    Ok(nothing())
}

pub(super) fn list_for_role(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    listed(account, &account.role(operation.required("RoleName"))?.policies)
}

pub(super) fn list_for_user(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    listed(account, &account.user(operation.required("UserName"))?.policies)
}

/// The policies that count in the whole account; those of a resource group are listed by Resource
/// Manager (assumed).
fn listed(account: &Account, policies: &Attachments) -> Result<Json, CloudError> {
    let all = policies.current.all("the list of attached policies")?;
    let policies: Vec<Json> = all
        .into_iter()
        .filter(|attachment| attachment.scope.is_none())
        .map(|attachment| {
            let (description, version) = about(account, attachment);
            Body::default()
                .with("PolicyName", attachment.policy_name.as_str())
                .with("PolicyType", attachment.policy_type.as_str())
                .with("Description", description)
                .with("DefaultVersion", version)
                .date("AttachDate", attachment.attached)
                .into()
        })
        .collect();
    Ok(json!({ "Policies": { "Policy": policies } }))
}

/// Description and default version of an attached policy; empty where the state does not know.
fn about(account: &Account, attachment: &Attachment) -> (String, String) {
    match attachment.policy_type {
        PolicyType::System => {
            let policy = permission::system_policy(&attachment.policy_name);
            let description = policy.map(|policy| policy.description.clone());
            (description.unwrap_or_default(), "v1".to_owned())
        }
        PolicyType::Custom => match account.policies.get(&attachment.policy_name) {
            Facet::Known(policy) => {
                let description = policy.description.clone().unwrap_or_default();
                (description, policy.default_version.clone())
            }
            Facet::Absent | Facet::Unknown => Default::default(),
        },
    }
}

pub(super) fn list_entities(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let policy_type = PolicyType::named(operation.required("PolicyType"));
    let name = operation.required("PolicyName");
    let holds = |policies: &Attachments| -> Result<Option<Attachment>, CloudError> {
        let all = policies.current.all("the list of attached policies")?;
        Ok(all.into_iter().find(|it| it.is_of(policy_type, name)).cloned())
    };
    let (mut users, mut roles, mut groups) = (Vec::new(), Vec::new(), Vec::new());
    for user in account.users.all("the list of users")? {
        if let Some(held) = holds(&user.policies)? {
            let body = Body::default()
                .with("UserId", user.id.as_str())
                .with("UserName", user.name.as_str())
                .maybe("DisplayName", user.display_name.as_ref());
            users.push(Json::from(body.date("AttachDate", held.attached)));
        }
    }
    for role in account.roles.all("the list of roles")? {
        if let Some(held) = holds(&role.policies)? {
            let body = Body::default()
                .with("RoleId", role.id.as_str())
                .with("RoleName", role.name.as_str())
                .with("Arn", arn(account, &role.name))
                .maybe("Description", role.description.as_ref());
            roles.push(Json::from(body.date("AttachDate", held.attached)));
        }
    }
    for group in account.groups.all("the list of groups")? {
        if let Some(held) = holds(&group.policies)? {
            let body = Body::default()
                .with("GroupName", group.name.as_str())
                .maybe("Comments", group.comments.as_ref());
            groups.push(Json::from(body.date("AttachDate", held.attached)));
        }
    }
    Ok(json!({
        "Groups": { "Group": groups }, "Roles": { "Role": roles }, "Users": { "User": users },
    }))
}
