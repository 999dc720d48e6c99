//! The policy that a plan asks for allows what it needs, and nothing else.

use host_plan::{Needed, Observed, compose};
use host_ram::{Document, Kind, Request, evaluate};
use serde_json::json;

use crate::bed;

fn may(needed: &Needed, action: &str, resource: &str) -> bool {
    let document = Document::parse_as(Kind::Permission, &needed.policy()).expect("RAM takes it");
    let request =
        Request { action: action.to_owned(), resource: resource.to_owned(), ..Request::default() };
    evaluate(&request, &[("least", &document)], None).is_allowed()
}

#[test]
fn each_action_on_each_resource_and_no_other() {
    for name in ["delegate", "ack", "ecs", "undo"] {
        let plan = bed::recorded_plan(name);
        let needed = plan.needed();
        assert!(!needed.is_empty());
        for it in &needed {
            assert!(it.is_fine());
            for (action, resources) in &it.actions {
                for resource in resources {
                    assert!(may(it, action, resource), "{name}: {action} on {resource}");
                }
                let odd = "acs:ram:*:1234567890123456:role/another";
                assert!(resources.contains("*") || !may(it, action, odd), "{name}: {action}");
            }
            assert!(!may(it, "ram:CreateGroup", "*"));
        }
    }
}

#[test]
fn what_a_plan_stands_on_has_to_be_read() {
    let mut plan = bed::recorded_plan("delegate");
    let observed = |title: &str, identity: &str| Observed {
        step: 1,
        call: bed::call(title, identity, &json!({ "RoleName": "arms-admin" })),
        digest: String::new(),
        shown: None,
        changed_by: Vec::new(),
    };
    plan.observed = vec![
        observed("ram:GetRole", "monitoring"),
        observed("sts:GetCallerIdentity", "monitoring"),
        observed("ram:ListRoles", "monitoring/session/1"),
    ];
    let needed = plan.needed();
    let monitoring = needed.iter().find(|it| it.name == "monitoring").unwrap();
    let actions: Vec<&str> = monitoring.actions.keys().map(String::as_str).collect();
    assert_eq!(actions, ["ram:AttachPolicyToRole", "ram:CreateRole", "ram:GetRole"]);
    assert!(may(monitoring, "ram:GetRole", "acs:ram:*:1234567890123456:role/arms-admin"));
    assert!(!may(monitoring, "ram:GetRole", "acs:ram:*:1234567890123456:role/other"));
}

#[test]
fn what_is_known_later_is_anything() {
    let calls = |id: &str| {
        bed::rehearsal(&json!([
            { "do": "ram:CreateUser", "with": { "UserName": "a" }, "answer": { "Id": id } },
            { "do": "ram:DeleteRole", "with": { "RoleName": format!("r-{id}") } },
            { "do": "ram:DeleteUser", "with": { } },
        ]))
    };
    let plan = bed::plan(compose(&calls("decided-one"), &calls("decided-two")));
    let needed = &plan.needed()[0];
    assert!(may(needed, "ram:DeleteRole", "acs:ram:*:6543210987654321:role/r-anything"));
    assert!(!may(needed, "ram:DeleteRole", "acs:ram:*:6543210987654321:role/x-anything"));
    // Nobody is named: the caller is meant.
    assert!(may(needed, "ram:DeleteUser", "acs:ram:*:6543210987654321:user/operator"));
    assert!(!may(needed, "ram:DeleteUser", "acs:ram:*:6543210987654321:user/a"));
}

#[test]
fn one_that_would_be_too_long_names_actions_only() {
    let steps: Vec<serde_json::Value> = (0..200)
        .map(|it| json!({ "do": "ram:CreateUser", "with": { "UserName": format!("user-{it}") } }))
        .collect();
    let rehearsal = bed::rehearsal(&json!(steps));
    let plan = bed::plan(compose(&rehearsal, &rehearsal));
    let needed = &plan.needed()[0];
    assert!(!needed.is_fine());
    assert!(may(needed, "ram:CreateUser", "acs:ram:*:6543210987654321:user/user-199"));
    assert!(!may(needed, "ram:DeleteUser", "acs:ram:*:6543210987654321:user/user-199"));
    let text = crate::reading::text(&plan);
    assert!(text.contains("naming each would be longer than RAM takes"), "{text}");
}
