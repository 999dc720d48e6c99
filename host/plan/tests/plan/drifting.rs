//! What changed since a plan was made is said by meaning, in some ten lines.

use host_model::{CallError, ErrorKind};
use host_plan::{Observed, Shown, compose, differences, drift, subject};
use serde_json::{Value as Json, json};

use crate::bed;

fn told(was: &Json, is: &Json) -> Vec<String> {
    let (was, is) = (Shown::of(&Ok(was.clone())), Shown::of(&Ok(is.clone())));
    drift(Some(&was), &is).iter().map(ToString::to_string).collect()
}

fn error(kind: ErrorKind, code: &str) -> Shown {
    Shown::of(&Err(CallError::new(kind, code, "")))
}

#[test]
fn the_thing_is_named_as_in_a_plan() {
    let role = bed::call("ram:GetRole", "monitoring", &json!({ "RoleName": "arms-admin" }));
    assert_eq!(subject(&role), "role `arms-admin`");
    let keys = bed::call("ram:ListAccessKeys", "source", &json!({ "UserName": "a`\u{1b}b" }));
    assert_eq!(subject(&keys), "user `a\\u{60}\\u{1b}b`");
    let named = json!({ "cluster_id": "c0fake", "instance_name": "ack-onepilot" });
    let addon = bed::call("cs:GetClusterAddonInstance", "source", &named);
    assert_eq!(subject(&addon), "add-on `ack-onepilot` of cluster `c0fake`");
}

#[test]
fn values_are_told_by_where_they_stand() {
    let role = |description: &str, seconds: u32| {
        json!({ "RequestId": description, "Role": {
            "Description": description, "MaxSessionDuration": seconds, "UpdateDate": description,
        } })
    };
    let lines = told(&role("a", 3600), &role("b\u{1b}[2J", 7200));
    let expected = [
        "~ Role.Description: was \"a\", is \"b\\u{1b}[2J\"",
        "~ Role.MaxSessionDuration: was 3600, is 7200",
    ];
    assert_eq!(lines, expected, "neither the request nor the date says anything");
    let lines = told(&json!({ "Role": { "A": "x" } }), &json!({ "Role": { "B": { "c": 1 } } }));
    let expected =
        ["- Role.A: was \"x\", is not there now", "+ Role.B: was not there, is {\"c\":1}"];
    assert_eq!(lines, expected);
    let long = |end: &str| json!({ "Text": format!("{}{end}", "x".repeat(400)) });
    let lines = told(&long("1"), &long("2"));
    let xs = "x".repeat(24);
    let expected =
        [format!("~ Text: was (376 characters) … \"{xs}1\", is (376 characters) … \"{xs}2\"")];
    assert_eq!(lines, expected);
}

#[test]
fn a_date_is_told_where_nothing_else_is() {
    let user = |date: &str| json!({ "User": { "UserName": "alice", "UpdateDate": date } });
    assert_eq!(told(&user("1"), &user("2")), ["~ User.UpdateDate: was \"1\", is \"2\""]);
}

#[test]
fn documents_are_told_by_meaning() {
    let role = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("acs:ram::{name}:root")).collect();
        let document = json!({ "Version": "1", "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "RAM": names } },
        ] });
        json!({ "Role": { "AssumeRolePolicyDocument": document.to_string() } })
    };
    let (one, both) =
        (role(&["1234567890123456"]), role(&["1234567890123456", "9999999999999999"]));
    let lines = told(&one, &both);
    assert_eq!(lines[0], "~ who may assume it:", "{lines:?}");
    assert!(lines[1].starts_with("  + statement added: Allow sts:AssumeRole to RAM"), "{lines:?}");
    assert!(lines[1].contains("acs:ram::9999999999999999:root"), "{lines:?}");
    let mut respelled = one.clone();
    let text = one["Role"]["AssumeRolePolicyDocument"].as_str().unwrap_or_default();
    let text = text.replace("\",\"", "\", \"");
    respelled["Role"]["AssumeRolePolicyDocument"] = Json::from(text);
    assert_eq!(
        told(&one, &respelled),
        ["~ who may assume it: written otherwise, and says the same"]
    );
}

#[test]
fn lists_are_told_by_what_came_and_went() {
    let keys = |ids: &[(&str, &str)]| {
        let keys: Vec<Json> =
            ids.iter().map(|(id, status)| json!({ "AccessKeyId": id, "Status": status })).collect();
        json!({ "AccessKeys": { "AccessKey": keys } })
    };
    let one = keys(&[("LTAIa", "Active")]);
    let lines = told(&one, &keys(&[("LTAIa", "Inactive"), ("LTAIb", "Active")]));
    let expected = [
        "+ AccessKeys: was 1, is 2 (added `LTAIb`)",
        "~ AccessKeys[LTAIa].Status: was \"Active\", is \"Inactive\"",
    ];
    assert_eq!(lines, expected);
    assert_eq!(told(&one, &keys(&[])), ["- AccessKeys: was 1, is 0 (removed `LTAIa`)"]);
    let plain = |items: &[&str]| json!({ "Top": { "Regions": items, "x": 1 } });
    let lines = told(&plain(&["a", "b"]), &plain(&["b", "c"]));
    assert_eq!(lines, ["~ Top.Regions: was 2, is 2 (added \"c\"; removed \"a\")"]);
    let lines = told(&plain(&["a", "b"]), &plain(&["b", "a"]));
    assert_eq!(lines, ["~ Top.Regions: was 2, is 2 (in another order)"]);
    let many: Vec<String> = (0..8).map(|number| format!("p{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let lines = told(&plain(&[]), &plain(&many));
    let five = "\"p0\", \"p1\", \"p2\", \"p3\", \"p4\" and 3 more";
    assert_eq!(lines, [format!("+ Top.Regions: was 0, is 8 (added {five})")]);
}

#[test]
fn settings_are_told_key_by_key() {
    let addon = |config: Json| json!({ "name": "ack-onepilot", "config": config.to_string() });
    let lines = told(
        &addon(json!({ "controller": { "uid": "1" }, "x": true })),
        &addon(json!({ "controller": { "uid": "2" }, "x": true, "key": "[hidden]" })),
    );
    let expected = [
        "~ config.controller.uid: was \"1\", is \"2\"",
        "+ config.key: was not there, is \"[hidden]\"",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn what_came_or_went_whole_is_said_as_such() {
    let there = Shown::of(&Ok(json!({ "Role": {} })));
    let (gone, refused) = (
        error(ErrorKind::NotFound, "EntityNotExist.Role"),
        error(ErrorKind::Forbidden, "NoPermission"),
    );
    for (was, is, expected) in [
        (Some(&there), &gone, "- it was there, and is not there now"),
        (Some(&gone), &there, "+ it was not there, and is there now"),
        (Some(&refused), &there, "~ it was refused (`NoPermission`), and now can be read"),
        (Some(&there), &refused, "~ it could be read, and now is refused (`NoPermission`)"),
        (None, &there, "what it showed then was not kept in the plan"),
        (Some(&there), &there, "~ something that is not shown"),
    ] {
        let lines: Vec<String> = drift(was, is).iter().map(ToString::to_string).collect();
        assert_eq!(lines, [expected]);
    }
}

#[test]
fn ten_lines_are_enough() {
    let many = |value: &str| -> Json {
        (0..14).map(|number| (format!("k{number:02}"), Json::from(value))).collect()
    };
    let lines = told(&many("a"), &many("b"));
    assert_eq!(lines.len(), 11);
    assert_eq!(lines.last().map(String::as_str), Some("and 4 more"));
}

#[test]
fn a_plan_keeps_what_was_shown_and_leaves_out_what_is_too_long() {
    let mut rehearsal = bed::rehearsal(&json!([]));
    let call = bed::call("ram:GetRole", "monitoring", &json!({ "RoleName": "arms-admin" }));
    let observed = |text: &str| Observed::new(1, call.clone(), Shown::of(&Ok(Json::from(text))));
    let long = "x".repeat(100_000);
    rehearsal.observed = vec![observed("short"), observed(&long)];
    let composed = compose(&rehearsal, &rehearsal);
    assert_eq!(composed.observed[0], observed("short"));
    assert_eq!(composed.observed[1], Observed { shown: None, ..observed(&long) });
}

#[test]
fn what_a_run_made_is_compared_by_what_it_means() {
    let trust = |names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("acs:ram::{name}:root")).collect();
        let statement = json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "RAM": names } }]);
        json!({ "Version": "1", "Statement": statement })
    };
    let role = |document: String, date: &str| {
        let body = json!({ "Role": { "AssumeRolePolicyDocument": document, "CreateDate": date } });
        Shown::of(&Ok(body)).telling()
    };
    let one = trust(&["1234567890123456"]);
    let pretty = serde_json::to_string_pretty(&one).expect("it is JSON");
    let (was, same) = (role(one.to_string(), "1"), role(pretty, "2"));
    assert_eq!(differences(&was, &same), [], "it is written otherwise, at another time");
    let open = role(trust(&["1234567890123456", "9999999999999999"]).to_string(), "1");
    assert!(!differences(&was, &open).is_empty());
    let nothing = Shown::of(&Ok(json!({ "Role": { "RoleName": "a" } }))).telling();
    assert_eq!(differences(&was, &nothing), [], "a cloud that does not show it says nothing of it");
    assert!(!differences(&was, &error(ErrorKind::NotFound, "EntityNotExist.Role")).is_empty());
    let keys = |ids: &[&str]| {
        let keys: Vec<Json> = ids.iter().map(|id| json!({ "AccessKeyId": id })).collect();
        Shown::of(&Ok(json!({ "AccessKeys": { "AccessKey": keys } }))).telling()
    };
    assert_eq!(differences(&keys(&[]), &keys(&[])), []);
    assert!(!differences(&keys(&[]), &keys(&["LTAI5tSomebodyElses"])).is_empty());
}
