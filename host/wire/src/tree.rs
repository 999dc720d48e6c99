//! JSON documents, put together leaf by leaf and wiped afterwards.

use serde_json::{Map, Value as Json};
use zeroize::Zeroize as _;

/// Puts `value` where the JSON Pointer leads; what is missing on the way is made, as a list where
/// the pointer has the index 0. `None` if something else stands in the way.
pub(crate) fn put(tree: &mut Json, pointer: &str, value: Json) -> Option<()> {
    let Some(path) = pointer.strip_prefix('/') else {
        *tree = value;
        return pointer.is_empty().then_some(());
    };
    let (name, rest) = match path.split_once('/') {
        Some((name, _)) => (name, path.get(name.len()..)?),
        None => (path, ""),
    };
    let name = name.replace("~1", "/").replace("~0", "~");
    if tree.is_null() {
        *tree = if name == "0" { Json::Array(Vec::new()) } else { Json::Object(Map::new()) };
    }
    let place = match tree {
        Json::Object(fields) => fields.entry(name).or_insert(Json::Null),
        Json::Array(items) => {
            let index: usize = name.parse().ok()?;
            if index == items.len() {
                items.push(Json::Null);
            }
            items.get_mut(index)?
        }
        _ => return None,
    };
    put(place, rest, value)
}

/// Overwrites every text: one of them was a secret.
pub(crate) fn wipe(tree: Json) {
    match tree {
        Json::String(mut text) => text.zeroize(),
        Json::Array(items) => items.into_iter().for_each(wipe),
        Json::Object(fields) => fields.into_iter().for_each(|(_, field)| wipe(field)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn puts_leaves_together() {
        let cases: [(&[(&str, i32)], Json); 4] = [
            (&[("/a", 1), ("/b", 2)], json!({ "a": 1, "b": 2 })),
            (&[("/0/name", 1), ("/0/config", 2)], json!([{ "name": 1, "config": 2 }])),
            (&[("/a/b", 1), ("/a/c~1d", 2)], json!({ "a": { "b": 1, "c/d": 2 } })),
            (&[("", 1)], json!(1)),
        ];
        for (leaves, expected) in cases {
            let mut tree = Json::Null;
            for (pointer, value) in leaves {
                put(&mut tree, pointer, json!(value)).unwrap();
            }
            assert_eq!(tree, expected);
        }
    }

    #[test]
    fn nothing_is_put_into_a_leaf() {
        let mut tree = json!({ "a": 1, "list": [] });
        for pointer in ["/a/b", "/list/1", "/list/x", "a"] {
            assert!(put(&mut tree, pointer, json!(2)).is_none(), "{pointer}");
        }
    }
}
