//! What a recorded run left, as its journal tells.

use std::path::Path;

use host_model::Timestamp;
use serde_json::{Value as Json, json};

use super::{all, changed, lasting};
use crate::record::{Entry, Left, Numbered, Tape};

/// The entries of a recorded run.
fn recorded(name: &str) -> Vec<Numbered> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/runs").join(name);
    let text = std::fs::read_to_string(path).expect("the run was recorded");
    let entry = |(number, line): (u64, &str)| {
        let entry: Json = serde_json::from_str(line).expect("a line is JSON");
        let at = Timestamp::from_millis(entry["at"].as_i64().unwrap_or_default());
        Numbered { number, at, entry: serde_json::from_value(entry).expect("an entry") }
    };
    (1..).zip(text.lines()).map(entry).collect()
}

/// What is known of it, by read and by what the read names.
fn known(entries: &[Numbered]) -> Vec<String> {
    let named = |left: &Left| {
        let names = ["RoleName", "UserName", "PolicyName", "ResourceNames", "cluster_id"];
        let name = names.iter().find_map(|name| left.call.text(name)).unwrap_or_default();
        format!("{} {}:{} {name}", left.call.identity, left.call.product, left.call.action)
    };
    all(entries).iter().map(named).collect()
}

#[test]
fn what_counts_was_read_after_the_last_change() {
    let mut entries = recorded("delegate.jsonl");
    let after = known(&entries);
    let expected = [
        "source ram:ListPoliciesForUser bob",
        "source ram:GetPolicy host-assume-arms-admin",
        "source ram:ListPoliciesForUser outsider",
    ];
    assert_eq!(after, expected, "neither sessions' reads nor the cloud's own policies");
    // Without any change, whatever it read counts.
    entries.retain(|it| !matches!(it.entry, Entry::Intent(_) | Entry::Outcome(_)));
    let all = known(&entries);
    assert!(all.contains(&"monitoring ram:GetRole arms-admin".to_owned()), "{all:?}");
}

#[test]
fn what_the_host_saw_itself_goes_first() {
    let mut entries = recorded("delegate.jsonl");
    let seen = all(&entries);
    let Some(Entry::Ended(ended)) = entries.last_mut().map(|it| &mut it.entry) else {
        panic!("the run came to its end");
    };
    let own = Left {
        shown: host_plan::Shown::Body(json!({ "Policies": { "Policy": [] } })),
        ..seen.first().expect("it read something").clone()
    };
    ended.left = vec![own.clone()];
    let known = all(&entries);
    assert_eq!(known.len(), seen.len(), "nothing is known twice");
    assert_eq!(known.first(), Some(&own));
}

#[test]
fn the_clouds_own_policies_are_the_clouds_to_change() {
    let entries = recorded("delegate.jsonl");
    let past = Tape::whole(&entries).into_past();
    let (mut call, _) = changed(&past).swap_remove(0);
    let with = |kind: &str| {
        let parameters = [("PolicyName", "AliyunARMSReadOnlyAccess"), ("PolicyType", kind)];
        parameters.map(|(name, text)| (name.to_owned(), host_model::Value::Text(text.to_owned())))
    };
    (call.product, call.version) = ("ram".to_owned(), "2015-05-01".to_owned());
    call.action = "GetPolicy".to_owned();
    call.parameters = with("System").to_vec();
    assert_eq!(lasting(&call), None);
    call.parameters = with("Custom").to_vec();
    assert_eq!(lasting(&call).map(<[_]>::len), Some(1));
    call.action = "CreatePolicy".to_owned();
    assert_eq!(lasting(&call), None, "it is no read");
}
