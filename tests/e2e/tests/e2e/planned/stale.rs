//! A plan does not go on over what somebody else did since, and says what that was.

use host_e2e::{Home, Seen, crashing};
use serde_json::{Value as Json, json};

use super::{
    ACK, DELEGATE, MONITORING, SOURCE, apply, code, done, let_a_stranger_in, meddle, plan,
};

/// The saved plan is refused before anything is done, and it is said what changed.
#[track_caller]
fn is_stale(home: &Home, says: &[&str]) {
    let seen = apply(home, &["--json"]).exits(1);
    assert_eq!(code(&seen), "plan.stale", "{seen}");
    assert_eq!(done(&seen), [] as [String; 0], "{seen}");
    let ended = seen.ended();
    let drift = ended["drift"].as_array().expect("it is said what changed");
    let told = drift.iter().chain([&ended["reason"]]).filter_map(Json::as_str);
    let told = told.collect::<Vec<_>>().join("\n");
    for words in says {
        assert!(told.contains(words), "`{words}` changed: {seen}");
    }
}

#[test]
fn a_plan_is_stale_when_somebody_was_faster() {
    let home = Home::new();
    plan(&home, &DELEGATE);
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let user =
        "what `ram:GetUser` shows of user `alice` in source (6543210987654321) is not what it was";
    is_stale(&home, &[user, "+ it was not there, and is there now"]);
}

/// A step stands on all that was read of what it names, whoever read it.
#[test]
fn nothing_is_done_to_a_role_that_somebody_opened_since_the_plan() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let full: Vec<&str> = DELEGATE.iter().copied().chain(["-p", "access=full"]).collect();
    let (_, seen) = plan(&home, &full);
    assert!(seen.stdout.contains("attach policy `AliyunARMSFullAccess` to role"), "{seen}");
    meddle(&home, let_a_stranger_in);
    let stranger = "+ statement added: Allow sts:AssumeRole to RAM acs:ram::9999999999999999:root";
    let says = [
        "what `ram:GetRole` shows of role `arms-admin` in monitoring (1234567890123456) is not what it was",
        "~ who may assume it:",
        stranger,
    ];
    is_stale(&home, &says);
    let shown = home.host(&["show", "last"]).exits(0);
    assert!(shown.stdout.contains(stranger), "it is in the journal: {shown}");
}

/// What is refused for what a stranger did meanwhile is stale, and nobody is told how to let the stranger in.
#[test]
fn a_step_that_a_stranger_made_forbidden_is_stale() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let more =
        r#"users=[{"name":"alice","sign-in":"access-key"},{"name":"zoe","sign-in":"console"}]"#;
    let words: Vec<&str> = DELEGATE.iter().copied().chain(["-p", more]).collect();
    let (_, seen) = plan(&home, &words);
    assert_eq!(seen.exit, Some(4), "{seen}");
    meddle(&home, let_a_stranger_in);
    let seen = apply(&home, &[]);
    assert_eq!(seen.exit, Some(5), "{seen}");
    for words in [
        "the plan is stale",
        "statement added: Allow sts:AssumeRole to RAM acs:ram::9999999999999999:root",
    ] {
        assert!(seen.stderr.contains(words), "{words}: {seen}");
    }
    assert!(!seen.stderr.contains("--allow principal"), "{seen}");
}

const PAYMENT: &str = "c0fakepay000000000000000000000002";

/// Somebody sets up a cluster for themselves.
fn set_up_payment(accounts: &mut Json) {
    let clusters = &mut accounts[SOURCE]["clusters"]["items"];
    let shop = &clusters["c0fakeshop00000000000000000000001"]["known"]["addons"]["ack-onepilot"];
    let mut theirs = shop.clone();
    theirs["version"] = Json::from("5.1.1");
    theirs["config"]["uid"] = Json::from("9999999999999999");
    clusters[PAYMENT]["known"]["addons"]["ack-onepilot"] = theirs;
}

/// The same add-on in another cluster is another thing: that the run installed the one says nothing of the other.
#[test]
fn a_cluster_that_somebody_else_set_up_is_no_work_of_the_run() {
    let home = Home::new();
    plan(&home, &ACK);
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    meddle(&home, set_up_payment);
    let seen = apply(&home, &["--json"]);
    assert_eq!(code(&seen), "plan.stale", "{seen}");
    let ended = seen.ended();
    let reason = ended["reason"].as_str().unwrap_or_default();
    assert!(reason.contains(&format!("add-on `ack-onepilot` of cluster `{PAYMENT}`")), "{seen}");
    assert_eq!(ended["drift"], json!(["+ it was not there, and is there now"]), "{seen}");
    assert_eq!(done(&seen).len(), 5, "the first cluster and what it needs: {seen}");
    assert_eq!(seen.exit, Some(5), "{seen}");
}

/// Somebody takes the mark off the role: it is theirs by now.
fn take_the_role_over(accounts: &mut Json) {
    let role = &mut accounts[MONITORING]["roles"]["items"]["arms-admin"]["known"];
    role["tags"] = json!({ "owner": "platform" });
}

/// What a workflow says of it would be advice for the workflow, and the plan is what has to be made again.
#[test]
fn a_plan_is_stale_too_where_its_workflow_gives_up_over_what_changed() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let full: Vec<&str> = DELEGATE.iter().copied().chain(["-p", "access=full"]).collect();
    plan(&home, &full);
    meddle(&home, take_the_role_over);
    let gives_up = "the workflow ended with `workflow.object-foreign`";
    is_stale(&home, &["role `arms-admin` in monitoring", "removed `host:workflow`", gives_up]);
    let shown = home.host(&["show", "last"]).exits(0);
    assert!(shown.stdout.contains("removed `host:workflow`"), "it is in the journal: {shown}");
    // A plan of the cloud as it is says what the workflow says.
    let seen = home.host(&["plan", "workflows/delegate.wasm", "--simulate", "-p", "access=full"]);
    assert!(seen.both().contains("workflow.object-foreign"), "{seen}");
}

/// An offline cloud draws the same id for the run that comes next, planned or not.
#[test]
fn a_run_that_came_between_is_not_taken_for_the_plan() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    plan(&home, &ACK);
    home.host(&["run", "workflows/ack.wasm", "--simulate"]).exits(0);
    let seen = apply(&home, &["--json"]).exits(2);
    assert_eq!(code(&seen), "plan.run-taken", "{seen}");
    assert!(!seen.both().contains("applied"), "{seen}");
}

/// A run from a plan that dies when it has made a role, and goes on when somebody has changed what it made.
fn after_a_role_was_made(change: impl FnOnce(&mut Json)) -> Seen {
    let calm = dying();
    let count = calm.path("points").display().to_string();
    apply_with(&calm, ("HOST_CRASH_COUNT", &count)).exits(0);
    let points = std::fs::read_to_string(&count).expect("the program has crash points");
    let points: Vec<&str> = points.lines().collect();
    // It is kept when it begins, with the user, with its key, and with the role.
    let kept = points.iter().enumerate().filter(|(_, name)| **name == "offline cloud: kept");
    let made = kept.map(|(index, _)| index).nth(3).expect("the role is the third thing");
    let known = points.iter().skip(made).position(|name| *name == "journal: appended");
    let at = (made + known.expect("it is written down") + 1).to_string();

    let home = dying();
    let seen = apply_with(&home, ("HOST_CRASH_AT", &at));
    assert_eq!(seen.exit, None, "it is killed: {seen}");
    meddle(&home, change);
    home.host(&["resume", "last", "--json"])
}

/// A plan of `delegate`, and a program that can be told to die.
fn dying() -> Home {
    let home = Home::new();
    let clock = home.path("clock").display().to_string();
    let home = home.with_program(crashing()).with("HOST_CRASH_CLOCK", &clock);
    plan(&home, &DELEGATE);
    home
}

fn apply_with(home: &Home, order: (&str, &str)) -> Seen {
    let file = home.path("saved.plan").display().to_string();
    home.host_with(&[order], &["apply", &file])
}

/// Nothing is added to what somebody else has opened, and nobody vouches for it.
#[test]
fn what_a_run_made_is_still_so_before_it_gets_more() {
    let seen = after_a_role_was_made(|_| {}).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    let seen = after_a_role_was_made(let_a_stranger_in).exits(5);
    let ended = seen.ended();
    assert_eq!(ended["code"], "plan.stale", "{seen}");
    let reason = ended["reason"].as_str().unwrap_or_default();
    let what = "what `ram:GetRole` shows of role `arms-admin` in monitoring (1234567890123456) is not what the run made of it";
    assert!(reason.contains(what), "{seen}");
    let stranger = "statement added: Allow sts:AssumeRole to RAM acs:ram::9999999999999999:root";
    assert!(ended["drift"].to_string().contains(stranger), "{seen}");
    let attached = done(&seen).iter().any(|action| action == "AttachPolicyToRole");
    assert!(!attached, "{seen}");
}
