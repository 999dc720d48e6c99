//! Policies.

use host_model::Timestamp;
use host_ram::SystemPolicy;
use serde_json::{Value as Json, json};

use super::tag;
use crate::permission;
use crate::state::wording::{Body, has_tags, nothing};
use crate::state::{
    Account, Attachments, CloudError, Operation, Policy, PolicyType, PolicyVersion, State,
    new_policy, page,
};

/// System policies are older than every scenario: 2015-04-27.
pub(super) const SYSTEM_POLICY_DATE: Timestamp = Timestamp::from_seconds(1_430_092_800);

pub(super) fn create(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let name = operation.required("PolicyName");
    let document = operation.required("PolicyDocument");
    permission::check_permission_document(document)?;
    let limit = state.quotas.policies;
    let account = operation.account_mut(state)?;
    let system = permission::system_policy(name).is_some();
    if system || account.policies.get(name).looked_at(|| format!("policy `{name}`"))?.is_some() {
        return Err(CloudError::already_exists("Policy", name));
    }
    if account.policies.known().count() >= limit {
        return Err(CloudError::limit_exceeded("Policy", limit));
    }
    let mut policy = new_policy(name, document, operation.now);
    policy.description = parameters.owned("Description");
    policy.tags = tag::from_list(parameters.tags("Tag"))?;
    let body = described(&policy).date("CreateDate", policy.created);
    account.policies.insert(name, policy);
    Ok(json!({ "Policy": Json::from(body) }))
}

fn described(policy: &Policy) -> Body {
    Body::default()
        .with("PolicyName", policy.name.as_str())
        .with("PolicyType", PolicyType::Custom.as_str())
        .maybe("Description", policy.description.as_ref())
        .with("DefaultVersion", policy.default_version.as_str())
}

fn described_system(policy: &SystemPolicy) -> Body {
    Body::default()
        .with("PolicyName", policy.name.as_str())
        .with("PolicyType", PolicyType::System.as_str())
        .with("Description", policy.description.as_str())
        .with("DefaultVersion", "v1")
}

/// Everybody who has the policy, with a word for it: `User`, `Role` or `Group`.
fn holders<'a>(
    account: &'a Account,
    policy_type: PolicyType,
    name: &'a str,
) -> Result<Vec<&'static str>, CloudError> {
    let held = |policies: &Attachments| -> Result<bool, CloudError> {
        let all = policies.current.all("the list of attached policies")?;
        Ok(all.into_iter().any(|it| it.is_of(policy_type, name)))
    };
    let users = account.users.all("the list of users")?.into_iter();
    let roles = account.roles.all("the list of roles")?.into_iter();
    let groups = account.groups.all("the list of groups")?.into_iter();
    let all = users
        .map(|user| ("User", &user.policies))
        .chain(roles.map(|role| ("Role", &role.policies)))
        .chain(groups.map(|group| ("Group", &group.policies)));
    let mut found = Vec::new();
    for (word, policies) in all {
        if held(policies)? {
            found.push(word);
        }
    }
    Ok(found)
}

/// `AttachmentCount`, where enough is known to count.
fn counted(body: Body, account: &Account, policy_type: PolicyType, name: &str) -> Body {
    match holders(account, policy_type, name) {
        Ok(holders) => body.with("AttachmentCount", holders.len()),
        Err(_) => body,
    }
}

pub(super) fn get(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("PolicyName");
    let policy_type = PolicyType::named(operation.required("PolicyType"));
    let account = operation.account(state)?;
    let (body, document, dates) = match policy_type {
        PolicyType::System => {
            let policy = system(name)?;
            let dates = (SYSTEM_POLICY_DATE, SYSTEM_POLICY_DATE, SYSTEM_POLICY_DATE);
            (described_system(policy), policy.document.to_json(), dates)
        }
        PolicyType::Custom => {
            let policy = account.policy(name)?;
            let version = version(policy, &policy.default_version)?;
            let dates = (policy.created, policy.updated, version.created);
            (described(policy), document(policy, version)?, dates)
        }
    };
    let version = json!({
        "CreateDate": crate::instant::iso8601(dates.2),
        "IsDefaultVersion": true,
        "PolicyDocument": document,
        "VersionId": match policy_type {
            PolicyType::System => "v1",
            PolicyType::Custom => account.policy(name)?.default_version.as_str(),
        },
    });
    let body = counted(body, account, policy_type, name)
        .date("CreateDate", dates.0)
        .date("UpdateDate", dates.1)
        .with("PolicyDocument", document);
    Ok(json!({ "DefaultPolicyVersion": version, "Policy": Json::from(body) }))
}

pub(super) fn system(name: &str) -> Result<&'static SystemPolicy, CloudError> {
    permission::system_policy(name).ok_or_else(|| CloudError::not_exist("Policy", name))
}

pub(super) fn version<'a>(policy: &'a Policy, id: &str) -> Result<&'a PolicyVersion, CloudError> {
    let what = || format!("version {id} of policy `{}`", policy.name);
    let version = policy.versions.get(id).looked_at(what)?;
    version.ok_or_else(|| CloudError::not_exist("Policy.Version", id))
}

pub(super) fn document(policy: &Policy, version: &PolicyVersion) -> Result<String, CloudError> {
    let what = || format!("the document of version {} of policy `{}`", version.id, policy.name);
    Ok(version.document.as_ref().looked_at(what)?.cloned().unwrap_or_default())
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("PolicyName");
    let account = operation.account_mut(state)?;
    let policy = account.policy(name)?;
    if let Some(word) = holders(account, PolicyType::Custom, name)?.first() {
        let message = format!("The policy is attached to a {}.", word.to_lowercase());
        return Err(CloudError::delete_conflict(&format!("Policy.{word}"), &message));
    }
    let cascading = operation.parameters.flag("CascadingDelete").unwrap_or(false);
    let versions = policy.versions.all(&format!("the list of versions of policy `{name}`"))?;
    if versions.len() > 1 && !cascading {
        let message = "The policy has versions beside the default one.";
        return Err(CloudError::delete_conflict("Policy.Version", message));
    }
    account.policies.remove(name);
    Ok(nothing())
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let account = operation.account(state)?;
    let filter = operation.parameters.tags("Tag");
    let wanted = operation.parameters.text("PolicyType");
    let mut items = Vec::new();
    if wanted != Some("System") {
        let policies = account.policies.all("the list of custom policies")?;
        for policy in policies.into_iter().filter(|policy| has_tags(&policy.tags, &filter)) {
            let body = counted(described(policy), account, PolicyType::Custom, &policy.name)
                .date("CreateDate", policy.created)
                .date("UpdateDate", policy.updated)
                .tags(&policy.tags);
            items.push((policy.name.clone(), body.into()));
        }
    }
    if wanted != Some("Custom") && filter.is_empty() {
        for policy in permission::system_policies() {
            let body = counted(described_system(policy), account, PolicyType::System, &policy.name)
                .date("CreateDate", SYSTEM_POLICY_DATE)
                .date("UpdateDate", SYSTEM_POLICY_DATE);
            items.push((policy.name.clone(), body.into()));
        }
    }
    page::by_marker(items, operation.parameters, ("Policies", "Policy"))
}
