//! What a recorded run is gone on with, and when it is told instead.

use std::fs;

use host_e2e::{Home, Running, Seen, crashing, delegate, hostile};
use serde_json::Value as Json;

/// The offline cloud as it is kept.
fn cloud(home: &Home) -> String {
    let files = Home::files(&home.state().join("simulated"));
    let cloud = files.into_iter().find(|(path, _)| path.ends_with("cloud.json"));
    String::from_utf8(cloud.expect("there is one").1).expect("it is text")
}

/// The workflow in the offline cloud.
#[track_caller]
fn run(home: &Home, more: &[&str]) -> Seen {
    let workflow = delegate().display().to_string();
    home.host(&[&["run", &workflow, "--simulate", "--json"], more].concat())
}

fn id(seen: &Seen) -> String {
    seen.events()[0]["run"].as_str().expect("events name their run").to_owned()
}

#[test]
fn a_run_goes_on_and_is_taken_back_with_the_settings_that_it_began_with() {
    let home = Home::new().with_program(crashing());
    let config = home.write("other/host.toml", "[mark]\nkey = \"acme:workflow\"\n");
    let (path, workflow) = (config.display().to_string(), delegate().display().to_string());
    let words = ["run", &workflow, "--simulate", "--json", "--config", &path];
    let died = home.host_with(&[("HOST_CRASH_AT", "40")], &words);
    assert_eq!(died.exit, None, "{died}");
    let away = home.path("away.toml");
    fs::rename(&config, &away).expect("it is there");
    for verb in ["resume", "undo"] {
        let seen = home.host(&[verb, "last"]).exits(2);
        assert!(seen.stderr.contains("error[run.config-gone]"), "{seen}");
        assert!(seen.stderr.contains(&path), "{seen}");
        assert!(seen.stderr.contains("`--config FILE`"), "{seen}");
    }
    fs::rename(&away, &config).expect("it is there");
    let resumed = home.host(&["resume", "last", "--json"]).exits(0);
    assert_eq!(resumed.ended()["verdict"], "verified", "{resumed}");
    let made = cloud(&home);
    assert!(made.contains("acme:workflow=") && !made.contains("host:workflow="), "{made}");
    let undone = home.host(&["undo", "last", "--json"]).exits(0);
    assert_eq!(undone.ended()["verdict"], "done", "{undone}");
    assert!(!cloud(&home).contains("acme:workflow="), "{undone}");
}

#[test]
fn a_run_that_came_to_its_end_is_told_again_with_its_exit_status() {
    for (more, exit) in [(&[][..], 0), (&["-p", "users=[]"], 6)] {
        let home = Home::new();
        let first = run(&home, more).exits(exit);
        let again = home.host(&["resume", "last", "--json"]).exits(exit);
        let (mut then, mut now) = (first.ended(), again.ended());
        for event in [&mut then, &mut now] {
            // What can be done now may be something else than then.
            event["hint"] = Json::Null;
        }
        assert_eq!(then, now, "{again}");
        assert!(again.events_of("call").is_empty(), "{again}");
        let seen = home.host(&["resume", "last"]).exits(exit);
        assert!(seen.stderr.contains("had come to its end before"), "{seen}");
        // The same command begins anew.
        assert_ne!(id(&run(&home, more)), id(&first));
    }
}

#[test]
fn a_run_in_an_offline_cloud_that_was_begun_anew_is_told_and_nothing_else() {
    let home = Home::new();
    let hostile = home.write("hostile.wasm", hostile()).display().to_string();
    let mut running =
        Running::start(&home, &["run", &hostile, "--simulate", "-v", "-p", "attack=busy"]);
    assert!(running.wait_for("ask who the caller is"), "it does not call");
    running.terminate();
    running.end().exits(5);
    let done = run(&home, &[]).exits(0);
    let anew = run(&home, &["--fresh"]).exits(0);
    let listed = home.host(&["runs", "--json"]).exits(0).events();
    let stopped = listed.iter().find(|it| it["verdict"] == "stopped").expect("one was stopped");
    let stopped = stopped["run"].as_str().expect("it has an id").to_owned();
    let done = id(&done);
    for (verb, run) in [("resume", &stopped), ("undo", &done)] {
        let seen = home.host(&[verb, run]).exits(2);
        assert!(seen.stderr.contains("error[run.cloud-gone]"), "{seen}");
        assert!(seen.stderr.contains(&format!("`host show {run}`")), "{seen}");
        let shown = home.host(&["show", run]).exits(0);
        assert!(shown.stdout.contains("in the offline cloud"), "{shown}");
    }
    let undone = home.host(&["undo", &id(&anew), "--json"]).exits(0);
    assert_eq!(undone.ended()["verdict"], "done", "{undone}");
}

#[test]
fn what_processes_that_died_left_aside_goes_with_the_next_run() {
    let home = Home::new();
    run(&home, &[]).exits(0);
    let kept = Home::files(&home.state().join("simulated"));
    let folder =
        kept.iter().find_map(|(path, _)| path.ends_with("cloud.json").then(|| path.parent()));
    let folder = folder.flatten().expect("the cloud is kept");
    let left = ["cloud.0badcafe.new", "vault/entries/.aside-00", "vault/pending/.aside-01"];
    let left = left.map(|name| folder.join(name));
    for path in &left {
        fs::write(path, "half a fi").expect("it can be written");
    }
    run(&home, &[]).exits(0);
    let stayed: Vec<_> = left.iter().filter(|path| path.exists()).collect();
    assert!(stayed.is_empty(), "{stayed:?}");
}

/// The time of an offline cloud begins anew with each, and ids of runs tell times.
#[test]
fn the_last_run_is_the_one_that_was_begun_last() {
    let home = Home::new();
    let named = |words: &[&str]| -> String {
        let seen = home.host(&[&["show"], words, &["--json"]].concat()).exits(0);
        let begun = seen.events_of("run-started").remove(0);
        format!("{} {}", begun["workflow"], begun["run"])
    };
    home.host(&["run", "workflows/ack.wasm", "--simulate"]).exits(0);
    home.host(&["run", "workflows/delegate.wasm", "--simulate"]).exits(0);
    let scenario = "--simulate=tests/scenarios/row-55-required.toml";
    home.host(&["run", "workflows/ack.wasm", scenario]).exits(0);
    let last = named(&["last"]);
    assert!(last.contains("ack"), "{last}");
    // Who takes it back makes nothing: what is checked is still the run that did, and nothing of it is there.
    let undone = home.host(&["undo", "last", "--json"]).exits(0);
    assert!(last.contains(undone.ended()["output"]["undoes"].as_str().unwrap_or("-")), "{undone}");
    assert_ne!(named(&["last"]), last);
    let seen = home.host(&["check", "last"]).exits(4);
    assert!(seen.stdout.contains("Plan of workflow `ack`"), "{seen}");
}
