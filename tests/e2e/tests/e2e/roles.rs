//! Profiles that assume a role: what is granted goes along as the session policy, and is enough.

use std::fmt::Write as _;

use host_e2e::{ACK, Between, Break, DELEGATE, ECS, Home, Running, Seen, Server, crashing};
use serde_json::{Value as Json, json};

const CLOUD: &str = include_str!("roles.toml");
const MONITORING: &str = "1234567890123456";
const SOURCE: &str = "6543210987654321";

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
    write_profiles(&home, policy);
    (home, server)
}

fn write_profiles(home: &Home, policy: Option<&str>) {
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
    let stranger = role("stranger", MONITORING, other);
    let profiles = [monitoring, gate, chain, plain, stranger, role("source", SOURCE, other)];
    home.write_profiles(&json!({ "current": "plain", "profiles": profiles }).to_string());
}

/// `verb` with these words, at that address, as these profiles of the monitoring and of the source account.
fn words_of(verb: &str, address: &str, profiles: (&str, &str), words: &[&str]) -> Vec<String> {
    let endpoint = format!("http://{address}");
    let monitoring = format!("monitoring={}@{MONITORING}", profiles.0);
    let source = format!("source={}@{SOURCE}", profiles.1);
    let accounts = ["--endpoint", &endpoint, "--account", &monitoring, "--account", &source];
    [&[verb], words, &accounts].concat().into_iter().map(str::to_owned).collect()
}

fn host(cloud: &(Home, Server), verb: &str, profiles: (&str, &str), words: &[&str]) -> Seen {
    let words = words_of(verb, &cloud.1.address, profiles, words);
    cloud.0.host(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The call itself: a session policy has the name, too.
const CREATE_KEY: &str = "x-acs-action: CreateAccessKey";

const ROLES: (&str, &str) = ("monitoring", "source");

/// Calls that the cloud refused for lack of permission.
fn refused(seen: &Seen) -> Vec<Json> {
    let codes = ["NoPermission", "Forbidden", "Forbidden.RAM"];
    let is_refused = |call: &Json| codes.iter().any(|code| call["code"] == **code);
    seen.events_of("call").into_iter().filter(is_refused).collect()
}

#[track_caller]
fn goes_there_and_back(words: &[&str], profile: &str) {
    let cloud = cloud(None);
    let profiles = (profile, "source");
    let unasked = [words, &["--yes", "--json", "--verbose"]].concat();
    let run = host(&cloud, "run", profiles, &unasked).exits(0);
    assert_eq!(run.ended()["verdict"], "verified", "{run}");
    assert!(run.ended()["changes"].as_u64() > Some(0), "{run}");
    // What is refused on purpose is refused to other keys.
    let by_roles = |call: &&Json| call["identity"] == "monitoring" || call["identity"] == "source";
    assert_eq!(refused(&run).iter().find(by_roles), None, "{run}");
    let second = host(&cloud, "run", profiles, &unasked).exits(0);
    assert_eq!(second.ended()["changes"], 0, "{second}");
    let id = run.ended()["run"].as_str().expect("a run has an id").to_owned();
    let check = cloud.0.host(&["check", &id, "--json"]).exits(0);
    let plan: Json = serde_json::from_str(&check.stdout).unwrap_or_default();
    assert_eq!((&plan["has_changes"], &plan["unread"]), (&json!(false), &json!([])), "{check}");
    let undo = ["undo", &id, "--yes", "--json", "--allow", "command", "--verbose"];
    let undo = cloud.0.host(&undo).exits(0);
    assert_eq!(undo.ended()["verdict"], "done", "{undo}");
    assert!(refused(&undo).is_empty(), "{undo}");
}

/// The key is of the source account, the role of the monitoring account: who is refused what is said.
#[test]
fn a_role_that_is_refused_is_named_with_whose_key_asked() {
    let seen = host(&cloud(None), "plan", ("stranger", "plain"), &DELEGATE).exits(1);
    let role = format!("acs:ram::{MONITORING}:role/deployer");
    for words in [
        "error[credential.role-refused]",
        &format!("does not let profile `stranger` assume role `{role}`"),
        &format!("hint: let the trust of `{role}` name whoever has that key"),
    ] {
        assert!(seen.stderr.contains(words), "`{words}`: {seen}");
    }
}

#[test]
fn what_is_granted_is_enough_for_delegate_and_its_undo() {
    goes_there_and_back(&DELEGATE, "monitoring");
}

#[test]
fn what_is_granted_is_enough_for_ack_and_its_undo() {
    goes_there_and_back(&ACK, "chain");
}

#[test]
fn what_is_granted_is_enough_for_ecs_and_its_undo() {
    goes_there_and_back(&ECS, "monitoring");
}

/// Of a key whose reply was lost: looked for, switched off, deleted, and made again.
#[test]
fn what_is_granted_is_enough_to_settle_a_key_that_died_with_a_run() {
    let home = Home::new().with_program(crashing());
    let clock = home.path("clock").display().to_string();
    let home = home.with("HOST_CRASH_CLOCK", &clock);
    let server = Server::of_scenario_for(&home, CLOUD);
    write_profiles(&home, None);
    let between = Between::start(&server.address, CREATE_KEY, Break::BeforeReply);
    let unasked = [&DELEGATE[..], &["--yes", "--json", "--new"]].concat();
    let words = words_of("run", &between.address, ROLES, &unasked);
    let running = Running::start(&home, &words.iter().map(String::as_str).collect::<Vec<_>>());
    between.wait();
    // As `kill -9` would.
    drop(running);
    let seen = host(&(home, server), "run", ROLES, &unasked).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    let calls = seen.events_of("call");
    let deleted = calls.iter().find(|call| call["action"] == "DeleteAccessKey");
    assert_eq!(deleted.map(|call| &call["outcome"]), Some(&json!("ok")), "{seen}");
}

#[test]
fn a_run_goes_on_by_another_session_of_the_same_role() {
    let (home, server) = cloud(None);
    let words =
        words_of("run", &server.address, ROLES, &[&ACK[..], &["--yes", "--verbose"]].concat());
    let mut running = Running::start(&home, &words.iter().map(String::as_str).collect::<Vec<_>>());
    // The plan was shown before: this is the beginning of the run itself.
    assert!(running.wait_for("  source: account"), "it does not begin");
    assert!(running.wait_for("create user"), "it changes nothing");
    running.terminate();
    running.end().exits(5);
    // What the cloud held it to, it holds it to.
    write_profiles(&home, Some(NARROWER));
    let refused = home.host(&["resume", "last"]).exits(3).fails_with("plan.account-different");
    refused.says("held to a session policy of ").says(", which is the same one, held to ");
    write_profiles(&home, None);
    let seen = home.host(&["resume", "last", "--json"]).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
}

/// A profile's own policy, which the session policy is narrowed by.
const NARROWER: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ram:*","sts:*","arms:*","cs:*"],"Resource":"*"}]}"#;

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
    assert!(
        free.ends_with(&format!("not enforced by the cloud: {arn} is used as it is")),
        "{seen}"
    );
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

/// A saved plan is applied by another session of the same role.
#[test]
fn a_plan_is_applied_by_another_session_of_the_same_role() {
    let cloud = cloud(None);
    let file = cloud.0.path("saved.plan").display().to_string();
    let words = [&DELEGATE[..], &["-o", &file]].concat();
    host(&cloud, "plan", ROLES, &words).exits(4);
    let applied = cloud.0.host(&["apply", &file, "--json"]);
    assert_eq!(applied.events_of("run-started").len(), 1, "{applied}");
    assert_eq!(applied.ended()["verdict"], "verified", "{applied}");
}

/// What the plan says that the cloud enforces is what it enforces, or nothing is done.
#[test]
fn a_plan_is_not_applied_under_another_session_policy() {
    let cloud = cloud(None);
    let file = cloud.0.path("saved.plan").display().to_string();
    host(&cloud, "plan", ROLES, &[&DELEGATE[..], &["-o", &file]].concat()).exits(4);
    write_profiles(&cloud.0, Some(NARROWER));
    let applied = cloud.0.host(&["apply", &file]).exits(3).fails_with("plan.account-different");
    applied.says("held to a session policy of ").says(", which is the same one, held to ");
    assert_eq!(cloud.0.host(&["runs", "--json"]).stdout.trim(), "", "nothing was begun");
    write_profiles(&cloud.0, None);
    cloud.0.host(&["apply", &file, "--json"]).exits(0);
}

/// Role and session policy of every session that the cloud gave.
fn sessions(saved: &Json) -> Vec<(String, String)> {
    let text = |session: &Json, name: &str| session[name].as_str().unwrap_or_default().to_owned();
    let all = saved["cloud"]["state"]["sessions"].as_object().into_iter().flatten();
    all.map(|(_, it)| (text(it, "role"), text(it, "policy"))).collect()
}

#[test]
fn what_went_along_is_what_the_plan_says() {
    let home = Home::new();
    let scenario = home.write("scenario.toml", CLOUD).display().to_string();
    let file = home.path("saved.json");
    let save = file.display().to_string();
    let server = Server::start(&home, &["--scenario", &scenario, "--save", &save]);
    write_profiles(&home, None);
    let endpoint = format!("http://{}", server.address);
    let doctor = ["doctor", "--endpoint", &endpoint, "--profile", "chain", "--json"];
    home.host(&doctor).exits(0);
    let words = [&DELEGATE[..], &["--json"]].concat();
    let words = words_of("plan", &server.address, ("chain", "source"), &words);
    let seen = home.host(&words.iter().map(String::as_str).collect::<Vec<_>>()).exits(4);
    let plan: Json = serde_json::from_str(&seen.stdout).unwrap_or_default();
    server.terminate();
    let saved = std::fs::read_to_string(&file).unwrap_or_default();
    let mut gave = sessions(&serde_json::from_str(&saved).unwrap_or_default());
    let planned = |name: &str| {
        let policy = &plan["accounts"][name]["session"]["policy"];
        ("deployer".to_owned(), policy.as_str().unwrap_or_default().to_owned())
    };
    let allow = |action: &str, resource: &str| {
        let allow = json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        json!({ "Version": "1", "Statement": [allow] }).to_string()
    };
    let next = format!("acs:ram:*:{MONITORING}:role/deployer");
    let way = ("gate".to_owned(), allow("sts:AssumeRole", &next));
    let asking = ("deployer".to_owned(), allow("sts:GetCallerIdentity", "*"));
    let mut expected = [way.clone(), way, asking, planned("monitoring"), planned("source")];
    gave.sort();
    expected.sort();
    assert_eq!(gave, expected, "{seen}");
    assert!(planned("source").1.contains("ram:CreateAccessKey"), "{seen}");
}

/// A policy file of so many rules that their names do not fit.
fn crowded() -> String {
    let mut text = String::from(
        "reads = \"declared\"\n[[rule]]\nactions = [\"ims:*\", \"sts:*\", \"arms:*\", \"resourcemanager:*\", \
         \"ram:*User*\", \"ram:CreateAccessKey\", \"ram:CreateLoginProfile\"]\n\
         allow = [\"access-key\", \"console-login\", \"session\"]\n\
         [[rule]]\nactions = [\"ram:*\"]\nresources = [\"role/arms-admin\", \"policy/host-*\", \"acs:ram:*:system:policy/*\"]\n",
    );
    for number in 0..300 {
        let _ = writeln!(
            text,
            "[[rule]]\nactions = [\"ram:*Role*\"]\nresources = [\"role/shop-{number}\"]"
        );
    }
    text
}

#[test]
fn a_policy_that_does_not_fit_is_coarsened_and_shown() {
    let cloud = cloud(None);
    let file = cloud.0.write("policy.toml", crowded()).display().to_string();
    let words = [&DELEGATE[..], &["--policy", &file]].concat();
    let seen = host(&cloud, "plan", ROLES, &words).exits(4);
    let coarsened =
        "coarsened to kinds of objects, without their names, as STS takes 2048 characters at most";
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
    for (own, code) in [
        ("no JSON", "policy.session-unread"),
        (
            r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#,
            "policy.session-empty",
        ),
    ] {
        let cloud = cloud(Some(own));
        let seen = host(&cloud, "run", ROLES, &[&DELEGATE[..], &["--yes"]].concat()).exits(2);
        let seen = seen.fails_with(code);
        assert!(!seen.both().contains("AssumeRole"), "{seen}");
    }
}
