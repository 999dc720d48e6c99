//! What was sent and what is there, by meaning.

use std::collections::BTreeSet;

use host_catalog::ParameterType;
use host_model::Value;
use host_ram::Document;
use serde_json::Value as Json;

/// Whether what is there is what was sent. A secret cannot be read, so it is never the same.
pub(crate) fn is_same(is: Option<&ParameterType>, sent: &Value, there: Option<&Json>) -> bool {
    match is {
        Some(ParameterType::Tags { .. }) => has_tags(sent, there),
        Some(ParameterType::PermissionDocument { .. } | ParameterType::TrustDocument { .. }) => {
            let both = text_of(sent).zip(there.and_then(plain));
            both.is_some_and(|(sent, there)| is_same_document(&sent, &there))
        }
        _ => text_of(sent).is_some_and(|sent| sent == there.and_then(plain).unwrap_or_default()),
    }
}

/// Whether two documents mean the same; those that nobody can read are compared as text.
pub(crate) fn is_same_document(one: &str, other: &str) -> bool {
    match (Document::parse(one), Document::parse(other)) {
        (Ok(one), Ok(other)) => one.means_same(&other),
        _ => one == other,
    }
}

/// Whether all tags that were sent are there; others may have come along.
fn has_tags(sent: &Value, there: Option<&Json>) -> bool {
    let Value::Json(sent) = sent else { return false };
    let there = there.map(tags).unwrap_or_default();
    tags(sent).is_subset(&there)
}

/// Tags in either of the ways in which the cloud writes them.
pub(crate) fn tags(list: &Json) -> BTreeSet<(&str, &str)> {
    list.as_array().into_iter().flatten().filter_map(tag).collect()
}

fn tag(tag: &Json) -> Option<(&str, &str)> {
    let part = |short: &str, long: &str| tag.get(short).or_else(|| tag.get(long))?.as_str();
    Some((part("Key", "TagKey")?, part("Value", "TagValue").unwrap_or_default()))
}

fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Json(json) => plain(json),
        Value::Secret(_) | Value::Settings(_) => None,
    }
}

/// A plain value as text: numbers and flags are written in either way.
fn plain(json: &Json) -> Option<String> {
    match json {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Null => Some(String::new()),
        Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use host_catalog::Catalog;
    use serde_json::json;

    use super::*;

    fn same(parameter: &str, sent: &Value, there: Option<&Json>) -> bool {
        let ram = Catalog::builtin().product("ram").unwrap();
        let is = |action: &str| {
            let parameter = ram.actions[action].parameter(parameter)?;
            ram.type_of(parameter)
        };
        is_same(is("CreateRole").or_else(|| is("CreatePolicy")), sent, there)
    }

    #[test]
    fn meaning_counts_and_not_spelling() {
        let text = |text: &str| Value::Text(text.to_owned());
        let trust = |action: &str| {
            format!(
                r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":{action},"Principal":{{"RAM":["acs:ram::1234567890123456:root"]}}}}]}}"#
            )
        };
        let mark = || Value::Json(json!([{ "Key": "host:workflow", "Value": "a" }]));
        let cases = [
            ("Description", text("for arms"), json!("for arms"), true),
            ("Description", text("for arms"), json!("for ARMS"), false),
            ("Description", text("for arms"), Json::Null, false),
            ("MaxSessionDuration", Value::Json(json!(3600)), json!(3600), true),
            ("MaxSessionDuration", text("3600"), json!(3600), true),
            ("MaxSessionDuration", Value::Json(json!(3600)), json!(7200), false),
            ("AllowConsoleLogin", Value::Json(json!(false)), json!("false"), true),
            ("AllowConsoleLogin", Value::Json(json!(false)), json!(true), false),
            (
                "AssumeRolePolicyDocument",
                text(&trust(r#""sts:AssumeRole""#)),
                json!(trust(r#" [ "sts:assumerole" ] "#)),
                true,
            ),
            (
                "AssumeRolePolicyDocument",
                text(&trust(r#""sts:AssumeRole""#)),
                json!(trust(r#""sts:*""#)),
                false,
            ),
            ("AssumeRolePolicyDocument", text("{"), json!("{"), true),
            ("Tag", mark(), json!([{ "Key": "host:workflow", "Value": "a" }]), true),
            (
                "Tag",
                mark(),
                json!([{ "TagKey": "x", "TagValue": "y" }, { "TagKey": "host:workflow", "TagValue": "a" }]),
                true,
            ),
            ("Tag", mark(), json!([{ "TagKey": "host:workflow", "TagValue": "b" }]), false),
            ("Tag", mark(), Json::Null, false),
        ];
        for (parameter, sent, there, expected) in cases {
            let said = format!("{parameter}: {sent:?} and {there}");
            assert_eq!(same(parameter, &sent, Some(&there)), expected, "{said}");
        }
        assert!(!same("Tag", &mark(), None) && !same("Description", &text("x"), None));
        let secret = host_model::SecretRef {
            account: "1234567890123456".parse().unwrap(),
            kind: host_model::SecretKind::Password,
            object: "ram:login-profile/u".to_owned(),
        };
        assert!(!same("Description", &Value::Secret(secret), Some(&Json::Null)));
    }
}
