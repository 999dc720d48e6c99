//! A plan file is believed if this installation made it, and only then.

use host_model::{Blame, Problem as _, Timestamp};
use host_plan::{Approval, How, PlanError, open, seal};
use serde_json::{Value as Json, json};

use crate::bed::{KEY, MADE, recorded_plan};

fn changed(text: &str, pointer: &str, value: Json) -> String {
    let mut file: Json = serde_json::from_str(text).expect("JSON");
    *file.pointer_mut(pointer).expect(pointer) = value;
    file.to_string()
}

#[test]
fn a_file_comes_back_as_the_plan_that_it_was() {
    for name in ["delegate", "ack", "ecs"] {
        let plan = recorded_plan(name);
        let text = seal(&plan, &KEY);
        let read = open(&text, &KEY, MADE).unwrap();
        assert_eq!(read, plan);
        assert_eq!(read.hash(), plan.hash());
        let file: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(file["hash"], plan.hash());
        // Spaces and the order of names are no part of what was approved.
        assert_eq!(open(&file.to_string(), &KEY, MADE).unwrap(), plan);
    }
}

#[test]
fn every_value_of_a_plan_is_under_the_seal() {
    let plan = recorded_plan("delegate");
    let text = seal(&plan, &KEY);
    let file: Json = serde_json::from_str(&text).unwrap();
    let mut pointers = Vec::new();
    leaves("/plan", &file["plan"], &mut pointers);
    assert!(pointers.len() > 300, "{}", pointers.len());
    for pointer in pointers.iter().filter(|it| *it != "/plan/format") {
        let other = changed(&text, pointer, json!("another value"));
        let error = open(&other, &KEY, MADE).unwrap_err();
        assert_eq!(error.code(), "plan.file-changed", "{pointer}");
    }
}

fn leaves(at: &str, json: &Json, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match json {
        Json::Object(members) if !members.is_empty() => {
            members
                .iter()
                .for_each(|(key, it)| leaves(&format!("{at}/{}", escaped(key)), it, found));
        }
        Json::Array(items) if !items.is_empty() => {
            items
                .iter()
                .enumerate()
                .for_each(|(at_, it)| leaves(&format!("{at}/{at_}"), it, found));
        }
        _ => found.push(at.to_owned()),
    }
}

#[test]
fn what_is_refused() {
    let plan = recorded_plan("delegate");
    let text = seal(&plan, &KEY);
    let foreign = [8; 32];
    let rewritten = {
        // Somebody without the key changes the plan and its hash alike.
        let mut other = plan.clone();
        other.input = json!({ "role-name": "other" });
        let other: Json = serde_json::from_str(&seal(&other, &foreign)).unwrap();
        let own: Json = serde_json::from_str(&text).unwrap();
        json!({ "plan": other["plan"], "hash": other["hash"], "seal": own["seal"] }).to_string()
    };
    let extra = changed(&text, "/plan", {
        let mut plan = serde_json::to_value(&plan).unwrap();
        plan["more"] = json!(1);
        plan
    });
    let late = plan.expires;
    let cases: [(&str, &str, &[u8; 32], Timestamp); 12] = [
        ("plan.file-unreadable", "no JSON", &KEY, MADE),
        ("plan.file-unreadable", "{}", &KEY, MADE),
        ("plan.format-unknown", &changed(&text, "/plan/format", json!(2)), &KEY, MADE),
        ("plan.format-unknown", &changed(&text, "/plan/format", json!("1")), &KEY, MADE),
        ("plan.format-unknown", &changed(&text, "/plan", json!([])), &KEY, MADE),
        ("plan.file-changed", &extra, &KEY, MADE),
        ("plan.file-changed", &changed(&text, "/hash", json!("0\u{1b}")), &KEY, MADE),
        ("plan.file-foreign", &changed(&text, "/seal", json!("00")), &KEY, MADE),
        ("plan.file-foreign", &changed(&text, "/seal", json!("ß")), &KEY, MADE),
        ("plan.file-foreign", &rewritten, &KEY, MADE),
        ("plan.file-foreign", &text, &foreign, MADE),
        ("plan.file-expired", &text, &KEY, late),
    ];
    for (code, text, key, now) in cases {
        let error = open(text, key, now).unwrap_err();
        assert_eq!(error.code(), code, "{error}");
        assert!(error.hint().is_some());
        assert!(!error.to_string().contains('\u{1b}'));
        let blame = if code.ends_with("changed") || code.ends_with("foreign") {
            Blame::Policy
        } else {
            Blame::User
        };
        assert_eq!(error.blame(), blame, "{code}");
    }
    assert!(open(&text, &KEY, plan.expires.plus_millis(-1)).is_ok());
    let expired = open(&text, &KEY, late.plus_millis(61_000)).unwrap_err();
    assert_eq!(expired, PlanError::Expired { seconds: 61 });
}

#[test]
fn a_plan_is_not_of_the_future() {
    let plan = recorded_plan("ack");
    let text = seal(&plan, &KEY);
    assert!(open(&text, &KEY, plan.made.plus_millis(-60_000)).is_ok(), "clocks differ a little");
    let early = open(&text, &KEY, plan.made.plus_millis(-61_000)).unwrap_err();
    assert_eq!(early, PlanError::Early { seconds: 61 });
}

/// The last of two members counts, and a reader of the file sees the first.
#[test]
fn no_member_stands_twice() {
    let plan = recorded_plan("ack");
    let text = seal(&plan, &KEY);
    let decoy = text.replacen("\"allowed\":", "\"allowed\": [\"nothing\"],\n    \"allowed\":", 1);
    assert_ne!(decoy, text);
    let refused = open(&decoy, &KEY, plan.made).unwrap_err();
    assert_eq!(refused.code(), "plan.file-unreadable", "{refused}");
}

#[test]
fn seals_of_other_ends_do_not_count() {
    use hmac::{Hmac, KeyInit as _, Mac as _};
    let plan = recorded_plan("delegate");
    let text = seal(&plan, &KEY);
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&KEY).unwrap();
    mac.update(plan.hash().as_bytes());
    let bytes = mac.finalize().into_bytes();
    let bare = bytes.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    let error = open(&changed(&text, "/seal", json!(bare)), &KEY, MADE).unwrap_err();
    assert_eq!(error.code(), "plan.file-foreign");
}

/// The same JSON with its names in order.
fn sorted(json: &Json) -> Json {
    match json {
        Json::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            names.into_iter().map(|name| (name.clone(), sorted(&members[name]))).collect()
        }
        Json::Array(items) => items.iter().map(sorted).collect(),
        plain => plain.clone(),
    }
}

#[test]
fn the_hash_is_what_anybody_can_compute() {
    use sha2::Digest as _;
    let mut plan = recorded_plan("delegate");
    plan.input = json!({ "z": [0.1, 0.300_000_000_000_000_04, 1.0e-7, 123_456_789.123_456_79, 5.0e-324, 2.225_073_858_507_201e-308], "a": { "ü": 1, "b": [true, null, "\"\n"] }, "A": -1 });
    let file: Json = serde_json::from_str(&seal(&plan, &KEY)).unwrap();
    let digest = sha2::Sha256::digest(sorted(&file["plan"]).to_string());
    let expected = digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
    assert_eq!(plan.hash(), expected);
    assert_eq!(open(&file.to_string(), &KEY, MADE).unwrap(), plan);
}

#[test]
fn an_approval_is_data() {
    let approval =
        Approval { plan: "0".repeat(64), how: How::Terminal, who: "operator".to_owned(), at: MADE };
    let text = serde_json::to_string(&approval).unwrap();
    assert!(text.contains(r#""how":"terminal""#), "{text}");
    assert_eq!(serde_json::from_str::<Approval>(&text).unwrap(), approval);
}
