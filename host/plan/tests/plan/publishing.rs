//! The plan for programs is what its schema says.

use std::path::Path;

use host_plan::{Conditional, Enforced, Forecast, Observed, Plan, Seen, Unread, json as published};
use jsonschema::Validator;
use serde_json::{Value as Json, json};

use crate::bed;

fn schema() -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/plan.schema.json");
    let text = std::fs::read_to_string(path).expect("the schema is published");
    let schema: Json = serde_json::from_str(&text).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "the schema is none");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

/// A plan that has some of everything.
fn whole() -> Plan {
    let mut plan = bed::recorded_plan("delegate");
    let seen = Seen { run: plan.run.clone(), at: bed::MADE };
    let reason = "nobody knows".to_owned();
    plan.forecast = Some(Forecast { from: 11, reason, seen: Some(seen) });
    plan.conditionals = vec![Conditional {
        number: 1,
        title: "nobody is there".to_owned(),
        inside: None,
        from: 11,
        holds: true,
    }];
    plan.unread = vec![Unread {
        account: "1234567890123456".parse().expect("an account"),
        action: "ram:GetRole".to_owned(),
        what: "role `arms-admin`".to_owned(),
        code: "NoPermission".to_owned(),
    }];
    plan.observed = vec![Observed {
        step: 5,
        call: bed::call("ram:GetRole", "monitoring", &json!({ "RoleName": "arms-admin" })),
        digest: "0".repeat(64),
        shown: None,
        changed_by: Vec::new(),
    }];
    let session = Enforced { policy: "{}".to_owned(), remarks: vec!["coarsened".to_owned()] };
    plan.accounts.values_mut().for_each(|party| party.session = Some(session.clone()));
    plan.allowed = vec!["access-key".to_owned()];
    plan.terms.adopt = true;
    plan.terms.provoke = true;
    plan
}

#[test]
fn every_plan_is_what_the_schema_says() {
    let schema = schema();
    let recorded = ["delegate", "ack", "ecs", "undo"].map(bed::recorded_plan);
    for plan in recorded.into_iter().chain([whole()]) {
        let json = published(&plan);
        let errors: Vec<String> =
            schema.iter_errors(&json).map(|it| format!("{it} at {}", it.instance_path())).collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
}

#[test]
fn the_schema_refuses_a_plan_that_lacks_or_changes_a_field() {
    let schema = schema();
    let whole = published(&whole());
    assert!(schema.is_valid(&whole));
    for at in [
        "",
        "/terms",
        "/steps/0",
        "/observed/0",
        "/unread/0",
        "/needed/0",
        "/placeholders/0",
        "/risks/0",
        "/forecast",
        "/forecast/seen",
    ] {
        let part = whole.pointer(at).and_then(Json::as_object).unwrap_or_else(|| panic!("{at}"));
        for name in part.keys() {
            let mut less = whole.clone();
            less.pointer_mut(at).unwrap().as_object_mut().unwrap().remove(name);
            assert!(!schema.is_valid(&less), "a plan without `{name}` at `{at}` is accepted");
        }
    }
    for (pointer, value) in [
        ("/version", json!(2)),
        ("/accounts/monitoring/session", json!({})),
        ("/accounts/monitoring/session/policy", json!(2048)),
        ("/accounts/monitoring/session/remarks", json!("coarsened")),
        ("/hash", json!("abc")),
        ("/made", json!("yesterday")),
        ("/steps/0/number", json!(0)),
        ("/steps/0/effect", json!("write")),
        ("/steps/0/deed", json!("+")),
        ("/steps/0/expected", json!({ "is": "refused" })),
        ("/steps/0/parameters/0", json!({ "name": "x" })),
        ("/steps/3/parameters/0/secret/text", json!("the secret")),
        ("/needed/0/actions/0/action", json!("*")),
        ("/forecast", json!({ "from": 1 })),
        ("/run", json!("run-1")),
    ] {
        let mut other = whole.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match other.pointer_mut(parent).unwrap() {
            Json::Object(members) => drop(members.insert(name.to_owned(), value.clone())),
            list => list[name.parse::<usize>().unwrap()] = value.clone(),
        }
        assert!(!schema.is_valid(&other), "{value} is accepted at {pointer}");
    }
}

#[test]
fn it_says_what_the_plan_says() {
    let plan = whole();
    let json = published(&plan);
    assert_eq!(json["hash"], plan.hash());
    assert_eq!(json["has_changes"], true);
    assert_eq!(json["steps"].as_array().unwrap().len(), plan.steps.len());
    // Values are raw, and the key that is known later stands as its text.
    let key = &json["placeholders"][1];
    assert_eq!((&key["step"], &key["at"]), (&json!(2), &json!("/AccessKey/AccessKeyId")));
    let identity = json["steps"][9]["identity"].as_str().unwrap();
    assert!(identity.contains(key["text"].as_str().unwrap()), "{identity}");
    assert_eq!(json["steps"][3]["parameters"][0]["secret"]["object"], "ram:login-profile/bob");
    assert_eq!(json["steps"][9]["forecast"], false);
    assert_eq!(json["steps"][10]["forecast"], true);
    assert_eq!(json["steps"][11]["expected"], json!({ "is": "refused", "code": "NoPermission" }));
    insta::assert_snapshot!(serde_json::to_string_pretty(&json["steps"][4]).unwrap());
}
