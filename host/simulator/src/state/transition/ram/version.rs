//! Versions of policies.

use serde_json::{Value as Json, json};

use super::policy::{SYSTEM_POLICY_DATE, document, system, version};
use crate::permission;
use crate::state::check::Fault;
use crate::state::wording::{Body, nothing};
use crate::state::{CloudError, Facet, Operation, Policy, PolicyType, PolicyVersion, State};

/// Makes room for a new version by forgetting the oldest that is not the default.
const ROTATE: &str = "DeleteOldestNonDefaultVersionWhenLimitExceeded";

pub(super) fn create(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let text = operation.required("PolicyDocument");
    permission::check_permission_document(text)?;
    let limit = state.quotas.versions;
    let account = operation.account_mut(state)?;
    let policy = account.policy_mut(operation.required("PolicyName"))?;
    let versions = policy.versions.all(&format!("the list of versions of `{}`", policy.name))?;
    if versions.len() >= limit {
        let rotates = parameters.text("RotateStrategy") == Some(ROTATE);
        let oldest = versions
            .iter()
            .filter(|version| version.id != policy.default_version)
            .min_by_key(|version| number(&version.id))
            .map(|version| version.id.clone());
        match oldest.filter(|_| rotates) {
            Some(id) => policy.versions.remove(&id),
            None => return Err(CloudError::limit_exceeded("Policy.Version", limit)),
        };
    }
    policy.version_count += 1;
    let id = format!("v{}", policy.version_count);
    let version = PolicyVersion {
        id: id.clone(),
        document: Facet::Known(text.to_owned()),
        created: operation.now,
    };
    if parameters.flag("SetAsDefault").unwrap_or(false) {
        policy.default_version.clone_from(&id);
    }
    policy.updated = operation.now;
    let body = described(policy, &version)?;
    policy.versions.insert(&id, version);
    Ok(json!({ "PolicyVersion": body }))
}

fn number(id: &str) -> u32 {
    id.trim_start_matches('v').parse().unwrap_or(u32::MAX)
}

fn described(policy: &Policy, version: &PolicyVersion) -> Result<Json, CloudError> {
    let body = Body::default()
        .with("VersionId", version.id.as_str())
        .with("IsDefaultVersion", version.id == policy.default_version)
        .date("CreateDate", version.created)
        .with("PolicyDocument", document(policy, version)?);
    Ok(body.into())
}

fn described_system(name: &str) -> Result<Json, CloudError> {
    let body = Body::default()
        .with("VersionId", "v1")
        .with("IsDefaultVersion", true)
        .date("CreateDate", SYSTEM_POLICY_DATE)
        .with("PolicyDocument", system(name)?.document.to_json());
    Ok(body.into())
}

/// The version id, which must be `v` and a number.
fn id<'a>(operation: &Operation<'a>) -> Result<&'a str, CloudError> {
    let id = operation.parameters.required("VersionId");
    let right = id.strip_prefix('v').is_some_and(|number| number.parse::<u32>().is_ok());
    if right { Ok(id) } else { Err(Fault::Value.of(operation.action, "VersionId")) }
}

pub(super) fn get(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let id = id(operation)?;
    let name = operation.required("PolicyName");
    let body = match PolicyType::named(operation.required("PolicyType")) {
        PolicyType::System => {
            let body = described_system(name)?;
            (id == "v1")
                .then_some(body)
                .ok_or_else(|| CloudError::not_exist("Policy.Version", id))?
        }
        PolicyType::Custom => {
            let policy = operation.account(state)?.policy(name)?;
            described(policy, version(policy, id)?)?
        }
    };
    Ok(json!({ "PolicyVersion": body }))
}

pub(super) fn list(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let name = operation.required("PolicyName");
    let versions = match PolicyType::named(operation.required("PolicyType")) {
        PolicyType::System => vec![described_system(name)?],
        PolicyType::Custom => {
            let policy = operation.account(state)?.policy(name)?;
            let versions = policy.versions.all(&format!("the list of versions of `{name}`"))?;
            versions
                .into_iter()
                .map(|version| described(policy, version))
                .collect::<Result<_, _>>()?
        }
    };
    Ok(json!({ "PolicyVersions": { "PolicyVersion": versions } }))
}

pub(super) fn delete(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let id = id(operation)?;
    let policy = operation.account_mut(state)?.policy_mut(operation.required("PolicyName"))?;
    version(policy, id)?;
    if policy.default_version == id {
        let message = "The default version of a policy cannot be deleted.";
        return Err(CloudError::delete_conflict("Policy.Version.Default", message));
    }
    policy.versions.remove(id);
    policy.updated = operation.now;
    Ok(nothing())
}

pub(super) fn set_default(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let id = id(operation)?;
    let policy = operation.account_mut(state)?.policy_mut(operation.required("PolicyName"))?;
    version(policy, id)?;
    id.clone_into(&mut policy.default_version);
    policy.updated = operation.now;
    Ok(nothing())
}
