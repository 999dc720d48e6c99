//! One source of the parameter `management`: every workflow that takes it repeats the same text.

use std::fs;
use std::path::{Path, PathBuf};

use host_workflow_access::people::Management;
use serde_json::{Value, json};

fn plugins() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &Path) -> Value {
    let text = fs::read_to_string(path).expect("the schema is there");
    serde_json::from_str(&text).expect("the schema is JSON")
}

fn fragment() -> Value {
    read(&plugins().join("access/management.schema.json"))
}

#[test]
fn every_workflow_repeats_the_fragment() {
    for folder in fs::read_dir(plugins()).unwrap() {
        let path = folder.unwrap().path().join("parameters.schema.json");
        if !path.exists() {
            continue;
        }
        if let Some(management) = read(&path)["properties"].get("management") {
            let is_same = *management == fragment();
            assert!(is_same, "{} is not management.schema.json", path.display());
        }
    }
}

/// All that `delegate` takes, but the region, which is the workflow's.
#[test]
fn the_role_takes_what_delegate_takes() {
    let delegate = read(&plugins().join("delegate/parameters.schema.json"));
    let mut properties = delegate["properties"].clone();
    properties.as_object_mut().unwrap().remove("region").unwrap();
    assert_eq!(fragment()["properties"]["role"]["properties"], properties);
    let user = &delegate["properties"]["users"]["items"]["properties"];
    let own = &fragment()["properties"]["user"]["properties"];
    for name in ["name", "display-name", "tags", "password-reset", "mfa"] {
        assert_eq!(own[name], user[name], "{name}");
    }
    assert_eq!(own["sign-in"]["enum"], user["sign-in"]["enum"]);
    assert_eq!(own["access"]["oneOf"], delegate["properties"]["access"]["oneOf"]);
}

/// What the schema lets through can be read, with the defaults that it promises.
#[test]
fn the_schema_has_the_same_parameters_and_defaults() {
    let shown = |value: &Value| {
        format!("{:?}", serde_json::from_value::<Management>(value.clone()).unwrap())
    };
    let properties = |at: &str| fragment().pointer(at).unwrap().as_object().unwrap().clone();
    let defaults = |at: &str| -> Value {
        let given = properties(at).into_iter();
        given.filter_map(|(name, it)| Some((name, it.get("default")?.clone()))).collect()
    };
    assert_eq!(shown(&json!({})), shown(&defaults("/properties")));
    let mut user = defaults("/properties/user/properties");
    user["name"] = json!("ada");
    let plain = json!({ "way": "dedicated-user", "user": { "name": "ada" } });
    assert_eq!(shown(&plain), shown(&json!({ "way": "dedicated-user", "user": user })));
    let role = defaults("/properties/role/properties");
    let plain = json!({ "way": "role", "role": {} });
    assert_eq!(shown(&plain), shown(&json!({ "way": "role", "role": role })));
    for way in fragment()["properties"]["way"]["enum"].as_array().unwrap() {
        shown(&json!({ "way": way }));
    }
    for (name, property) in properties("/properties/user/properties") {
        let value = property.get("default").cloned().unwrap_or_else(|| json!("sample"));
        let mut user = json!({ "name": "ada" });
        user[name] = value;
        shown(&json!({ "way": "dedicated-user", "user": user }));
    }
}
