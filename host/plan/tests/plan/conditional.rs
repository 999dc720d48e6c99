//! Parts that may or may not be needed.

use host_model::Call;
use host_plan::{Allowed, Approved, Deed, Mismatch, Plan, compose, json, summary, words};
use serde_json::{Value as Json, json};

use crate::bed::{call, plan, rehearsal};

/// A role; perhaps a user, and for that user perhaps a key; a policy.
fn calls() -> Json {
    json!([
        { "do": "ram:CreateRole", "with": { "RoleName": "r" } },
        { "maybe": "nobody is there" },
        { "do": "ram:CreateUser", "with": { "UserName": "alice" } },
        { "maybe": "the user has no key" },
        { "do": "ram:CreateAccessKey", "with": { "UserName": "alice" } },
        { "end": true },
        { "do": "ram:AttachPolicyToUser", "with": { "UserName": "alice", "PolicyName": "p" } },
        { "end": true },
        { "maybe": "nothing comes of it" },
        { "end": true },
        { "do": "ram:CreatePolicy", "with": { "PolicyName": "p" } },
    ])
}

fn made() -> Plan {
    let rehearsal = rehearsal(&calls());
    plan(compose(&rehearsal, &rehearsal))
}

/// What a live run does.
enum Deal {
    Enter(&'static str),
    Leave,
    Call(Call),
}
use Deal::{Enter, Leave};

fn role() -> Deal {
    Deal::Call(call("ram:CreateRole", "source", &json!({ "RoleName": "r" })))
}

fn user() -> Deal {
    Deal::Call(call("ram:CreateUser", "source", &json!({ "UserName": "alice" })))
}

fn key() -> Deal {
    Deal::Call(call("ram:CreateAccessKey", "source", &json!({ "UserName": "alice" })))
}

fn attach() -> Deal {
    let with = json!({ "UserName": "alice", "PolicyName": "p" });
    Deal::Call(call("ram:AttachPolicyToUser", "source", &with))
}

fn policy() -> Deal {
    Deal::Call(call("ram:CreatePolicy", "source", &json!({ "PolicyName": "p" })))
}

const NOBODY: &str = "nobody is there";
const NO_KEY: &str = "the user has no key";

/// The numbers of the steps that went through, and how many were left; or why one did not.
fn apply(deals: Vec<Deal>) -> Result<(Vec<u32>, usize), Mismatch> {
    let mut approved = Approved::new(&made());
    let mut passed = Vec::new();
    for deal in deals {
        match deal {
            Enter(title) => approved.enter(title),
            Leave => approved.leave(),
            Deal::Call(call) => match approved.next(&call)? {
                Allowed::Planned(step) => passed.push(step.number),
                Allowed::Forecast { .. } => unreachable!("the plan is certain"),
            },
        }
    }
    Ok((passed, approved.left().len()))
}

#[test]
fn what_is_not_needed_is_passed_over_and_what_is_needed_is_due() {
    for (deals, passed) in [
        (vec![role(), policy()], vec![1, 5]),
        (vec![role(), Enter(NOBODY), user(), attach(), Leave, policy()], vec![1, 2, 4, 5]),
        (
            vec![
                role(),
                Enter(NOBODY),
                user(),
                Enter(NO_KEY),
                key(),
                Leave,
                attach(),
                Leave,
                Enter("nothing comes of it"),
                Leave,
                policy(),
            ],
            vec![1, 2, 3, 4, 5],
        ),
        (vec![role(), Enter("another part"), Leave, policy()], vec![1, 5]),
    ] {
        assert_eq!(apply(deals).unwrap(), (passed, 0));
    }
}

#[test]
fn a_part_that_is_needed_changes_nothing_else_of_what_was_approved() {
    let parts: [(&str, Vec<Deal>); 10] = [
        ("its steps, and it was not entered", vec![role(), user()]),
        ("another part's title", vec![role(), Enter("another part"), user()]),
        ("more in it than was planned", vec![role(), Enter(NOBODY), user(), user()]),
        ("less in it than was planned", vec![role(), Enter(NOBODY), user(), Leave, policy()]),
        ("what comes before it left out", vec![Enter(NOBODY), user()]),
        ("the inner part without the outer one", vec![role(), Enter(NO_KEY), key()]),
        (
            "the inner one inside of one that nobody planned",
            vec![role(), Enter("another part"), Enter(NOBODY), user()],
        ),
        ("its steps after it was left", vec![role(), Enter(NOBODY), Leave, user()]),
        (
            "the same part again, after it was left",
            vec![role(), Enter(NOBODY), Leave, Enter(NOBODY), user()],
        ),
        (
            "the same part twice",
            vec![role(), Enter(NOBODY), user(), attach(), Leave, Enter(NOBODY), user()],
        ),
    ];
    for (what, deals) in parts {
        let error = apply(deals).expect_err(what).to_string();
        assert!(error.contains("next is step"), "{what}: {error}");
    }
}

#[test]
fn what_is_needed_and_has_not_come_is_left() {
    assert_eq!(apply(vec![role(), Enter(NOBODY), user()]).unwrap(), (vec![1, 2], 2));
    assert_eq!(apply(vec![role()]).unwrap(), (vec![1], 1));
}

#[test]
fn it_is_marked_and_counts_for_itself() {
    let plan = made();
    let lines: Vec<String> = words(&plan).iter().map(ToString::to_string).collect();
    let has = |text: &str| lines.iter().any(|line| line.contains(text));
    for text in [
        "    + 1. create role `r`",
        "    ? + 2. create user `alice`",
        "    ? + 3. create an AccessKey for user `alice`",
        "steps 2, 3 and 4: \"nobody is there\"",
        "step 3: \"the user has no key\"",
    ] {
        assert!(has(text), "{text}\n{}", lines.join("\n"));
    }
    assert!(!has("nothing comes of it"), "{}", lines.join("\n"));
    assert!(summary(&plan).contains("2 to add"), "{}", summary(&plan));
    assert!(summary(&plan).contains("3 steps only if they turn out"), "{}", summary(&plan));
    let told = json(&plan);
    assert_eq!(told["steps"][1]["conditional"], 1);
    assert_eq!(told["steps"][2]["conditional"], 2);
    assert_eq!(told["steps"][4]["conditional"], Json::Null);
    assert_eq!(told["conditionals"][1]["inside"], 1);
    assert_eq!(told["repairs"][0]["steps"], json!([3]));
}

#[test]
fn what_may_not_be_needed_is_no_change_for_certain() {
    let only = json!([
        { "maybe": "something" },
        { "do": "ram:DeleteRole", "with": { "RoleName": "r" } },
        { "end": true },
        { "do": "ram:CreateRole", "with": { "RoleName": "s" }, "refused": "EntityAlreadyExists.Role" },
    ]);
    let rehearsal = rehearsal(&only);
    let plan = plan(compose(&rehearsal, &rehearsal));
    assert!(!plan.has_changes());
    assert!(summary(&plan).starts_with("No changes."), "{}", summary(&plan));
}

#[test]
fn a_removal_that_may_not_come_is_no_replacement() {
    let both = |maybe: bool| {
        let open = if maybe { json!({ "maybe": "something" }) } else { json!({ "end": true }) };
        let calls = json!([
            open,
            { "do": "ram:DeleteRole", "with": { "RoleName": "r" } },
            { "end": true },
            { "do": "ram:CreateRole", "with": { "RoleName": "r" } },
        ]);
        let rehearsal = rehearsal(&calls);
        plan(compose(&rehearsal, &rehearsal)).deeds()
    };
    assert_eq!(both(true), [Deed::Delete, Deed::Create]);
    assert_eq!(both(false), [Deed::Replace, Deed::Replace]);
}

#[test]
fn other_parts_in_the_other_rehearsal_make_a_forecast() {
    let one = rehearsal(&calls());
    for (what, other) in [
        ("a title", calls().to_string().replace(NO_KEY, "no key")),
        ("one less", calls().to_string().replace("\"maybe\":\"the user has no key\"", "\"end\":1")),
        (
            "one around another call",
            json!([
                { "do": "ram:CreateRole", "with": { "RoleName": "r" } },
                { "maybe": NOBODY },
                { "do": "ram:CreateUser", "with": { "UserName": "alice" } },
                { "do": "ram:CreateAccessKey", "with": { "UserName": "alice" } },
                { "do": "ram:AttachPolicyToUser", "with": { "UserName": "alice", "PolicyName": "p" } },
                { "maybe": NO_KEY },
                { "end": true },
                { "end": true },
                { "maybe": "nothing comes of it" },
                { "end": true },
                { "do": "ram:CreatePolicy", "with": { "PolicyName": "p" } },
            ])
            .to_string(),
        ),
    ] {
        let other = rehearsal(&serde_json::from_str(&other).expect("test data is sound"));
        let forecast = compose(&one, &other).forecast;
        assert!(forecast.is_some_and(|it| it.from <= 3), "{what}");
    }
    assert_eq!(compose(&one, &one).forecast, None);
}

#[test]
fn only_a_lost_key_is_mended() {
    let approved = Approved::new(&made());
    assert_eq!(
        [1, 2, 3, 4, 5].map(|step| approved.may_mend(step)),
        [false, false, true, false, false]
    );
    let none = Approved::new(&Plan { repairs: Vec::new(), ..made() });
    assert!(!none.may_mend(3), "without the plan's word nothing is");
}
