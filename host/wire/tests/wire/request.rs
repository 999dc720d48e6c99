//! Requests: the same as the official SDK's, and nothing that the catalog does not have.

use std::collections::BTreeMap;

use host_catalog::ParameterType;
use host_model::{Problem as _, Value};
use host_sign::encode::form_decode;
use host_wire::{Pages, encode};
use serde_json::{Value as Json, json};

use crate::case::{PASSWORD, Vault, actions, call, catalogued, encoded, file, password, text};

/// What a captured request says, in our spelling: the SDK writes `True`, and an empty list where it
/// was given none.
fn captured(target: &str) -> BTreeMap<String, String> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let pairs = form_decode(query).expect("captured queries decode");
    let spelled = |value: String| match value.as_str() {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        _ => value,
    };
    let given = pairs.into_iter().filter(|(_, value)| value != "[]");
    given.map(|(name, value)| (name, spelled(value))).collect()
}

#[test]
fn says_what_the_official_sdk_says() {
    let mut compared = 0;
    for (product, action) in actions() {
        let path = format!("wire/{}/{}.json", product.key, action.name);
        let Some(sample) = file(&path) else { continue };
        let mut asked = call(&product.key, &action.name, Vec::new());
        let mut paging = BTreeMap::new();
        for (name, value) in sample["request_map"].as_object().unwrap() {
            let parameter = action.parameter(name).unwrap_or_else(|| panic!("{path}: {name}"));
            match (product.type_of(parameter), value) {
                (None, value) => drop(paging.insert(name.clone(), value.to_string())),
                (Some(ParameterType::Region), value) => {
                    asked.region = value.as_str().map(str::to_owned);
                }
                (Some(ParameterType::Secret { .. }), _) => {
                    asked.parameters.push((name.clone(), Value::Secret(password())));
                }
                (_, Json::String(value)) => asked.parameters.push((name.clone(), text(value))),
                (_, value) => asked.parameters.push((name.clone(), Value::Json(value.clone()))),
            }
        }
        let request = encoded(&asked, None).unwrap();
        let mut ours: BTreeMap<_, _> = request.query.into_iter().collect();
        ours.extend(form_decode(std::str::from_utf8(&request.body).unwrap()).unwrap());
        ours.extend(paging.into_iter().map(|(n, v)| (n, v.trim_matches('"').to_owned())));

        assert_eq!(ours, captured(sample["v3"]["target"].as_str().unwrap()), "{path}");
        assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/"), "{path}");
        compared += 1;
    }
    assert!(compared >= 40, "only {compared} captured requests were found");
}

#[test]
fn writes_lists_as_each_parameter_wants_them() {
    let tags = json!([{"Key": "owner", "Value": "o11y"}, {"Key": "team", "Value": "支付"}]);
    let as_json = tags.to_string();
    let cases = [
        ("ram", "CreateRole", "Tag", tags.clone(), vec![("Tag", as_json.as_str())]),
        ("ram", "TagResources", "Tag", tags.clone(), vec![("Tag", as_json.as_str())]),
        (
            "ram",
            "TagResources",
            "ResourceNames",
            json!(["a", "b"]),
            vec![("ResourceNames", r#"["a","b"]"#)],
        ),
        (
            "arms",
            "ListTraceApps",
            "Tags",
            tags.clone(),
            vec![
                ("Tags.1.Key", "owner"),
                ("Tags.1.Value", "o11y"),
                ("Tags.2.Key", "team"),
                ("Tags.2.Value", "支付"),
            ],
        ),
        (
            "ims",
            "CreateUser",
            "Tag",
            json!([{"Key": "k", "Value": ""}]),
            vec![("Tag.1.Key", "k"), ("Tag.1.Value", "")],
        ),
    ];
    for (product, action, name, list, expected) in cases {
        // A list may also come as the text of its JSON: that is how open arms carry it.
        for value in [Value::Json(list.clone()), text(&list.to_string())] {
            let request = encoded(&call(product, action, vec![(name, value)]), None).unwrap();
            let pairs: Vec<_> =
                request.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            assert_eq!(pairs, expected, "{action}");
        }
    }
}

#[test]
fn the_region_is_the_calls_own() {
    let mut asked = call("arms", "ListTraceApps", Vec::new());
    asked.region = Some("cn-hangzhou".to_owned());
    let request = encoded(&asked, None).unwrap();
    assert_eq!(request.query, [("RegionId".to_owned(), "cn-hangzhou".to_owned())]);
    assert_eq!(request.authority, "");

    asked.parameters.push(("RegionId".to_owned(), text("cn-beijing")));
    assert_eq!(encoded(&asked, None).unwrap_err().code(), "wire.parameter-unknown");
}

#[test]
fn a_secret_travels_in_the_body_only() {
    let given = vec![("UserName", text("arms-reporter")), ("Password", Value::Secret(password()))];
    let request = encoded(&call("ram", "CreateLoginProfile", given), None).unwrap();

    assert_eq!(request.query, [("UserName".to_owned(), "arms-reporter".to_owned())]);
    assert_eq!(request.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = form_decode(std::str::from_utf8(&request.body).unwrap()).unwrap();
    assert_eq!(form, [("Password".to_owned(), PASSWORD.to_owned())]);
    assert!(!format!("{request:?}").contains("ss"), "{request:?}");
}

#[test]
fn a_page_asks_with_its_own_parameters() {
    let cases = [
        ("ram", "ListRoles", vec![("MaxItems", "1000")]),
        ("ram", "ListTagResources", vec![("PageSize", "100")]),
        ("resourcemanager", "ListResourceGroups", vec![("PageNumber", "1"), ("PageSize", "100")]),
    ];
    for (product, action, expected) in cases {
        let (_, known) = catalogued(product, action);
        let first = Pages::of(known).unwrap().first();
        let request = encoded(&call(product, action, Vec::new()), Some(&first)).unwrap();
        let pairs: Vec<_> = request.query.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(pairs, expected, "{action}");
    }
}

#[test]
fn refuses_what_may_not_leave() {
    let mut other = password();
    other.object = "ram:user/somebody-else".to_owned();
    let cases = [
        ("GetRole", "Action", text("x"), "wire.parameter-unknown"),
        ("ListRoles", "Marker", text("x"), "wire.parameter-unknown"),
        ("CreateRole", "Description", Value::Secret(password()), "wire.secret-misplaced"),
        ("CreateLoginProfile", "Password", text("plain"), "wire.secret-misplaced"),
        ("CreateLoginProfile", "Password", Value::Json(json!("plain")), "wire.secret-misplaced"),
        ("CreateLoginProfile", "Password", Value::Secret(other), "wire.secret-absent"),
        ("CreateRole", "Tag", text("[{"), "wire.value-unreadable"),
    ];
    for (action, name, value, code) in cases {
        let refused = encoded(&call("ram", action, vec![(name, value)]), None).unwrap_err();
        assert_eq!(refused.code(), code, "{action} {name}");
        assert!(!refused.to_string().contains("plain"), "{refused}");
    }
}

#[test]
fn the_host_adds_catalogued_parameters_once() {
    let (product, action) = catalogued("sts", "AssumeRole");
    let asked =
        call("sts", "AssumeRole", vec![("RoleArn", text("acs:ram::1234567890123456:role/r"))]);
    let add = |name: &str| {
        let own = [(name.to_owned(), "value".to_owned())];
        encode(product, action, &asked, &own, &Vault, None)
    };
    let request = add("RoleSessionName").unwrap();
    assert!(request.query.contains(&("RoleSessionName".to_owned(), "value".to_owned())));
    assert_eq!(add("RoleArn").unwrap_err().code(), "wire.parameter-repeated");
    assert_eq!(add("Nonsense").unwrap_err().code(), "wire.parameter-unknown");
}
