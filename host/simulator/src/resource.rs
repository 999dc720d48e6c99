//! What a call is about, in the words of policies.

use crate::state::{CallerIdentity, Operation, PolicyType, State};

/// The resources that the caller must have rights on: each of them.
pub(crate) fn resources(state: &State, operation: &Operation<'_>) -> Vec<String> {
    let named = match operation.product.key.as_str() {
        "ram" => of_ram(operation),
        "sts" => operation.parameters.owned("RoleArn").into_iter().collect(),
        "ims" => of_ims(operation),
        "cs" => of_cs(state, operation),
        "ecs" => of_ecs(operation),
        _ => Vec::new(),
    };
    if named.is_empty() { vec!["*".to_owned()] } else { named }
}

fn of_ram(operation: &Operation<'_>) -> Vec<String> {
    let parameters = operation.parameters;
    let account = operation.caller.account.as_str();
    let arn = |owner: &str, kind: &str, name: &str| format!("acs:ram:*:{owner}:{kind}/{name}");
    let mut resources = Vec::new();
    if let Some(role) = parameters.text("RoleName") {
        resources.push(arn(account, "role", role));
    }
    if operation.action.parameter("UserName").is_some() {
        let user = match (parameters.text("UserName"), &operation.caller.identity) {
            (Some(name), _) => Some(name),
            (None, CallerIdentity::User(name)) => Some(name.as_str()),
            (None, CallerIdentity::Root | CallerIdentity::Session { .. }) => None,
        };
        resources.extend(user.map(|user| arn(account, "user", user)));
    }
    if let Some(policy) = parameters.text("PolicyName") {
        let system = parameters.text("PolicyType") == Some(PolicyType::System.as_str());
        resources.push(arn(if system { "system" } else { account }, "policy", policy));
    }
    if let Some(kind) = parameters.text("ResourceType") {
        let names = parameters.texts("ResourceNames");
        resources.extend(names.iter().map(|name| arn(account, kind, name)));
    }
    resources
}

fn of_ims(operation: &Operation<'_>) -> Vec<String> {
    let account = operation.caller.account.as_str();
    let principal = operation.parameters.text("UserPrincipalName");
    let user = principal.and_then(|principal| principal.split_once('@')).map(|(user, _)| user);
    user.map(|user| format!("acs:ims:*:{account}:user/{user}")).into_iter().collect()
}

/// A cluster's region is known only if there is such a cluster.
fn of_cs(state: &State, operation: &Operation<'_>) -> Vec<String> {
    let account = &operation.caller.account;
    let id = operation.parameters.text("cluster_id");
    let arn = |id: &str| {
        let region = state.region_of_cluster(account, id).unwrap_or("*");
        format!("acs:cs:{region}:{account}:cluster/{id}")
    };
    id.map(arn).into_iter().collect()
}

fn of_ecs(operation: &Operation<'_>) -> Vec<String> {
    let parameters = operation.parameters;
    let (account, region) = (&operation.caller.account, parameters.required("RegionId"));
    let mut ids = parameters.texts("InstanceId");
    ids.extend(parameters.owned("InstanceId"));
    ids.iter().map(|id| format!("acs:ecs:{region}:{account}:instance/{id}")).collect()
}

/// The resource group that a call keeps to: policies attached in that group count for it.
///
/// `AttachPolicy` and its like name a group too, but act on the account.
pub(crate) fn group_of<'a>(operation: &Operation<'a>) -> Option<&'a str> {
    let keeps = matches!(
        (operation.product.key.as_str(), operation.action.name.as_str()),
        ("arms", "ListTraceApps" | "SearchTraceAppByPage")
            | ("resourcemanager", "GetResourceGroup")
    );
    operation.parameters.text("ResourceGroupId").filter(|_| keeps)
}
