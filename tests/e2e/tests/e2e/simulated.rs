//! `host run --simulate`: what a newcomer types first.

use host_e2e::{Home, Running, delegate, workspace};
use serde_json::Value as Json;

fn workflow() -> String {
    delegate().display().to_string()
}

/// The commands of the README, in order: lines of its shell blocks.
fn readme_commands() -> Vec<String> {
    let text = std::fs::read_to_string(workspace().join("README.md")).expect("there is a README");
    let mut commands = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(kind) = line.strip_prefix("```") {
            inside = !inside && ["sh", "shell", "console", "bash"].contains(&kind.trim());
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            commands.push(line.trim().trim_start_matches("$ ").to_owned());
        }
    }
    commands
}

#[test]
fn the_first_two_commands_of_the_readme_work() {
    let commands = readme_commands();
    let [first, second, ..] = commands.as_slice() else {
        panic!("the README has not two commands: {commands:?}");
    };
    let words = first.strip_prefix("cargo run --release -- ").expect("it runs the program");
    let words: Vec<&str> = words.split_whitespace().collect();
    let seen = Home::new().host(&words).exits(0);
    assert!(seen.stderr.contains("verified: "), "{seen}");
    // The second one would run this test again: that it is what CI calls is what can be seen of it here.
    assert_eq!(second, "cargo xtask check");
    let path = workspace().join(".ci/run");
    let script = std::fs::read_to_string(&path).expect("there is a script of CI");
    let calls: Vec<&str> =
        script.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()).collect();
    assert_eq!(calls, [format!("exec {second} \"$@\"")], "{}", path.display());
    let facts = std::fs::metadata(&path).expect("the script is there");
    let mode = std::os::unix::fs::PermissionsExt::mode(&facts.permissions());
    assert_eq!(mode & 0o111, 0o111, "{} cannot be run", path.display());
    let alias = std::fs::read_to_string(workspace().join(".cargo/config.toml"));
    let alias: toml::Table = alias.expect("cargo has settings").parse().expect("they are TOML");
    let alias = alias["alias"]["xtask"].as_str().expect("`cargo xtask` is an alias");
    assert!(alias.starts_with("run ") && alias.contains("--package xtask"), "{alias}");
}

/// The folder of the only offline cloud, and its lock, held as another run would hold it.
fn held(home: &Home) -> (std::path::PathBuf, std::fs::File) {
    // A first run makes both.
    home.host(&["run", &workflow(), "--simulate"]).exits(0);
    let clouds = std::fs::read_dir(home.state().join("simulated")).expect("there are clouds");
    let cloud = clouds.flatten().next().expect("there is one").path();
    let lock = std::fs::OpenOptions::new().write(true).open(cloud.join("lock"));
    let lock = lock.expect("the cloud has a lock");
    lock.lock().expect("nobody holds it");
    (cloud, lock)
}

#[test]
fn two_runs_of_one_offline_cloud_follow_each_other() {
    let home = Home::new();
    let (cloud, lock) = held(&home);
    std::fs::write(cloud.join("lock"), "4711\n").unwrap();
    let mut first = Running::start(&home, &["run", &workflow(), "--simulate", "--json"]);
    assert!(first.wait_for("waiting for it to end"), "it does not wait");
    // What the holder does is seen by who waited: here it begins with a new cloud.
    std::fs::remove_file(cloud.join("cloud.json")).unwrap();
    std::fs::remove_dir_all(cloud.join("vault")).unwrap();
    std::fs::remove_file(cloud.join("vault.pin")).unwrap();
    let second = Running::start(&home, &["run", &workflow(), "--simulate", "--json"]);
    drop(lock);
    let seen = [first.end().exits(0), second.end().exits(0)];
    let holder =
        format!("another run (process 4711) has the offline cloud in `{}`", cloud.display());
    assert!(seen[0].stderr.contains(&holder), "{}", seen[0]);
    let mut changes = seen.map(|seen| seen.ended()["changes"].as_u64().unwrap_or_default());
    changes.sort_unstable();
    assert!(changes[0] == 0 && changes[1] > 0, "one makes all, the other finds it: {changes:?}");
}

#[test]
fn a_run_that_waits_for_another_can_be_ended() {
    let home = Home::new();
    let (_, _lock) = held(&home);
    let mut waiting = Running::start(&home, &["run", &workflow(), "--simulate"]);
    assert!(waiting.wait_for("waiting for it to end"), "it does not wait");
    waiting.terminate();
    assert_eq!(waiting.end().exit, None, "a signal ends it");
}

#[test]
fn a_run_in_the_offline_cloud_is_verified_and_the_second_one_changes_nothing() {
    let home = Home::new();
    let first = home.host(&["run", &workflow(), "--simulate", "--json"]).exits(0);
    let ended = first.ended();
    assert_eq!(ended["verdict"], "verified", "{first}");
    assert!(ended["changes"].as_u64().unwrap() > 0, "{first}");
    let second = home.host(&["run", &workflow(), "--simulate", "--json"]).exits(0);
    assert_eq!(second.ended()["verdict"], "verified", "{second}");
    assert_eq!(second.ended()["changes"], 0, "{second}");
}

#[test]
fn fresh_begins_with_a_new_cloud_and_the_same_seed_repeats_itself() {
    let home = Home::new();
    let run = |more: &[&str]| {
        let workflow = workflow();
        let mut arguments = vec!["run", &workflow, "--simulate", "--json"];
        arguments.extend_from_slice(more);
        home.host(&arguments).exits(0)
    };
    let first = run(&[]);
    let again = run(&["--fresh"]);
    // The journal has a run of the first id, so the second one gets another; names of sessions have it too.
    let without_run = |events: Vec<Json>| {
        let run = events[0]["run"].as_str().expect("events name their run").to_owned();
        let strip = |event: &Json| event.to_string().replace(&run, "RUN");
        events.iter().map(strip).collect::<Vec<_>>()
    };
    assert_eq!(first.ended()["changes"], again.ended()["changes"]);
    let (first, again) = (without_run(first.events()), without_run(again.events()));
    assert_eq!(first, again);
}

#[test]
fn events_say_who_did_what_where() {
    let home = Home::new();
    let seen = home.host(&["run", &workflow(), "--simulate", "--json"]).exits(0);
    let events = seen.events();
    assert_eq!(events[0]["event"], "run-started");
    let run = events[0]["run"].as_str().unwrap().to_owned();
    assert!(run.starts_with("run-"), "{run}");
    assert!(events.iter().all(|event| event["run"] == run.as_str()), "{seen}");
    let known = ["run-started", "step", "call", "log", "check", "note", "run-ended"];
    for event in &events {
        assert!(known.contains(&event["event"].as_str().unwrap()), "{event}");
    }
    let calls = seen.events_of("call");
    assert!(calls.len() > 10, "{seen}");
    for call in calls {
        for field in ["account", "product", "action", "effect", "outcome"] {
            assert!(call[field].is_string(), "{field}: {call}");
        }
        let sent = ["ok", "refused"].contains(&call["outcome"].as_str().unwrap());
        assert!(!sent || call["request_id"].is_string(), "{call}");
    }
    let ended = seen.ended();
    assert!(ended["proofs"].as_array().unwrap().iter().any(|it| it["seen"] == true), "{ended}");
}

#[test]
fn people_read_steps_changes_and_a_verdict() {
    let home = Home::new();
    let seen = home.host(&["run", &workflow(), "--simulate"]).exits(0);
    assert!(seen.stderr.contains("nothing leaves this machine"), "{seen}");
    assert!(seen.stderr.contains("▸ "), "{seen}");
    assert!(seen.stderr.contains("\nverified: "), "{seen}");
    assert!(!seen.stdout.is_empty(), "the report is data: {seen}");
    assert!(!seen.stdout.contains("verified: "), "the verdict is no data: {seen}");
}

#[test]
fn parameters_are_checked_before_anything_runs() {
    let home = Home::new();
    let refuse = |more: &[&str], code: &str, says: &str| {
        let workflow = workflow();
        let mut arguments = vec!["run", &workflow, "--simulate"];
        arguments.extend_from_slice(more);
        let seen = home.host(&arguments).exits(2).fails_with(code).says(says);
        assert!(!seen.both().contains("▸ "), "it ran: {seen}");
    };
    refuse(&["-p", "rolename=x"], "input.parameter-refused", "rolename");
    refuse(&["-p", "role-name=a b"], "input.parameter-refused", "role-name");
    refuse(&["-p", "session-duration=soon"], "input.parameter-refused", "session-duration");
    refuse(&["-p", "session-duration=1"], "input.parameter-refused", "3600");
    refuse(
        &["-p", "role-name.inner=x", "-p", "role-name=y"],
        "input.path-broken",
        "role-name.inner",
    );
    refuse(&["--params", "no-such-file.toml"], "input.file-invalid", "no-such-file.toml");
    let broken = home.write("broken.json", "{\"role-name\": ").display().to_string();
    refuse(&["--params", &broken], "input.file-invalid", "broken.json");
    let list = home.write("list.json", "[1, 2]").display().to_string();
    refuse(&["--params", &list], "input.file-invalid", "object");
}

#[test]
fn parameters_come_from_a_file_and_the_command_line_wins() {
    let home = Home::new();
    let file = home.write("p.toml", "role-name = \"from-file\"\naccess = \"read-only\"\n");
    let file = file.display().to_string();
    let run = |more: &[&str]| {
        let workflow = workflow();
        let mut arguments =
            vec!["run", &workflow, "--simulate", "--fresh", "--json", "--params", &file];
        arguments.extend_from_slice(more);
        home.host(&arguments).exits(0)
    };
    assert!(run(&[]).stdout.contains("role/from-file"));
    let seen = run(&["-p", "role-name=from-flag"]);
    assert!(seen.stdout.contains("role/from-flag") && !seen.stdout.contains("role/from-file"));
}

#[test]
fn a_damaged_offline_cloud_says_how_to_begin_anew() {
    let home = Home::new();
    home.host(&["run", &workflow(), "--simulate"]).exits(0);
    let files = Home::files(&home.state());
    let cloud = files.iter().find(|(path, _)| path.ends_with("cloud.json")).expect("it is kept");
    std::fs::write(&cloud.0, "not json").unwrap();
    let seen = home.host(&["run", &workflow(), "--simulate"]).exits(2);
    let seen = seen.fails_with("simulator.cloud-damaged");
    assert!(seen.hint().contains("--fresh"), "{seen}");
    home.host(&["run", &workflow(), "--simulate", "--fresh"]).exits(0);
}

#[test]
fn an_interrupted_wait_and_a_closed_pipe_are_no_crash() {
    // A reader that goes away must not turn a good run into a bad one.
    let home = Home::new();
    let script = format!(
        "'{}' run '{}' --simulate --json | head -n 1",
        host_e2e::binary().display(),
        workflow()
    );
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .env("HOME", home.path("home"))
        .env("HOST_STATE", home.state())
        .env("HOST_CACHE", home.cache())
        .output()
        .unwrap();
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!words.contains("panicked"), "{words}");
}

#[test]
fn faults_of_a_scenario_are_waited_out() {
    let home = Home::new();
    let text = std::fs::read_to_string(workspace().join("host/simulator/data/two-accounts.toml"))
        .expect("the built-in scenario is a file");
    let faults = "
[[fault]]
on = \"ram:Create*\"
kind = \"throttle\"
count = 2

[[fault]]
on = \"ram:Get*\"
kind = \"unavailable\"
count = 2

[[fault]]
on = \"sts:*\"
kind = \"drop-request\"
nth = 2
";
    let scenario = home.write("faulty.toml", format!("{text}\n{faults}")).display().to_string();
    let simulate = format!("--simulate={scenario}");
    let seen = home.host(&["run", &workflow(), &simulate, "--json"]).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    assert!(!seen.events_of("note").is_empty(), "waiting is told: {seen}");
    let repeated = seen.events_of("call").iter().any(|call| call["attempts"].as_u64() > Some(1));
    assert!(repeated, "{seen}");
}

#[test]
fn replies_that_are_none_end_the_run_with_a_reason() {
    let text = std::fs::read_to_string(workspace().join("host/simulator/data/two-accounts.toml"))
        .expect("the built-in scenario is a file");
    for kind in ["non-json", "huge", "drop-request", "drop-reply"] {
        let home = Home::new();
        let fault = format!("\n[[fault]]\non = \"ram:*\"\nkind = \"{kind}\"\n");
        let scenario = home.write("bad.toml", format!("{text}{fault}")).display().to_string();
        let simulate = format!("--simulate={scenario}");
        let seen = home.host(&["run", &workflow(), &simulate, "--json"]);
        assert!([1, 5].contains(&seen.exit.unwrap_or(-1)), "{kind}: {seen}");
        let ended = seen.ended();
        assert!(!ended["reason"].as_str().unwrap().is_empty(), "{seen}");
        assert_ne!(ended["verdict"], "verified", "{seen}");
    }
}

#[test]
fn a_scenario_that_is_none_says_where() {
    let home = Home::new();
    let broken = home.write("broken.toml", "seed = 1\nstart = soon\n").display().to_string();
    let simulate = format!("--simulate={broken}");
    let seen = home.host(&["run", &workflow(), &simulate]).exits(2);
    assert!(seen.stderr.contains("broken.toml"), "{seen}");
    let seen = home.host(&["run", &workflow(), "--simulate=nowhere.toml"]).exits(2);
    assert!(seen.stderr.contains("nowhere.toml"), "{seen}");
}
