//! Tags of roles and policies.

use serde_json::{Value as Json, json};

use crate::state::wording::{has_tags, nothing};
use crate::state::{Account, CloudError, Operation, State, Tags, page};

/// The most tags that one object has; a call that brings more never gets here.
pub(super) fn from_list(tags: Vec<(String, String)>) -> Result<Tags, CloudError> {
    let count = tags.len();
    let tags: Tags = tags.into_iter().collect();
    if tags.len() == count {
        Ok(tags)
    } else {
        Err(CloudError::invalid("InvalidParameter.Tag", "A tag key is given twice."))
    }
}

fn tags_mut<'a>(
    account: &'a mut Account,
    resource_type: &str,
    name: &str,
) -> Result<&'a mut Tags, CloudError> {
    match resource_type {
        "role" => account.role_mut(name).map(|role| &mut role.tags),
        _ => account.policy_mut(name).map(|policy| &mut policy.tags),
    }
}

pub(super) fn tag(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let limit = state.quotas.tags;
    let wanted = from_list(operation.parameters.tags("Tag"))?;
    each(state, operation, |tags| {
        let mut after = tags.clone();
        after.extend(wanted.clone());
        if after.len() > limit {
            return Err(CloudError::invalid(
                "InvalidParameter.Tag",
                format!("An object has at most {limit} tags."),
            ));
        }
        *tags = after;
        Ok(())
    })
}

pub(super) fn untag(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let keys = operation.parameters.texts("TagKeys");
    let all = keys.is_empty() && operation.parameters.flag("All").unwrap_or(false);
    each(state, operation, |tags| {
        tags.retain(|key, _| !all && !keys.contains(key));
        Ok(())
    })
}

/// Changes the tags of every named object, or of none.
fn each(
    state: &mut State,
    operation: &Operation<'_>,
    change: impl Fn(&mut Tags) -> Result<(), CloudError>,
) -> Result<Json, CloudError> {
    let resource_type = operation.required("ResourceType");
    let names = operation.parameters.texts("ResourceNames");
    let account = operation.account_mut(state)?;
    let mut changed = Vec::new();
    for name in &names {
        let mut tags = tags_mut(account, resource_type, name)?.clone();
        change(&mut tags)?;
        changed.push((name, tags));
    }
    for (name, tags) in changed {
        *tags_mut(account, resource_type, name)? = tags;
    }
    Ok(nothing())
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let resource_type = operation.required("ResourceType");
    let filter = operation.parameters.tags("Tag");
    let names = operation.parameters.texts("ResourceNames");
    let objects: Vec<(&String, &Tags)> = if resource_type == "role" {
        let roles = account.roles.all("the list of roles")?;
        roles.into_iter().map(|role| (&role.name, &role.tags)).collect()
    } else {
        let policies = account.policies.all("the list of custom policies")?;
        policies.into_iter().map(|policy| (&policy.name, &policy.tags)).collect()
    };
    let wanted = |name: &str| {
        names.is_empty() || names.iter().any(|wanted| wanted.eq_ignore_ascii_case(name))
    };
    let mut items = Vec::new();
    for (name, tags) in objects {
        if wanted(name) && has_tags(tags, &filter) {
            items.extend(tags.iter().map(|(key, value)| {
                let item = json!({
                    "ResourceName": name, "ResourceType": resource_type,
                    "TagKey": key, "TagValue": value,
                });
                (format!("{name}\n{key}"), item)
            }));
        }
    }
    page::by_token(items, operation.parameters, "TagResources")
}
