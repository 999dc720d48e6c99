//! Calls, and what the catalog says of them.

use host_catalog::Catalog;
use host_model::{Call, CallError, IdentityRef, SecretKind, SecretRef, Value};
use serde_json::Value as Json;

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(crate) fn json(json: Json) -> Value {
    Value::Json(json)
}

pub(crate) fn secret(kind: SecretKind) -> Value {
    Value::Secret(SecretRef {
        account: "6543210987654321".parse().expect("digits"),
        kind,
        object: "ram:access-key/LTAI5tFake".to_owned(),
    })
}

pub(crate) fn settings(pairs: Vec<(&str, Value)>) -> Value {
    Value::Settings(pairs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

pub(crate) fn call(product: &str, action: &str, parameters: Vec<(&str, Value)>) -> Call {
    let known = Catalog::builtin().product(product).expect("the catalog has the product");
    Call {
        identity: IdentityRef("source".to_owned()),
        product: product.to_owned(),
        version: known.version.clone(),
        action: action.to_owned(),
        region: Some("cn-hangzhou".to_owned()),
        parameters: parameters.into_iter().map(|(name, v)| (name.to_owned(), v)).collect(),
    }
}

/// The call as everyone after the catalog sees it.
pub(crate) fn normal(mut call: Call) -> Call {
    let (product, action) = resolved(&call);
    product.normalize(action, &mut call);
    call
}

/// What a workflow is told; `None` if nothing stands against the call.
pub(crate) fn refusal(call: Call) -> Option<CallError> {
    let call = normal(call);
    let (product, action) = resolved(&call);
    product.check(action, &call).err().map(CallError::from)
}

/// Its code.
pub(crate) fn code(call: Call) -> Option<String> {
    refusal(call).map(|error| error.code)
}

fn resolved(call: &Call) -> (&'static host_catalog::Product, &'static host_catalog::Action) {
    let resolved = Catalog::builtin().resolve(&call.product, &call.version, &call.action);
    resolved.expect("the catalog has the action")
}

/// A command that nothing stands against, with another parameter.
pub(crate) fn command(name: &str, value: Value) -> Call {
    let mut command = call(
        "ecs",
        "RunCommand",
        vec![
            ("Type", text("RunShellScript")),
            ("CommandContent", text("echo ok\n")),
            ("InstanceId", json(serde_json::json!(["i-bp1fake"]))),
        ],
    );
    command.parameters.retain(|(given, _)| given != name);
    command.parameters.push((name.to_owned(), value));
    command
}

/// An installation that nothing stands against, with these settings.
pub(crate) fn installation(config: Value) -> Call {
    call(
        "cs",
        "InstallClusterAddons",
        vec![
            ("cluster_id", text("c82e6987e2961451182edacd74fafake")),
            ("name", text("ack-onepilot")),
            ("version", text("5.1.1")),
            ("config", config),
        ],
    )
}
