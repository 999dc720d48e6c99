//! JSON documents built from names and pointers.

use host_model::Value;
use serde_json::{Map, Value as Json};

/// The settings as one JSON text; nothing if a secret stands among them, which nobody can read here.
pub(super) fn of(settings: &[(String, Value)]) -> Option<String> {
    let mut whole = Json::Object(Map::new());
    for (name, value) in settings {
        let value = match value {
            Value::Text(text) => Json::from(text.as_str()),
            Value::Json(json) => json.clone(),
            Value::Secret(_) | Value::Settings(_) => return None,
        };
        if name.starts_with('/') {
            place(&mut whole, name, value);
        } else {
            whole[name.as_str()] = value;
        }
    }
    Some(whole.to_string())
}

/// Puts `value` at `pointer`, and makes the lists and objects on the way there.
pub(super) fn place(document: &mut Json, pointer: &str, value: Json) {
    let mut place = document;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        place = if let Ok(index) = step.parse::<usize>() {
            if !place.is_array() {
                *place = Json::Array(Vec::new());
            }
            let items = place.as_array_mut().expect("it was made a list");
            if items.len() <= index {
                items.resize(index + 1, Json::Null);
            }
            &mut items[index]
        } else {
            if !place.is_object() {
                *place = Json::Object(Map::new());
            }
            &mut place[step.as_str()]
        };
    }
    *place = value;
}

/// Lays `change` over `document`: objects are merged, everything else is replaced.
pub(super) fn merge(document: &mut Json, change: &Json) {
    match (document, change) {
        (Json::Object(members), Json::Object(changes)) => {
            for (name, change) in changes {
                merge(members.entry(name.clone()).or_insert(Json::Null), change);
            }
        }
        (document, change) => document.clone_from(change),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn documents_are_built_from_pointers_and_merged_by_name() {
        let mut document = Json::Null;
        place(&mut document, "/0/name", json!("a"));
        place(&mut document, "/0/a~1b", json!(1));
        assert_eq!(document, json!([{ "name": "a", "a/b": 1 }]));
        let mut settings = json!({ "keep": 1, "in": { "old": true, "new": false } });
        merge(&mut settings, &json!({ "in": { "new": true }, "list": [1] }));
        assert_eq!(settings, json!({ "keep": 1, "in": { "old": true, "new": true }, "list": [1] }));
        let text =
            of(&[("/a/b".into(), Value::Text("c".into())), ("d".into(), Value::Json(json!(1)))]);
        assert_eq!(text.as_deref(), Some(r#"{"a":{"b":"c"},"d":1}"#));
    }
}
