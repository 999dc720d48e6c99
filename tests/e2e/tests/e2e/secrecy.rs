//! No secret of a cloud, in any output or any file, after the workflow that comes with the program.

use host_e2e::{Home, Secrets, Seen, Server, delegate, workspace};

fn scenario() -> String {
    let path = workspace().join("host/simulator/data/two-accounts.toml");
    std::fs::read_to_string(path).expect("the built-in scenario is a file")
}

#[test]
fn a_run_in_the_offline_cloud_leaves_no_secret_anywhere() {
    let home = Home::untouched();
    let workflow = delegate().display().to_string();
    let users =
        r#"users=[{"name":"alice","sign-in":"access-key"},{"name":"bob","sign-in":"console"}]"#;
    let runs: Vec<Seen> = [&["--json"][..], &["--verbose"], &["--json", "--fresh"]]
        .into_iter()
        .map(|more| {
            let mut words = vec!["run", &workflow, "--simulate", "-p", users];
            words.extend_from_slice(more);
            let seen = home.host(&words);
            let mut secrets = Secrets::of_scenario(&scenario());
            secrets.learn("fakelicensekey@0123456789abcde");
            secrets.learn_cloud(&home.state());
            assert!(secrets.count() > 5, "only {} secrets are known", secrets.count());
            secrets.are_not_in("the output", &seen.both());
            secrets.are_not_below(&home.state());
            secrets.are_not_below(home.cache());
            secrets.are_not_below(&home.path("home"));
            seen
        })
        .collect();
    assert!(runs.iter().all(|seen| seen.exit == Some(0)), "{}", runs[0]);
}

#[test]
fn what_is_told_of_a_run_afterwards_holds_no_secret() {
    let home = Home::new();
    let users =
        r#"users=[{"name":"alice","sign-in":"access-key"},{"name":"bob","sign-in":"console"}]"#;
    let runs: [(&str, &[&str]); 3] = [("delegate", &["-p", users]), ("ack", &[]), ("ecs", &[])];
    for (workflow, more) in runs {
        let file = workspace().join(format!("workflows/{workflow}.wasm")).display().to_string();
        let words = [&["run", &file, "--simulate"], more].concat();
        home.host(&words).exits(0);
        let mut secrets = Secrets::of_scenario(&scenario());
        secrets.learn("fakelicensekey@0123456789abcde");
        secrets.learn_cloud(&home.state());
        assert!(secrets.count() > 5, "only {} secrets are known", secrets.count());
        let bundle = home.path(&format!("{workflow}.json")).display().to_string();
        let picture = home.path(&format!("{workflow}.svg")).display().to_string();
        let told: [&[&str]; 7] = [
            &["runs", "--json"],
            &["show", "last", "--verbose"],
            &["show", "last", "--json"],
            &["show", "last", "--graph", "-"],
            &["show", "last", "--graph", &picture],
            &["export", "last"],
            &["export", "last", "-o", &bundle],
        ];
        for words in told {
            secrets.are_not_in(&words.join(" "), &home.host(words).exits(0).both());
        }
        for file in [bundle, picture] {
            let text = std::fs::read_to_string(&file).expect("it was written");
            assert!(text.len() > 1000, "{file} is all but empty");
            secrets.are_not_in(&file, &text);
        }
    }
}

#[test]
fn the_log_of_a_server_holds_no_secret_after_its_first_words() {
    let home = Home::new();
    let server = Server::start(&home, &[]);
    let (_, rest) = server.terminate();
    Secrets::of_scenario(&scenario()).are_not_in("its log", &rest);
}

#[test]
fn scanning_finds_a_secret_in_every_form() {
    let mut secrets = Secrets::default();
    secrets.learn("AbCdEfGh12345678!@#$");
    let forms = [
        "AbCdEfGh12345678!@#$",
        "AbCdEfGh12345678%21%40%23%24",
        "AbCdEfGh12345678%2521%2540%2523%2524",
        "4162436445664768313233343536373821402324",
        "QWJDZEVmR2gxMjM0NTY3OCFAIyQ=",
    ];
    for form in forms {
        let leak = format!("before {form} after");
        std::panic::catch_unwind(|| secrets.are_not_in("a leak", &leak)).unwrap_err();
    }
    secrets.are_not_in("no leak", "AbCdEfGh1234567 8!@#$");
}
