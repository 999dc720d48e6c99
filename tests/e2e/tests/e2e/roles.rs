//! Profiles that assume a role: what is granted goes along as the session policy, and is enough.

use std::fmt::Write as _;

use host_e2e::{ACK, ECS, Home, Seen, Server};
use serde_json::{Value as Json, json};

const CLOUD: &str = include_str!("roles.toml");
const MONITORING: &str = "1234567890123456";
const SOURCE: &str = "6543210987654321";
const USERS: &str =
    r#"users=[{"name":"alice","sign-in":"access-key"},{"name":"bob","sign-in":"console"}]"#;

const DELEGATE: [&str; 15] = [
    "workflows/delegate.wasm",
    "-p",
    "region=cn-hangzhou",
    "-p",
    "role-name=arms-admin",
    "-p",
    "access=read-only",
    "-p",
    USERS,
    "-p",
    "untrusted-user=outsider",
    "--allow",
    "access-key",
    "--allow",
    "console-login",
];

/// An account's operator who assumes its role `deployer`.
fn role(name: &str, account: &str, key: (&str, &str)) -> Json {
    json!({
        "name": name, "mode": "RamRoleArn", "access_key_id": key.0, "access_key_secret": key.1,
        "ram_role_arn": format!("acs:ram::{account}:role/deployer"),
    })
}

/// A cloud, and a user whose profiles assume roles in it; `policy` is the one that the first brings.
fn cloud(policy: Option<&str>) -> (Home, Server) {
    let (home, server) = Server::of_scenario(CLOUD);
    let (key, other) = (
        ("LTAI5tFakeMonitoringOperator1", "FakeMonitoringOperatorSecret01"),
        ("LTAI5tFakeSourceOperator00001", "FakeSourceOperatorSecret00001"),
    );
    let mut monitoring = role("monitoring", MONITORING, key);
    if let Some(policy) = policy {
        monitoring["policy"] = policy.into();
    }
    let mut gate = role("gate", MONITORING, key);
    gate["ram_role_arn"] = format!("acs:ram::{MONITORING}:role/gate").into();
    let chain = json!({
        "name": "chain", "mode": "ChainableRamRoleArn", "source_profile": "gate",
        "ram_role_arn": format!("acs:ram::{MONITORING}:role/deployer"),
    });
    let plain = json!({
        "name": "plain", "mode": "AK", "access_key_id": other.0, "access_key_secret": other.1,
    });
    let profiles = [monitoring, gate, chain, plain, role("source", SOURCE, other)];
    home.write_profiles(&json!({ "current": "plain", "profiles": profiles }).to_string());
    (home, server)
}

/// `verb` with these words, the profile `monitoring` unless another is named, and the profile `source`.
fn host(cloud: &(Home, Server), verb: &str, profiles: (&str, &str), words: &[&str]) -> Seen {
    let (home, server) = cloud;
    let endpoint = format!("http://{}", server.address);
    let monitoring = format!("monitoring={}@{MONITORING}", profiles.0);
    let source = format!("source={}@{SOURCE}", profiles.1);
    let accounts = ["--endpoint", &endpoint, "--account", &monitoring, "--account", &source];
    home.host(&[&[verb], words, &accounts].concat())
}

const ROLES: (&str, &str) = ("monitoring", "source");

/// Calls that the cloud refused for lack of permission.
fn refused(seen: &Seen) -> Vec<Json> {
    let codes = ["NoPermission", "Forbidden", "Forbidden.RAM"];
    let is_refused = |call: &Json| codes.iter().any(|code| call["code"] == **code);
    seen.events_of("call").into_iter().filter(is_refused).collect()
}

#[test]
fn every_workflow_runs_and_is_taken_back_with_what_is_granted() {
    for (words, profile) in
        [(&DELEGATE[..], "monitoring"), (&ACK[..], "chain"), (&ECS[..], "monitoring")]
    {
        let cloud = cloud(None);
        let profiles = (profile, "source");
        let unasked = [words, &["--yes", "--json", "--verbose"]].concat();
        let run = host(&cloud, "run", profiles, &unasked).exits(0);
        assert_eq!(run.ended()["verdict"], "verified", "{run}");
        assert!(run.ended()["changes"].as_u64() > Some(0), "{run}");
        let second = host(&cloud, "run", profiles, &unasked).exits(0);
        assert_eq!(second.ended()["changes"], 0, "{second}");
        // What is refused on purpose is refused to other keys, by what they may not.
        let by_roles = |call: &&Json| call["identity"] == "monitoring" || call["identity"] == "source";
        let refused = refused(&run);
        assert_eq!(refused.iter().find(by_roles), None, "{run}");
        let id = run.ended()["run"].as_str().unwrap().to_owned();
        let check = cloud.0.host(&["check", &id, "--json"]).exits(0);
        assert!(check.both().contains("No changes."), "{check}");
        let undo = cloud.0.host(&["undo", &id, "--yes", "--json", "--allow", "command", "--verbose"]);
        let undo = undo.exits(0);
        assert_eq!(undo.ended()["verdict"], "done", "{undo}");
    }
}

#[test]
fn a_plan_says_of_each_account_whether_the_cloud_enforces_it() {
    let cloud = cloud(None);
    let seen = host(&cloud, "plan", ("monitoring", "plain"), &DELEGATE).exits(4);
    let line = |name: &str| {
        let found = seen.stdout.lines().find(|line| line.trim_start().starts_with(name));
        found.unwrap_or_default().trim().to_owned()
    };
    let held = line(&format!("monitoring ({MONITORING}): "));
    assert!(held.contains(": enforced by the cloud: session policy of "), "{held}: {seen}");
    let free = line(&format!("source ({SOURCE}): "));
    let arn = format!("acs:ram::{SOURCE}:user/operator");
    assert!(free.ends_with(&format!("not enforced by the cloud: {arn} is used as it is")), "{seen}");
    // The same for programs, with the document.
    let json = [&DELEGATE[..], &["--json"]].concat();
    let seen = host(&cloud, "plan", ("monitoring", "plain"), &json).exits(4);
    let plan: Json = serde_json::from_str(&seen.stdout).unwrap_or_default();
    let policy = plan["accounts"]["monitoring"]["session"]["policy"].as_str().unwrap_or_default();
    assert!(policy.contains("ram:CreateRole") && !policy.contains("ram:DeleteRole"), "{seen}");
    assert_eq!(plan["accounts"]["source"].get("session"), None, "{seen}");
    let length = format!("session policy of {} characters", policy.chars().count());
    assert!(held.contains(&length), "{held}, not {length}");
}

/// A saved plan is applied, and a run that stopped goes on, by another session of the same role.
#[test]
fn another_session_of_the_same_role_is_the_same_caller() {
    let cloud = cloud(None);
    let file = cloud.0.path("saved.plan").display().to_string();
    let words = [&DELEGATE[..], &["-o", &file]].concat();
    host(&cloud, "plan", ROLES, &words).exits(4);
    let applied = cloud.0.host(&["apply", &file, "--json"]);
    assert_eq!(applied.events()[0]["event"], "run-started", "{applied}");
    assert_eq!(applied.ended()["verdict"], "verified", "{applied}");
}

/// A policy file of so many rules that their names do not fit.
fn crowded() -> String {
    let mut text = String::from(
        "reads = \"declared\"\n[[rule]]\nactions = [\"ims:*\", \"sts:*\", \"arms:*\", \"resourcemanager:*\", \
         \"ram:*User*\", \"ram:CreateAccessKey\", \"ram:CreateLoginProfile\"]\n\
         allow = [\"access-key\", \"console-login\", \"session\"]\n\
         [[rule]]\nactions = [\"ram:*\"]\nresources = [\"role/arms-admin\", \"acs:ram:*:system:policy/*\"]\n",
    );
    for number in 0..300 {
        let _ = writeln!(text, "[[rule]]\nactions = [\"ram:*Role*\"]\nresources = [\"role/shop-{number}\"]");
    }
    text
}

#[test]
fn a_policy_that_does_not_fit_is_coarsened_and_shown() {
    let cloud = cloud(None);
    let file = cloud.0.write("policy.toml", crowded()).display().to_string();
    let words = [&DELEGATE[..], &["--policy", &file]].concat();
    let seen = host(&cloud, "plan", ROLES, &words).exits(4);
    let coarsened = "coarsened to kinds of objects, without their names, as STS takes 2048 characters at most";
    assert!(seen.stdout.contains(coarsened), "{seen}");
    assert!(seen.stderr.contains(&format!("account `monitoring` is {coarsened}")), "{seen}");
    let words = [&words[..], &["--yes", "--json"]].concat();
    let run = host(&cloud, "run", ROLES, &words).exits(0);
    assert_eq!(run.ended()["verdict"], "verified", "{run}");
}

#[test]
fn what_a_profile_forbids_stays_forbidden() {
    let narrow = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:*","sts:*","arms:*","ims:*"],"Resource":"*"},{"Effect":"Deny","Action":"ram:CreateRole","Resource":"*"}]}"#;
    let held = cloud(Some(narrow));
    let words = [&DELEGATE[..], &["--yes", "--json"]].concat();
    let run = host(&held, "run", ROLES, &words);
    assert_ne!(run.exit, Some(0), "{run}");
    let is_it = |call: &Json| call["action"] == "CreateRole" && call["code"] == "NoPermission";
    assert!(run.events_of("call").iter().any(is_it), "{run}");
    let plan = host(&held, "plan", ROLES, &DELEGATE);
    assert!(plan.stdout.contains("narrowed by the profile's own policy"), "{plan}");
    // What cannot be joined, or leaves nothing, is refused before anything is asked of the cloud.
    for (own, code) in [("no JSON", "policy.session-unread"), (
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#,
        "policy.session-empty",
    )] {
        let cloud = cloud(Some(own));
        let seen = host(&cloud, "run", ROLES, &[&DELEGATE[..], &["--yes"]].concat()).exits(2);
        let seen = seen.fails_with(code);
        assert!(!seen.both().contains("AssumeRole"), "{seen}");
    }
}
