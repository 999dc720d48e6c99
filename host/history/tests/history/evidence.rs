//! Evidence: complete, as published, and matched with the journal.

use std::collections::BTreeSet;
use std::path::Path;

use host_history::{Chain, State, evidence};
use host_model::Timestamp;
use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::tape::{ALL, Tape};

fn bundle(tape: &Tape) -> Json {
    let past = tape.past();
    let state = State::of(&past, None);
    evidence(&past, &state, &Chain::over(&tape.entries), Timestamp::from_millis(1_767_700_000_000))
}

fn schema() -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/evidence.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is published");
    let schema: Json = serde_json::from_str(&text).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "the schema is none");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

#[test]
fn every_bundle_is_what_the_schema_says() {
    let schema = schema();
    let killed = Tape::load("delegate").until(|entry| entry.kind == "intent");
    let all = ALL.iter().map(|name| Tape::load(name)).chain([killed]);
    for tape in all {
        let bundle = bundle(&tape);
        let errors: Vec<String> = schema
            .iter_errors(&bundle)
            .map(|it| format!("{it} at {}", it.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_refuses_a_bundle_that_lacks_or_changes_a_field() {
    let schema = schema();
    let whole = bundle(&Tape::load("interrupted"));
    for name in whole.as_object().unwrap().keys() {
        let mut less = whole.clone();
        less.as_object_mut().unwrap().remove(name);
        assert!(!schema.is_valid(&less), "a bundle without `{name}` is accepted");
    }
    for name in whole["calls"][0].as_object().unwrap().keys() {
        let mut less = whole.clone();
        less["calls"][0].as_object_mut().unwrap().remove(name);
        assert!(!schema.is_valid(&less), "a call without `{name}` is accepted");
    }
    for (pointer, value) in [
        ("/version", json!(2)),
        ("/calls/0/outcome", json!("fine")),
        ("/calls/0/at", json!("yesterday")),
        ("/journal/head", json!("abc")),
        ("/run/id", json!("run-1")),
        ("/outcome/verdict", json!("perfect")),
        ("/workflow/sha256", json!("")),
    ] {
        let mut other = whole.clone();
        *other.pointer_mut(pointer).unwrap() = value.clone();
        assert!(!schema.is_valid(&other), "{value} is accepted at {pointer}");
    }
}

#[test]
fn every_call_of_the_journal_is_in_the_bundle_with_what_a_trail_needs() {
    for name in ALL {
        let tape = Tape::load(name);
        let bundle = bundle(&tape);
        let calls = bundle["calls"].as_array().unwrap();
        let is_call = |body: &str| {
            let body: Json = serde_json::from_str(body).unwrap();
            body["kind"] == "intent" || body["event"]["event"] == "call"
        };
        let expected = tape.entries.iter().filter(|entry| is_call(&entry.body)).count();
        assert_eq!(calls.len(), expected, "{name}");
        // Every request id that the journal has of an answer is in the bundle.
        let text = bundle.to_string();
        for entry in &tape.entries {
            let body: Json = serde_json::from_str(&entry.body).unwrap();
            for pointer in ["/answer/reply/request_id", "/answer/error/request_id", "/request-id"] {
                if let Some(id) = body.pointer(pointer).and_then(Json::as_str) {
                    assert!(text.contains(id), "{name}: request {id} is missing");
                }
            }
        }
    }
    let bundle = bundle(&Tape::load("interrupted"));
    let assumed = bundle["calls"].as_array().unwrap().iter();
    let assumed = assumed.clone().find(|call| call["action"] == "AssumeRole").unwrap();
    assert_eq!(assumed["host_parameters"]["RoleSessionName"], "host-run-19b8d627a81-0badc0de");
    assert_eq!(bundle["run"]["session_name"], "host-run-19b8d627a81-0badc0de");
    let repairs = bundle["repairs"].as_array().unwrap();
    let repairs: BTreeSet<(&str, &str)> = repairs
        .iter()
        .map(|it| (it["title"].as_str().unwrap(), it["known"].as_str().unwrap_or("renewed")))
        .collect();
    let expected = [
        ("ram:CreateAccessKey", "remade"),
        ("ram:CreatePolicy", "repeated"),
        ("ram:CreateRole", "found"),
        ("sts:AssumeRole", "renewed"),
    ];
    assert_eq!(repairs, BTreeSet::from(expected));
}

#[test]
fn a_secret_is_a_name() {
    let bundle = bundle(&Tape::load("delegate"));
    let calls = bundle["calls"].as_array().unwrap();
    let login = calls.iter().find(|call| call["action"] == "CreateLoginProfile").unwrap();
    let password = &login["parameters"][0];
    assert_eq!(password["name"], "Password");
    assert_eq!(password["secret"]["object"], "ram:login-profile/bob");
    assert!(password.get("value").is_none(), "{password}");
    let key = calls.iter().find(|call| call["action"] == "CreateAccessKey").unwrap();
    assert_eq!(key["secrets"]["/AccessKey/AccessKeySecret"]["kind"], "access-key");
}

#[test]
fn the_chain_changes_with_every_entry_and_is_known() {
    let tape = Tape::load("delegate");
    let whole = Chain::over(&tape.entries);
    assert_eq!(whole, Chain::over(&tape.entries));
    assert_eq!(Chain::over(&[]).head, "0".repeat(64));
    let mut heads = BTreeSet::from([whole.head.clone()]);
    let mut other = tape.entries.clone();
    other[5].body.push(' ');
    heads.insert(Chain::over(&other).head);
    let mut other = tape.entries.clone();
    other[5].at = other[5].at.plus_millis(1);
    heads.insert(Chain::over(&other).head);
    let mut other = tape.entries.clone();
    other.swap(5, 6);
    heads.insert(Chain::over(&other).head);
    let mut other = tape.entries.clone();
    other.pop();
    heads.insert(Chain::over(&other).head);
    assert_eq!(heads.len(), 5, "two journals have the same chain");
    // What an auditor computes by hand must not change.
    let entry = |number, at, kind: &str, body: &str| host_journal::Entry {
        number,
        at: Timestamp::from_millis(at),
        kind: kind.to_owned(),
        body: body.to_owned(),
    };
    let two =
        [entry(0, 1_767_603_600_000, "begun", "{}"), entry(1, 1_767_603_601_000, "ended", "{}")];
    insta::assert_snapshot!(Chain::over(&two).head);
}
