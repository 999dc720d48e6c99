//! Lists and trees as flat parameters: `Tag.1.Key`.

use serde_json::Value as Json;

/// Appends the leaves of `value` under `name`: list items count from 1, fields follow a dot. `null`
/// has no leaf, and neither has an empty list (signing.md, flattening).
pub(crate) fn push(pairs: &mut Vec<(String, String)>, name: &str, value: &Json) {
    match value {
        Json::Null => {}
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                push(pairs, &format!("{name}.{}", index + 1), item);
            }
        }
        Json::Object(fields) => {
            for (key, field) in fields {
                push(pairs, &format!("{name}.{key}"), field);
            }
        }
        leaf => pairs.push((name.to_owned(), text(leaf))),
    }
}

/// A value as one text: what stands in it if it is text, compact JSON otherwise.
pub(crate) fn text(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn gives_each_leaf_a_name() {
        let cases = [
            (json!("x"), vec![("P", "x")]),
            (json!(7200), vec![("P", "7200")]),
            (json!(true), vec![("P", "true")]),
            (json!(["a", "b"]), vec![("P.1", "a"), ("P.2", "b")]),
            (json!([{"Key": "k", "Value": ""}]), vec![("P.1.Key", "k"), ("P.1.Value", "")]),
            (json!({"A": {"B": [1]}}), vec![("P.A.B.1", "1")]),
            (json!([]), vec![]),
            (json!(null), vec![]),
        ];
        for (value, expected) in cases {
            let mut pairs = Vec::new();
            push(&mut pairs, "P", &value);
            let pairs: Vec<_> = pairs.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(pairs, expected, "{value}");
        }
    }
}
