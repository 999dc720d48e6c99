//! `host undo`: a run taken back, as a person at a terminal or a script does it.

use host_e2e::{Home, Server, delegate, workspace};

const ACCOUNTS: [&str; 4] = ["--account", "monitoring=monitoring", "--account", "source=source"];

fn workflow(name: &str) -> String {
    workspace().join(format!("workflows/{name}.wasm")).display().to_string()
}

#[test]
fn a_simulated_run_is_taken_back_without_its_file() {
    for name in ["delegate", "ack", "ecs"] {
        let home = Home::new();
        let file = home.write("workflow.wasm", std::fs::read(workflow(name)).unwrap());
        let text = file.display().to_string();
        let run = home.host(&["run", &text, "--simulate", "--json"]).exits(0);
        let id = run.ended()["run"].as_str().unwrap().to_owned();
        std::fs::remove_file(&file).unwrap();
        let undo = home.host(&["undo", &id, "--json"]).exits(0);
        assert_eq!(undo.ended()["verdict"], "done", "{undo}");
        let planned = undo.events_of("undo-planned");
        let [plan] = planned.as_slice() else { panic!("{undo}") };
        assert_eq!(plan["undoes"], id, "{undo}");
        assert!(plan["steps"].as_array().unwrap().len() >= 2, "{undo}");
        // What is gone is skipped: a second time nothing is left, for people too.
        if name == "delegate" {
            let by = undo.ended()["run"].as_str().unwrap().to_owned();
            let checked = home.host(&["check", &id]).exits(4);
            let told = format!("the run was taken back by {by}, at 2026-01-05T");
            assert!(checked.both().contains(&told), "{checked}");
            assert!(checked.both().contains("create role `arms-admin`"), "{checked}");
            assert!(!checked.both().contains("is not as the run left it"), "{checked}");
            let again = home.host(&["undo", &id]).exits(0);
            assert!(again.stderr.contains("nothing left to take back"), "{again}");
            let shown = home.host(&["show", &id]).exits(0);
            assert!(shown.stdout.contains("was taken back by run-"), "{shown}");
            assert!(!shown.stdout.contains("next:"), "{shown}");
        }
        // Undone, it can be done again from the beginning.
        let again = home.host(&["run", &workflow(name), "--simulate", "--json"]).exits(0);
        assert_ne!(again.ended()["changes"], 0, "{again}");
    }
}

#[test]
fn against_a_real_cloud_it_takes_a_yes() {
    let cloud = Server::with_profiles();
    let (home, server) = &cloud;
    let endpoint = format!("http://{}", server.address);
    let workflow = delegate().display().to_string();
    let mut words = vec!["run", workflow.as_str(), "--endpoint", &endpoint, "--json", "--yes"];
    words.extend_from_slice(&ACCOUNTS);
    words.extend_from_slice(&["--allow", "access-key", "-p", "region=cn-hangzhou"]);
    words.extend_from_slice(&["-p", "access=read-only", "-p", "role-name=arms-admin"]);
    words.extend_from_slice(&["-p", r#"users=[{"name":"alice","sign-in":"access-key"}]"#]);
    let run = home.host(&words);
    let id = run.ended()["run"].as_str().unwrap().to_owned();
    let changes = run.ended()["changes"].as_u64().unwrap();
    assert!(changes >= 4, "{run}");
    // Without a terminal and without `--yes` nothing is done.
    let seen = home.host(&["undo", &id, "--json"]).exits(3);
    assert_eq!((&seen.ended()["verdict"], &seen.ended()["changes"]), (&"denied".into(), &0.into()));
    for answers in [&["no"][..], &["y"], &[]] {
        let seen = home.host_at_terminal(&["undo", &id, "--json"], answers).exits(3);
        assert_eq!(seen.ended()["changes"], 0, "{seen}");
    }
    // An undo that was declined is not the last run, and took nothing back.
    let checked = home.host(&["check", "last"]).exits(0);
    assert!(!checked.both().contains("taken back"), "{checked}");
    let seen = home.host_at_terminal(&["undo", "last", "--json"], &["yes"]).exits(0);
    assert_eq!(seen.ended()["verdict"], "done", "{seen}");
    for words in ["take back run", "delete user `alice`", "ram:DeleteRole"] {
        assert!(seen.stderr.contains(words), "`{words}`: {seen}");
    }
    assert!(!seen.stderr.contains("foreign-user"), "the run made that user: {seen}");
    // An undo is not undone, and not resumed.
    let undo = seen.ended()["run"].as_str().unwrap().to_owned();
    let seen = home.host(&["undo", &undo]).exits(2);
    assert!(seen.stderr.contains("is an undo itself"), "{seen}");
}
