//! What is read from calls and replies: names, lists, documents.

use host_model::{Call, Value};
use serde_json::Value as Json;

/// The parameter of that name as text.
pub(super) fn text<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.text(name).filter(|text| !text.is_empty())
}

/// The user of a call: a name, or a sign-in name of which only the first part is one.
pub(super) fn user(call: &Call) -> Option<&str> {
    text(call, "UserName").or_else(|| text(call, "UserPrincipalName").map(before_at))
}

/// What stands before the `@` of a principal's name.
pub(super) fn before_at(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// The text at a JSON Pointer.
pub(super) fn at<'a>(body: &'a Json, pointer: &str) -> Option<&'a str> {
    body.pointer(pointer).and_then(Json::as_str).filter(|text| !text.is_empty())
}

/// The items of the list at a JSON Pointer.
pub(super) fn items<'a>(body: &'a Json, pointer: &str) -> impl Iterator<Item = &'a Json> {
    body.pointer(pointer).and_then(Json::as_array).into_iter().flatten()
}

/// The parameter of that name as a list of texts.
pub(super) fn texts<'a>(call: &'a Call, name: &str) -> Vec<&'a str> {
    let value = call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    match value {
        Some(Value::Json(Json::Array(items))) => items.iter().filter_map(Json::as_str).collect(),
        Some(Value::Text(text)) => vec![text.as_str()],
        _ => Vec::new(),
    }
}
