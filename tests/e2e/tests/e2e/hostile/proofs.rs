//! Rule 13: what applications prove.

use host_e2e::{Home, hostile_manifest, hostile_module, with_manifest};
use serde_json::{Value as Json, json};

use super::{home_with, seen};

/// The cluster that the attack changes.
const CLUSTER: &str = "c0fakepay000000000000000000000002";

/// Where the source account begins: one more application stands before it, of the cluster, from before.
const SOURCE: &str = "[accounts.source]\n";
const OLD: &str = r#"[[accounts.monitoring.apps]]
name = "old-ledger"
region = "cn-hangzhou"
pid = "fakepid009@0123456789abcde"
app_id = 1000009
cluster_id = "c0fakepay000000000000000000000002"

[accounts.source]
"#;

fn proof(id: &str, level: &str, each: &Json) -> Json {
    let mut proof = json!({
        "id": id, "title": id, "action": "arms:ListTraceApps", "by": "account",
        "account": "monitoring", "expects": "reply", "level": level,
    });
    if !each.is_null() {
        proof["each"] = each.clone();
        proof["when-entered"] = json!(each["of"] == "application");
    }
    proof
}

fn home(proofs: &[Json]) -> Home {
    let home = home_with(&[(SOURCE, OLD)]);
    let mut manifest = hostile_manifest();
    manifest["proofs"] = json!(proofs);
    home.write("hostile.wasm", with_manifest(hostile_module(), &manifest));
    home
}

#[track_caller]
fn verdict(home: &Home, moves: &str) -> String {
    let object = format!("object={moves}");
    let seen = seen(home, "proof-moves", &["--fresh", "-p", &object]);
    let ended = seen.ended();
    assert!(ended["output"]["got"].is_array(), "the moves came to no end: {seen}");
    ended["verdict"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn rule_13_applications_count_only_against_the_same_list_from_before_the_change() {
    let each = json!({
        "of": "cluster", "named-by": "cluster_id", "items": "/TraceApps",
        "thing": "/ClusterId", "id": "/Pid", "touched": "/UpdateTime",
    });
    let home = home(&[proof("applications", "data", &each)]);
    let honest = "list:all,change,wait,step:applications,list:all";
    assert_eq!(verdict(&home, honest), "verified", "an honest run");
    let claims = format!("list:all,change,wait,claim:applications,claim:applications/{CLUSTER}");
    let moves = [
        ("no list before", "change,wait,step:applications,list:all"),
        ("a list after the change", "change,list:all,wait,step:applications,list:all"),
        ("of another region", "list:elsewhere,change,wait,step:applications,list:all"),
        ("of another account", "list:source,change,wait,step:applications,list:all"),
        ("asked for less", "list:filtered,change,step:applications,list:all"),
        ("was there before", "list:all,change,step:applications,list:all"),
        ("another step", "list:all,change,wait,step:application,list:all"),
        ("another thing's step", "list:all,change,wait,step:applications/other,list:all"),
        ("looked in another account", "list:all,change,wait,step:applications,list:source"),
        ("looked before the change", "list:all,step:applications,list:all,change"),
        ("never looked", "list:all,change,wait"),
        ("only claimed", &claims),
    ];
    for (what, moves) in moves {
        assert_ne!(verdict(&home, moves), "verified", "{what}");
    }
}

#[test]
fn rule_13_what_was_changed_must_be_proven_even_if_its_step_is_left_out() {
    let each = json!({
        "of": "application", "named-by": "Parameters/app_name", "items": "/TraceApps",
        "thing": "/AppName", "id": "/Pid", "touched": "/UpdateTime",
    });
    let proofs = [proof("look", "access", &Json::Null), proof("applications", "data", &each)];
    let home = home(&proofs);
    assert_eq!(verdict(&home, "step:look,list:all"), "verified", "nothing was changed");
    let moves = [
        ("its step is left out", "step:look,list:all,install:shop"),
        ("its name is a number", "step:look,list:all,install-number"),
        ("was there", "step:look,list:all,install:order-service,step:applications,list:all"),
        (
            "another was proven",
            "step:look,list:all,install:shop,step:applications/old-ledger,list:all",
        ),
    ];
    for (what, moves) in moves {
        assert_ne!(verdict(&home, moves), "verified", "{what}");
    }
}
