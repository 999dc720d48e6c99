//! What a step is about: the thing under which a person looks for it.

use host_model::{Call, Value};

use super::names::{Names, action_of};

/// Parameters that name a thing, the most telling first.
const NAMED: [(&str, &str); 12] = [
    ("RoleName", "role"),
    ("UserName", "user"),
    ("UserPrincipalName", "user"),
    ("cluster_id", "cluster"),
    ("ClusterId", "cluster"),
    ("InstanceId", "instance"),
    ("RoleArn", "role"),
    ("PolicyName", "policy"),
    ("GroupName", "group"),
    ("ResourceGroupId", "resource group"),
    ("AppId", "application"),
    ("task_id", "task"),
];

/// The thing that a call is about, in words.
pub(crate) fn object_of(call: &Call, names: &Names) -> String {
    let given = |name: &str| {
        call.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    };
    let kinds =
        NAMED.into_iter().chain(call.text("ResourceType").map(|kind| ("ResourceNames", kind)));
    for (parameter, kind) in kinds {
        if let Some(object) = given(parameter).and_then(|value| listed(kind, value, names)) {
            return object;
        }
    }
    if action_of(call).is_some_and(|action| action.parameter("UserName").is_some()) {
        return "the calling user".to_owned();
    }
    let product = host_catalog::Catalog::builtin().product(&call.product);
    let title = product.map_or_else(|| names.ticked(&call.product), |it| it.title.clone());
    match &call.region {
        Some(region) => format!("{title} in `{}`", names.ticked(region)),
        None => title,
    }
}

/// One thing or several of a kind, by their names.
fn listed(kind: &str, things: &Value, names: &Names) -> Option<String> {
    let kind = names.ticked(kind);
    match things {
        Value::Text(text) => Some(format!("{kind} `{}`", names.ticked(text))),
        Value::Json(serde_json::Value::Array(items)) => {
            let items = items.iter().map(|item| match item.as_str() {
                Some(text) => format!("`{}`", names.ticked(text)),
                None => names.json(item),
            });
            let items: Vec<String> = items.collect();
            let plural = if items.len() == 1 { "" } else { "s" };
            Some(format!("{kind}{plural} {}", items.join(", ")))
        }
        _ => None,
    }
}
