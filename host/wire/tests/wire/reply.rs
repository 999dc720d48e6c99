//! Successes: each sample has what the catalog promises to workflows.

use host_catalog::{Action, Field, FieldType, Product, ReplyShape};
use host_wire::decode;
use serde_json::Value as Json;

use crate::case::{actions, catalogued, reply, success};

#[test]
fn every_sample_has_what_the_catalog_promises() {
    let mut faults = Vec::new();
    for (product, action) in actions() {
        let path = format!("{}:{}", product.key, action.name);
        let body = decode(product, action, &success(product, action))
            .unwrap_or_else(|rejection| panic!("{path}: {rejection:?}"));
        assert!(body.request_id.is_some(), "{path}");
        for fault in shape_faults(product, action, &body.json) {
            faults.push(format!("{path}: {fault}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn shape_faults(product: &Product, action: &Action, json: &Json) -> Vec<String> {
    let missing = |at: &str| vec![format!("`{at}` is missing")];
    match &action.reply {
        ReplyShape::Nothing | ReplyShape::Tree | ReplyShape::Identity => Vec::new(),
        ReplyShape::Text { at } | ReplyShape::Secret { at } => match json.pointer(at) {
            Some(Json::String(_)) => Vec::new(),
            _ => missing(at),
        },
        ReplyShape::Record { record, at } => match json.pointer(at) {
            Some(part) => field_faults(&product.records[record].fields, part),
            None => missing(at),
        },
        ReplyShape::List { list, at } => match json.pointer(at).and_then(Json::as_array) {
            Some(items) => {
                let fields = &product.records[list].fields;
                items.iter().flat_map(|item| field_faults(fields, item)).collect()
            }
            None => missing(at),
        },
    }
}

fn field_faults(fields: &[Field], part: &Json) -> Vec<String> {
    let mut faults = Vec::new();
    for field in fields {
        let found = found(part, &field.at);
        let fits = |value: &&Json| match field.is {
            FieldType::Text | FieldType::Secret | FieldType::Texts => value.is_string(),
            FieldType::Number => value.is_i64(),
            FieldType::Flag => value.is_boolean(),
            FieldType::Tags => value.is_array(),
        };
        // Tags are left out by the cloud where there are none.
        if found.is_empty() && !field.maybe && field.is != FieldType::Tags {
            faults.push(format!("`{}` is missing", field.at));
        }
        if let Some(value) = found.iter().find(|value| !fits(value)) {
            faults.push(format!("`{}` is {value}, not {:?}", field.at, field.is));
        }
    }
    faults
}

/// The values at a pointer in which `*` stands for each item of a list.
fn found<'a>(part: &'a Json, at: &str) -> Vec<&'a Json> {
    match at.split_once("/*") {
        None => part.pointer(at).into_iter().collect(),
        Some((list, rest)) => {
            let items = part.pointer(list).and_then(Json::as_array);
            items.into_iter().flatten().flat_map(|item| found(item, rest)).collect()
        }
    }
}

#[test]
fn a_success_needs_its_flag() {
    let (product, action) = catalogued("arms", "ListTraceApps");
    let cases = [
        (r#"{"Success":true,"TraceApps":[],"RequestId":"r"}"#, None),
        (r#"{"Success":false,"Code":500,"Message":"m","RequestId":"r"}"#, Some("500")),
        (r#"{"Success":false,"Code":"NoPermission","RequestId":"r"}"#, Some("NoPermission")),
        (r#"{"Success":false,"RequestId":"r"}"#, Some("wire.success-false")),
        (r#"{"TraceApps":[],"RequestId":"r"}"#, Some("wire.reply-unreadable")),
        (r#"{"Success":"true","TraceApps":[],"RequestId":"r"}"#, Some("wire.reply-unreadable")),
    ];
    for (body, code) in cases {
        let decoded = decode(product, action, &reply(200, body));
        assert_eq!(decoded.err().map(|r| r.code).as_deref(), code, "{body}");
    }
}

#[test]
fn a_change_on_a_resource_path_may_be_answered_with_nothing() {
    let cases = [
        ("cs", "ModifyClusterAddon", true),
        ("cs", "InstallClusterAddons", true),
        ("cs", "UpgradeClusterAddons", true),
        ("cs", "DescribeClusterDetail", false),
        ("cs", "DescribeClustersV1", false),
        ("ram", "DeleteRole", false),
        ("ecs", "StopInvocation", false),
    ];
    for (product, name, fits) in cases {
        let (product, action) = catalogued(product, name);
        assert_eq!(decode(product, action, &reply(200, "")).is_ok(), fits, "{name}");
        assert!(decode(product, action, &reply(500, "")).is_err(), "{name}");
    }

    // One that the workflow needs a part of may not.
    let made = "title = 't'\nversion = 'v'\nstyle = 'roa'\nendpoint = { central = 'c', vpc = 'v' }\n\
        [types]\n\
        [records.task]\nfields = [{ name = 'task-id', at = '/task_id', is = 'text' }]\n\
        [actions.Make]\neffect = 'create'\nsummary = 's'\nsentence = 's'\nlost = 'reconcile'\n\
        reply = { record = 'task', at = '' }\n";
    let product = Product::parse("made", made).unwrap();
    assert!(decode(&product, &product.actions["Make"], &reply(200, "")).is_err());
}
