//! JSON as indented lines for people. Every text in it is somebody else's, and quoted.

use host_model::quote_within;
use serde_json::Value;

/// Characters of one text that are shown.
const TEXT_SHOWN: usize = 2000;

/// The value as lines, each indented by `indent` spaces at least.
pub(crate) fn tree(value: &Value, indent: usize) -> Vec<String> {
    let mut lines = Vec::new();
    put(value, indent, &mut lines);
    lines
}

fn put(value: &Value, indent: usize, lines: &mut Vec<String>) {
    let pad = " ".repeat(indent);
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(_, value)| !is_empty(value)) {
                let name = quote_within(&name.replace('-', " "), 80);
                if let Some(text) = leaf(value) {
                    lines.push(format!("{pad}{name}: {text}"));
                } else {
                    lines.push(format!("{pad}{name}:"));
                    put(value, indent + 2, lines);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some(text) = leaf(item) {
                    lines.push(format!("{pad}- {text}"));
                    continue;
                }
                let first = lines.len();
                put(item, indent + 2, lines);
                if let Some(line) = lines.get_mut(first) {
                    line.replace_range(indent..=indent, "-");
                }
            }
        }
        other => lines.push(format!("{pad}{}", leaf(other).unwrap_or_default())),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn leaf(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(quote_within(text, TEXT_SHOWN)),
        Value::Bool(true) => Some("yes".to_owned()),
        Value::Bool(false) => Some("no".to_owned()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null => Some("-".to_owned()),
        Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn shows_nested_values_and_escapes_what_others_wrote() {
        let value = json!({
            "role-arn": "acs:ram::1:role/a\u{1b}[2J",
            "empty": [],
            "users": [{ "name": "alice", "made": true }, { "name": "bob" }],
            "steps": ["one", "two"]
        });
        let expected = [
            "  role arn: acs:ram::1:role/a\\u{1b}[2J",
            "  users:",
            "    - name: alice",
            "      made: yes",
            "    - name: bob",
            "  steps:",
            "    - one",
            "    - two",
        ];
        assert_eq!(tree(&value, 2), expected);
    }
}
