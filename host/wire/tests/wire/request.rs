//! Requests: the same as the official SDK's, and nothing that the catalog does not have.

use std::collections::BTreeMap;

use host_catalog::{Action, Parameter, ParameterType, Style};
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

/// What the captured request gave a parameter: in its path, in its body, or among the arguments that
/// the SDK was called with.
fn given(action: &Action, parameter: &Parameter, sample: &Json) -> Option<Json> {
    let target = sample["v3"]["target"].as_str()?;
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    let placeholder = format!("{{{}}}", parameter.name);
    let mut segments = action.path.split('/').zip(path.split('/'));
    if let Some((_, segment)) = segments.find(|(pattern, _)| *pattern == placeholder) {
        return Some(json!(segment));
    }
    match &parameter.at {
        Some(at) => document(sample)?.pointer(at).cloned(),
        None => sample["request_map"].get(&parameter.name).cloned(),
    }
}

/// The JSON body of a captured request; those of RPC style have none.
fn document(sample: &Json) -> Option<Json> {
    serde_json::from_str(sample["v3"]["body"].as_str()?).ok()
}

#[test]
fn says_what_the_official_sdk_says() {
    let mut compared = BTreeMap::<&str, usize>::new();
    for (product, action) in actions() {
        let path = format!("wire/{}/{}.json", product.key, action.name);
        let Some(sample) = file(&path) else { continue };
        let mut asked = call(&product.key, &action.name, Vec::new());
        let mut paging = BTreeMap::new();
        for parameter in &action.parameters {
            let Some(value) = given(action, parameter, &sample) else { continue };
            let name = parameter.name.clone();
            match (product.type_of(parameter), value) {
                (None, value) => {
                    paging.insert(name, value.to_string().trim_matches('"').to_owned());
                }
                (Some(ParameterType::Region), value) => {
                    asked.region = value.as_str().map(str::to_owned);
                }
                (Some(ParameterType::Secret { .. }), _) => {
                    asked.parameters.push((name, Value::Secret(password())));
                }
                (_, Json::String(value)) => asked.parameters.push((name, Value::Text(value))),
                (_, value) => asked.parameters.push((name, Value::Json(value))),
            }
        }
        product.normalize(action, &mut asked);
        let request = encoded(&asked, None).unwrap();
        let mut ours: BTreeMap<_, _> = request.query.into_iter().chain(paging).collect();
        if product.style == Style::Rpc {
            ours.extend(form_decode(std::str::from_utf8(&request.body).unwrap()).unwrap());
        } else {
            let body = serde_json::from_slice::<Json>(&request.body).ok();
            assert_eq!(body, document(&sample), "{path}");
        }
        let target = sample["v3"]["target"].as_str().unwrap();
        assert_eq!(ours, captured(target), "{path}");
        assert_eq!(Some(request.path.as_str()), target.split('?').next(), "{path}");
        assert_eq!(Some(request.method.as_str()), sample["v3"]["method"].as_str(), "{path}");
        *compared.entry(&product.key).or_default() += 1;
    }
    let least = [("arms", 10), ("cs", 12), ("ecs", 9), ("ram", 20)];
    for (product, least) in least {
        let count = compared.get(product).copied().unwrap_or_default();
        assert!(count >= least, "only {count} captured requests of {product} were found");
    }
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
        ("ecs", "DescribeInstances", vec![("MaxResults", "100")]),
        ("ecs", "DescribeInvocationResults", vec![("MaxResults", "50")]),
        ("ecs", "DescribeCloudAssistantStatus", vec![("MaxResults", "50")]),
        ("cs", "DescribeClustersV1", vec![("page_number", "1"), ("page_size", "50")]),
        ("cs", "DescribeClusterNodes", vec![("pageNumber", "1"), ("pageSize", "50")]),
    ];
    for (product, action, expected) in cases {
        let (_, known) = catalogued(product, action);
        let first = Pages::of(known).unwrap().first();
        let path = known.parameters.iter().filter(|p| known.path.contains(&p.name));
        let path = path.map(|parameter| (parameter.name.as_str(), text("x"))).collect();
        let request = encoded(&call(product, action, path), Some(&first)).unwrap();
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
