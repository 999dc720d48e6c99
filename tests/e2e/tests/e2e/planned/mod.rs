//! What was approved is what happens, or nothing.

mod checked;
mod stale;

use std::path::PathBuf;

use host_e2e::{Home, Secrets, Seen, hostile, workspace};
use serde_json::Value as Json;

/// A plan of these words, saved; and what was said.
fn plan(home: &Home, words: &[&str]) -> (PathBuf, Seen) {
    let file = home.path("saved.plan");
    let name = file.display().to_string();
    let words: Vec<&str> = ["plan"].iter().chain(words).chain(&["-o", &name]).copied().collect();
    let seen = home.host(&words);
    (file, seen)
}

fn apply(home: &Home, more: &[&str]) -> Seen {
    let name = home.path("saved.plan").display().to_string();
    let words: Vec<&str> = ["apply", &name].iter().chain(more).copied().collect();
    home.host(&words)
}

fn code(seen: &Seen) -> String {
    let all = seen.events();
    let last = all.last().cloned().unwrap_or_default();
    last["code"].as_str().unwrap_or_default().to_owned()
}

/// Calls with an effect that the cloud did.
fn done(seen: &Seen) -> Vec<String> {
    let is_done = |call: &Json| call["effect"] != "read" && call["outcome"] == "ok";
    let calls = seen.events_of("call").into_iter().filter(is_done);
    calls.map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect()
}

const DELEGATE: [&str; 2] = ["workflows/delegate.wasm", "--simulate"];
const ACK: [&str; 2] = ["workflows/ack.wasm", "--simulate"];

/// Everything that lasts: the offline cloud, its vault, the journal.
fn kept(home: &Home) -> Vec<(PathBuf, Vec<u8>)> {
    let files = Home::files(&home.state());
    let lasting = |path: &PathBuf| {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        !name.contains("journal.sqlite-") && !name.ends_with("lock")
    };
    files.into_iter().filter(|(path, _)| lasting(path)).collect()
}

/// A yes is to what was read, and what the workflow warns of was read before.
#[test]
fn what_a_workflow_warns_of_is_said_before_anybody_agrees() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    meddle(&home, let_a_stranger_in);
    let full: Vec<&str> = DELEGATE.iter().copied().chain(["-p", "access=full"]).collect();
    let (_, seen) = plan(&home, &full);
    assert_eq!(seen.exit, Some(4), "{seen}");
    let (_, warned) = seen.stdout.split_once("What the workflow warns of").unwrap_or_default();
    assert!(warned.contains("acs:ram::9999999999999999:root"), "{seen}");
}

/// The cloud of a home, which somebody changes by hand.
fn meddle(home: &Home, change: impl FnOnce(&mut Json)) {
    let files = Home::files(&home.state());
    let cloud = files.into_iter().find(|(path, _)| path.ends_with("cloud.json"));
    let (path, bytes) = cloud.expect("the offline cloud was kept");
    let text = String::from_utf8(bytes).expect("it is text");
    let (head, body) = text.split_once('\n').expect("it has a head");
    let mut body: Json = serde_json::from_str(body).expect("it is JSON");
    change(&mut body["cloud"]["state"]["accounts"]);
    std::fs::write(path, format!("{head}\n{body}")).expect("it can be written");
}

const MONITORING: &str = "1234567890123456";
const SOURCE: &str = "6543210987654321";

/// Whoever has the role is no longer those only who were asked for.
fn let_a_stranger_in(accounts: &mut Json) {
    let role = &mut accounts[MONITORING]["roles"]["items"]["arms-admin"]["known"];
    let trust = role["trust"]["known"].as_str().unwrap_or_default();
    let mut trust: Json = serde_json::from_str(trust).expect("it is a document");
    let stranger = serde_json::json!({
        "Effect": "Allow", "Action": "sts:AssumeRole",
        "Principal": { "RAM": "acs:ram::9999999999999999:root" },
    });
    trust["Statement"].as_array_mut().expect("it has statements").push(stranger);
    role["trust"]["known"] = Json::from(trust.to_string());
}

#[test]
fn planning_changes_nothing() {
    for words in [DELEGATE, ACK] {
        let home = Home::new();
        let run: Vec<&str> = ["run"].iter().chain(&words).copied().collect();
        // Something is there to be looked at, and the state folder has all that it will have.
        home.host(&run).exits(0);
        let before = kept(&home);
        let (_, seen) = plan(&home, &words);
        assert!([Some(0), Some(4)].contains(&seen.exit), "{seen}");
        assert_eq!(kept(&home).len(), before.len(), "{seen}");
        for ((path, before), (_, now)) in before.iter().zip(kept(&home)) {
            assert!(*before == now, "`{}` is another one after planning", path.display());
        }
        assert!(seen.stdout.contains("No changes."), "what is done needs no change: {seen}");
    }
}

#[test]
fn a_plan_says_what_can_be_typed_next() {
    let home = Home::new();
    let words = ["plan", "workflows/delegate.wasm", "--simulate"];
    let seen = home.host(&words).exits(4);
    assert!(seen.stderr.contains("\nnext: `host run …` with the same words shows this"), "{seen}");
    let (file, seen) = plan(&home, &DELEGATE);
    let apply = format!("\nsaved: `host apply {}` does exactly this", file.display());
    assert!(seen.stderr.contains(&apply) && !seen.stderr.contains("next: "), "{seen}");
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let seen = home.host(&words).exits(0);
    assert!(!seen.stderr.contains("next: "), "there is nothing to do: {seen}");
}

#[test]
fn a_plan_is_applied_step_by_step_and_once() {
    let home = Home::new();
    let (_, seen) = plan(&home, &ACK);
    assert_eq!(seen.exit, Some(4), "{seen}");
    assert!(seen.stdout.contains("(known after step 4)"), "{seen}");
    let mended = "should the reply be lost, the key that nobody has then is disabled and deleted";
    assert!(seen.stdout.contains(mended), "a yes is a yes to that as well: {seen}");
    let seen = apply(&home, &["--json"]).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    assert_eq!(done(&seen).len(), 7, "{seen}");
    let bundle = home.host(&["export", "last"]).exits(0);
    let bundle: Json = serde_json::from_str(&bundle.stdout).expect("evidence is JSON");
    let approved = &bundle["approvals"]["plan"];
    assert_eq!(approved["how"], "file", "{approved:#}");
    assert_eq!(approved["sha256"], approved["plan"]["hash"], "{approved:#}");
    assert!(approved["who"].as_str().is_some_and(|who| who.contains("uid")), "{approved:#}");
    let seen = apply(&home, &["--json"]).exits(2);
    assert_eq!(code(&seen), "plan.applied-already", "{seen}");
    assert!(seen.hint().contains("host show run-"), "{seen}");
}

#[test]
fn a_plan_leaves_the_offline_cloud_alone_whatever_the_words() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let before = Home::files(&home.state());
    let fresh: Vec<&str> = ["plan"].into_iter().chain(DELEGATE).chain(["--fresh"]).collect();
    let seen = home.host(&fresh).exits(2);
    assert!(seen.stderr.contains("plan.cloud-kept"), "{seen}");
    assert_eq!(Home::files(&home.state()), before, "nothing is gone");
    home.host(&["check", "last"]).exits(0);
}

/// Who was dropped loses the policy: what is attached says that it is there.
#[test]
fn what_is_taken_away_is_planned_as_it_happens() {
    let home = Home::new();
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let nobody: Vec<&str> = DELEGATE.iter().copied().chain(["-p", "users=[]"]).collect();
    let (_, seen) = plan(&home, &nobody);
    assert_eq!(seen.exit, Some(4), "{seen}");
    let line = "detach policy `host-assume-arms-admin` from user `alice`";
    assert!(seen.stdout.contains(line), "{seen}");
    let seen = apply(&home, &["--json"]);
    assert!(done(&seen).contains(&"DetachPolicyFromUser".to_owned()), "{seen}");
}

#[test]
fn a_file_that_was_changed_or_is_not_ours_is_refused() {
    let home = Home::new();
    let (file, _) = plan(&home, &DELEGATE);
    let text = std::fs::read_to_string(&file).expect("the plan was saved");
    let cases = [
        (text.replacen("alice", "mallory", 1), "plan.file-changed"),
        (text.replacen("\"format\": 1", "\"format\": 99", 1), "plan.format-unknown"),
        ("{".to_owned(), "plan.file-unreadable"),
    ];
    for (other, wanted) in cases {
        assert_ne!(other, text);
        std::fs::write(&file, other).expect("the plan can be written");
        let seen = apply(&home, &["--json"]);
        assert_eq!(code(&seen), wanted, "{seen}");
        assert!([Some(2), Some(3)].contains(&seen.exit), "{seen}");
    }
    let elsewhere = Home::untouched();
    elsewhere.write("saved.plan", &text);
    let seen = apply(&elsewhere, &["--json"]);
    assert_eq!(code(&seen), "plan.file-foreign", "{seen}");
    std::fs::write(&file, &text).expect("the plan can be written");
    let other = home.write("other.wasm", hostile()).display().to_string();
    let seen = apply(&home, &["--json", "--workflow", &other]).exits(3);
    assert_eq!(code(&seen), "plan.component-different", "{seen}");
}

#[test]
fn rule_15_what_is_not_in_the_plan_does_not_happen() {
    for (attack, first) in [
        ("planned-more", &["CreateUser", "CreateAccessKey"][..]),
        ("planned-other", &[]),
        ("planned-order", &[]),
        ("planned-wider", &[]),
        ("planned-maybe-other", &[]),
        ("planned-maybe-unsaid", &[]),
        ("planned-maybe-twice", &["CreateUser"]),
    ] {
        let home = Home::new();
        let workflow = home.write("hostile.wasm", hostile()).display().to_string();
        let attack = format!("attack={attack}");
        let (_, seen) = plan(&home, &[&workflow, "--simulate", "-p", &attack]);
        // What may not be needed is no change for certain.
        let is_certain = !attack.contains("maybe");
        assert_eq!(seen.exit, Some(if is_certain { 4 } else { 0 }), "{seen}");
        // Tasks take time, so that it is later now.
        home.host(&["run", "workflows/ack.wasm", "--simulate"]).exits(0);
        let seen = apply(&home, &["--json"]);
        assert_eq!(code(&seen), "plan.violated", "{attack}: {seen}");
        assert_eq!(seen.exit, Some(if first.is_empty() { 3 } else { 1 }), "{attack}: {seen}");
        assert_eq!(done(&seen), first, "{attack}: {seen}");
        let run = seen.ended()["run"].as_str().unwrap_or_default().to_owned();
        let shown = home.host(&["show", &run]);
        assert!(shown.both().contains("plan.violated"), "it is in the journal: {shown}");
    }
}

#[test]
fn what_may_be_needed_is_shown_as_such_and_happens_only_if_it_is() {
    for (later, made) in [(false, 2), (true, 3)] {
        let home = Home::new();
        let workflow = home.write("hostile.wasm", hostile()).display().to_string();
        let (_, seen) = plan(&home, &[&workflow, "--simulate", "-p", "attack=planned-maybe"]);
        assert_eq!(seen.exit, Some(4), "{seen}");
        for text in ["+ 1. create user", "? + 2. create user", "+ 3. create user"] {
            assert!(seen.stdout.contains(text), "{text}: {seen}");
        }
        assert!(seen.stdout.contains("\"a second one is wanted\""), "{seen}");
        assert!(seen.stdout.contains("2 to add"), "{seen}");
        assert!(!seen.stdout.contains("4. create user"), "nothing of it is seen after it: {seen}");
        if later {
            home.host(&["run", "workflows/ack.wasm", "--simulate"]).exits(0);
        }
        let seen = apply(&home, &["--json"]);
        assert_eq!(done(&seen).len(), made, "{seen}");
        let told = seen.events_of("conditional");
        assert_eq!(told.len(), 1, "{seen}");
        assert_eq!(told[0]["needed"], later, "{seen}");
    }
}

#[test]
fn what_may_not_be_read_is_unknown_and_named_and_the_plan_goes_on() {
    let home = Home::new();
    let builtin = workspace().join("host/simulator/data/two-accounts.toml");
    let builtin = std::fs::read_to_string(builtin).expect("it is the scenario that is built in");
    let fault = "[[fault]]\non = \"ram:GetUser\"\nkind = \"error\"\ncode = \"NoPermission\"\nstatus = 403\n";
    let scenario = home.write("closed.toml", format!("{builtin}\n{fault}"));
    let simulate = format!("--simulate={}", scenario.display());
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let (_, seen) = plan(&home, &[&workflow, &simulate, "-p", "attack=planned-order"]);
    assert_eq!(seen.exit, Some(4), "{seen}");
    for text in [
        "`hostile-two` in source (6543210987654321): `ram:GetUser` is needed, and was refused with `NoPermission`",
        "+ 2. create user `hostile-two` (nobody knows what comes of it; forecast)",
    ] {
        assert!(seen.stdout.contains(text), "{text}: {seen}");
    }
}

#[test]
fn conflicts_and_limits_that_a_run_will_meet_are_foreseen() {
    let home = Home::new();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let (_, seen) = plan(&home, &[&workflow, "--simulate", "-p", "attack=planned-refused"]);
    assert_eq!(seen.exit, Some(4), "{seen}");
    for text in [
        "+ 1. create user `hostile-planned`\n",
        "> 2. create user `hostile-planned` (expected to be refused with `EntityAlreadyExists.User`)",
        "+ 4. create an AccessKey for user `hostile-planned`\n",
        "> 5. create an AccessKey for user `hostile-planned` (expected to be refused with `LimitExceeded.User.AccessKey`)",
    ] {
        assert!(seen.stdout.contains(text), "{text}: {seen}");
    }
    let seen = apply(&home, &["--json"]);
    assert_eq!(done(&seen), ["CreateUser", "CreateAccessKey", "CreateAccessKey"], "{seen}");
}

#[test]
fn what_machines_may_need_is_in_the_plan_of_ecs() {
    let home = Home::new();
    let services = "services=[{\"name\":\"orders\"}]";
    let words = ["workflows/ecs.wasm", "--simulate", "-p", services];
    let (_, seen) = plan(&home, &words);
    assert_eq!(seen.exit, Some(4), "{seen}");
    for text in [
        "    > 1. run script `host-ecs-look`",
        "    ? ~ 2. run script `host-ecs-fetch`",
        "    ? ~ 3. run script `host-ecs-install`",
        "From step 2 on this is a forecast",
    ] {
        assert!(seen.stdout.contains(text), "{text}: {seen}");
    }
}

/// What is on a machine is known when a script has looked at it, and planning runs none.
#[test]
fn machines_are_planned_as_a_run_saw_them_last() {
    const ECS: [&str; 2] = ["workflows/ecs.wasm", "--simulate"];
    let home = Home::new();
    let host = |command: &str, more: &[&str]| home.host(&[&[command], &ECS[..], more].concat());
    let is_unknown = || {
        let seen = host("plan", &[]).exits(4);
        assert!(seen.stdout.contains("only if they turn out to be needed"), "{seen}");
    };
    let is_as_the_last_run_saw_it = || {
        let runs = home.host(&["runs", "--json"]).events_of("run-listed");
        let run = runs[0]["run"].as_str().unwrap_or_default();
        let seen = host("plan", &[]).exits(0);
        let said = format!("Machines are supposed to be as {run} saw them at ");
        assert!(seen.stdout.contains(&said), "{seen}");
        assert!(seen.stdout.contains("\nNo changes."), "{seen}");
        let seen = home.host(&["check", run]).exits(0);
        assert!(seen.both().contains("machines are looked at by a run only"), "{seen}");
    };
    is_unknown();
    host("run", &[]).exits(0);
    is_as_the_last_run_saw_it();
    // Who only looks changes nothing, whoever tells it.
    let seen = host("run", &[]).exits(0);
    assert!(seen.stderr.contains("  > source: run script `host-ecs-look`"), "{seen}");
    assert!(seen.stderr.contains("; 0 changed, 0 pending, 0 failed"), "{seen}");
    assert!(!seen.stderr.contains("\nchanged ("), "{seen}");
    let told = home.host(&["show", "last"]).exits(0);
    assert!(
        told.stdout.contains("  > source (6543210987654321): run script `host-ecs-look`"),
        "{told}"
    );
    // Somebody takes the agent away, which only a script can see. The run sees it, and mends it.
    meddle(&home, |accounts| {
        let machine = &mut accounts[SOURCE]["instances"]["items"]["i-fakebilling0000000001"];
        let machine = &mut machine["known"]["machine"];
        machine["agents"] = serde_json::json!({});
        machine["services"][0]["setup"] = Json::Null;
    });
    is_as_the_last_run_saw_it();
    let run = host("run", &["--json"]).exits(0).ended();
    assert!(run["changes"].as_u64() > Some(0), "{run}");
    is_as_the_last_run_saw_it();
    // What is sent to machines after a look, nobody has seen.
    let seen = home.host(&["undo", "last", "--yes"]).exits(0);
    assert!(seen.stderr.contains("is taken back"), "{seen}");
    is_unknown();
}

#[test]
fn who_takes_a_value_apart_gets_a_forecast() {
    let home = Home::new();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let (_, seen) = plan(&home, &[&workflow, "--simulate", "-p", "attack=planned-apart"]);
    assert!(seen.stdout.contains("forecast"), "{seen}");
    let file = std::fs::read_to_string(home.path("saved.plan")).expect("the plan was saved");
    let saved: Json = serde_json::from_str(&file).expect("it is JSON");
    assert_eq!(saved["plan"]["forecast"]["from"], 2, "{file}");
}

#[test]
fn a_plan_shows_no_secret_of_what_is_there() {
    let home = Home::new();
    home.host(&["run", "workflows/ack.wasm", "--simulate"]).exits(0);
    let mut secrets = Secrets::default();
    secrets.learn_cloud(&home.state());
    assert!(secrets.count() > 2, "only {} secrets are known", secrets.count());
    // Settings that hold the key are what a plan shows the difference to.
    meddle(&home, |accounts| {
        let clusters = accounts[SOURCE]["clusters"]["items"].as_object_mut();
        for cluster in clusters.expect("there are clusters").values_mut() {
            let addon = &mut cluster["known"]["addons"]["ack-onepilot"];
            if addon.is_object() {
                addon["config"]["uid"] = Json::from("999");
            }
        }
    });
    let words = ["workflows/ack.wasm", "--simulate", "-p", "replace-reporting=true"];
    let (file, seen) = plan(&home, &words);
    assert_eq!(seen.exit, Some(4), "{seen}");
    assert!(seen.stdout.contains("/accessKeySecret"), "the key's place is shown: {seen}");
    secrets.are_not_in("the plan", &seen.both());
    let saved = std::fs::read_to_string(file).expect("the plan was saved");
    secrets.are_not_in("the file of the plan", &saved);
    let json: Vec<&str> = ["plan"].iter().chain(&words).chain(&["--json"]).copied().collect();
    secrets.are_not_in("the plan as data", &home.host(&json).both());
}
