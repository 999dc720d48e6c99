//! Giving and taking policies, whoever has them.

use crate::permission;
use crate::state::{Account, Attachment, Attachments, CloudError, Operation, PolicyType, State};

/// What is attached, and where it counts.
#[derive(Debug, Clone)]
pub(in crate::state::transition) struct Scope {
    pub(in crate::state::transition) policy_type: PolicyType,
    pub(in crate::state::transition) policy_name: String,
    pub(in crate::state::transition) group: Option<String>,
}

/// What the parameters name, once it is certain that policy and resource group are there.
pub(in crate::state::transition) fn scope_of(
    account: &Account,
    operation: &Operation<'_>,
) -> Result<Scope, CloudError> {
    let policy_type = PolicyType::named(operation.required("PolicyType"));
    let name = operation.required("PolicyName");
    let policy_name = match policy_type {
        PolicyType::Custom => match account.policy(name) {
            Ok(policy) => policy.name.clone(),
            // Of what is taken away, the attachment says that it is there.
            Err(error) if error.is_unknown() && takes_away(operation) => name.to_owned(),
            Err(error) => return Err(error),
        },
        PolicyType::System => permission::system_policy(name)
            .ok_or_else(|| CloudError::not_exist("Policy", name))?
            .name
            .clone(),
    };
    let group = operation.parameters.text("ResourceGroupId");
    let group = match group.filter(|group| *group != account.id.as_str()) {
        Some(id) => Some(resource_group(account, id)?),
        None => None,
    };
    Ok(Scope { policy_type, policy_name, group })
}

fn takes_away(operation: &Operation<'_>) -> bool {
    operation.action.name.starts_with("Detach")
}

fn resource_group(account: &Account, id: &str) -> Result<String, CloudError> {
    let group = account.resource_groups.get(id).looked_at(|| format!("resource group `{id}`"))?;
    // The code has one more `s` than its siblings.
    let absent = || {
        let message = format!("The resource group does not exist: {id}.");
        CloudError::new("EntityNotExists.ResourceGroup", 404, message)
    };
    group.map(|group| group.id.clone()).ok_or_else(absent)
}

/// Attaches, if it is not attached and if there is room. `what` stands in the codes: `Role.Policy`.
pub(in crate::state::transition) fn attach(
    policies: &mut Attachments,
    scope: Scope,
    operation: &Operation<'_>,
    rules: (&str, usize, u32),
) -> Result<(), CloudError> {
    let (what, limit, delay) = rules;
    let name = scope.policy_name.as_str();
    let there = policies
        .get(scope.policy_type, name, scope.group.as_deref())
        .looked_at(|| format!("whether policy `{name}` is attached"))?;
    if there.is_some() {
        return Err(CloudError::already_exists(what, name));
    }
    let same_type = policies.current.known().filter(|it| it.policy_type == scope.policy_type);
    if same_type.count() >= limit {
        return Err(CloudError::limit_exceeded(what, limit));
    }
    policies.attach(Attachment {
        policy_type: scope.policy_type,
        policy_name: scope.policy_name,
        scope: scope.group,
        attached: operation.now,
        effective_from: operation.later(delay),
    });
    Ok(())
}

/// Detaches, if it is attached.
pub(in crate::state::transition) fn detach(
    policies: &mut Attachments,
    scope: &Scope,
    operation: &Operation<'_>,
    rules: (&str, u32),
) -> Result<(), CloudError> {
    let (what, delay) = rules;
    let name = scope.policy_name.as_str();
    let there = policies
        .get(scope.policy_type, name, scope.group.as_deref())
        .looked_at(|| format!("whether policy `{name}` is attached"))?
        .cloned()
        .ok_or_else(|| CloudError::not_exist(what, name))?;
    policies.lingering.retain(|old| operation.now < old.until);
    policies.detach(&there, operation.later(delay));
    Ok(())
}

/// How many policies of a type a holder may have.
pub(in crate::state::transition) fn limit(
    state: &State,
    policy_type: PolicyType,
    custom: usize,
) -> usize {
    match policy_type {
        PolicyType::System => state.quotas.system_policies,
        PolicyType::Custom => custom,
    }
}
