//! `host run --endpoint`: the same workflow with the user's own profiles, over HTTP.

use host_e2e::{Home, Seen, Server, delegate, hostile};

const MONITORING: &str = "monitoring=monitoring@1234567890123456";
const SOURCE: &str = "source=source@6543210987654321";

fn run(home: &Home, address: &str, workflow: &str, more: &[&str]) -> Seen {
    let endpoint = format!("http://{address}");
    let mut arguments = vec!["run", workflow, "--endpoint", &endpoint, "--json"];
    arguments.extend_from_slice(more);
    home.host(&arguments)
}

/// The parameters that suit the built-in scenario.
fn parameters(home: &Home) -> String {
    let text = r#"
        role-name = "arms-admin"
        access = "read-only"
        users = [{ name = "alice", sign-in = "access-key" }]
    "#;
    home.write("parameters.toml", text).display().to_string()
}

#[test]
fn a_vetted_workflow_runs_unattended_over_http_and_the_second_run_changes_nothing() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let file = parameters(&home);
    let words = [
        "--account",
        MONITORING,
        "--account",
        SOURCE,
        "--params",
        &file,
        "--yes",
        "--allow",
        "access-key",
    ];
    let first = run(&home, &server.address, &workflow, &words).exits(0);
    assert_eq!(first.ended()["verdict"], "verified", "{first}");
    assert_eq!(first.events()[0]["event"], "plan", "it comes before anything is done: {first}");
    assert_eq!(first.events()[0]["plan"]["format"], "host-plan", "{first}");
    assert_eq!(first.events_of("run-started")[0]["simulated"], false, "{first}");
    let second = run(&home, &server.address, &workflow, &words).exits(0);
    assert_eq!(second.ended()["changes"], 0, "{second}");
}

#[test]
fn an_id_may_be_left_out_on_loopback() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let file = parameters(&home);
    let words = [
        "--account",
        "monitoring=monitoring",
        "--account",
        "source=source",
        "--params",
        &file,
        "--yes",
        "--allow",
        "access-key",
    ];
    let seen = run(&home, &server.address, &workflow, &words).exits(0);
    let accounts = &seen.events_of("run-started")[0]["accounts"];
    assert_eq!(accounts["monitoring"], "1234567890123456", "{seen}");
}

#[test]
fn an_unattended_run_names_its_risks() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let file = parameters(&home);
    let endpoint = format!("http://{}", server.address);
    let words = [
        "run",
        &workflow,
        "--endpoint",
        &endpoint,
        "--account",
        MONITORING,
        "--account",
        SOURCE,
        "--params",
        &file,
        "--yes",
    ];
    let seen = home.host(&words).exits(3);
    assert!(seen.stderr.contains("error[policy.risk-unnamed]"), "{seen}");
    assert!(seen.hint().contains("--allow access-key"), "{seen}");
}

#[test]
fn an_account_that_is_not_the_one_that_was_named_is_refused() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let file = parameters(&home);
    for wrong in ["monitoring=source@1234567890123456", "monitoring=monitoring@6543210987654321"] {
        let words = ["--account", wrong, "--account", SOURCE, "--params", &file, "--yes"];
        let seen = run(&home, &server.address, &workflow, &words);
        assert!([2, 3].contains(&seen.exit.unwrap_or(-1)), "{seen}");
        assert!(seen.both().contains("1234567890123456"), "{seen}");
        assert!(seen.both().contains("6543210987654321"), "{seen}");
        assert!(seen.events_of("call").is_empty(), "it ran: {seen}");
    }
}

#[test]
fn accounts_that_are_wrong_or_missing_are_named() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let cases: [(&[&str], &str); 5] = [
        (&["--account", MONITORING], "source"),
        (&["--account", MONITORING, "--account", SOURCE, "--account", "moon=source"], "moon"),
        (&["--account", "monitoring=nobody", "--account", SOURCE], "nobody"),
        (&["--account", "monitoring=monitoring@12", "--account", SOURCE], "12"),
        (&[], "monitoring"),
    ];
    for (words, says) in cases {
        let seen = run(&home, &server.address, &workflow, words).exits(2);
        assert!(seen.both().contains(says), "`{says}`: {seen}");
        assert!(seen.events_of("call").is_empty(), "it ran: {seen}");
    }
}

#[test]
fn profiles_that_cannot_be_read_say_where() {
    let (home, server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    for (text, says) in [
        ("{\"profiles\": [", "config.json"),
        ("[]", "config.json"),
        ("", "config.json"),
        ("{\"current\": \"x\", \"profiles\": []}", "monitoring"),
        ("{\"profiles\": [{\"name\": \"monitoring\", \"mode\": \"Moon\"}]}", "Moon"),
        ("{\"profiles\": [{\"name\": \"monitoring\", \"mode\": \"AK\"}]}", "access_key_id"),
    ] {
        home.write_profiles(text);
        let words = ["--account", MONITORING, "--account", SOURCE];
        let seen = run(&home, &server.address, &workflow, &words).exits(2);
        assert!(seen.stderr.contains(says), "{text}: {seen}");
    }
}

#[test]
fn a_key_that_the_cloud_does_not_know_is_explained() {
    let (home, server) = Server::with_profiles();
    let text = std::fs::read_to_string(home.path("home/.aliyun/config.json")).unwrap();
    home.write_profiles(
        &text.replace("FakeMonitoringOperatorSecret01", "FakeMonitoringOperatorWrong001"),
    );
    let workflow = delegate().display().to_string();
    let words = ["--account", MONITORING, "--account", SOURCE];
    let seen = run(&home, &server.address, &workflow, &words);
    assert!([1, 2].contains(&seen.exit.unwrap_or(-1)), "{seen}");
    assert!(seen.stderr.contains("SignatureDoesNotMatch"), "{seen}");
    assert!(!seen.both().contains("FakeMonitoringOperatorWrong001"), "{seen}");
}

#[test]
fn a_stranger_needs_a_person_even_to_read() {
    let (home, server) = Server::with_profiles();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let accounts = ["--account", MONITORING, "--account", SOURCE];
    for more in [&[][..], &["--yes"], &["--yes", "--allow", "access-key"]] {
        let mut words = accounts.to_vec();
        words.extend_from_slice(&["-p", "attack=reply-access-key"]);
        words.extend_from_slice(more);
        let seen = run(&home, &server.address, &workflow, &words).exits(3);
        let sent = seen.stdout.lines().any(|line| line.contains("\"outcome\":\"ok\""));
        assert!(!sent, "a call left: {seen}");
    }
}

#[test]
fn an_endpoint_is_loopback_or_it_is_refused() {
    let (home, _server) = Server::with_profiles();
    let workflow = delegate().display().to_string();
    for address in ["http://example.com", "http://169.254.169.254", "ftp://127.0.0.1", "moon:x"] {
        let words =
            ["run", &workflow, "--endpoint", address, "--account", MONITORING, "--account", SOURCE];
        let seen = home.host(&words).exits(2);
        assert!(!seen.stderr.is_empty(), "{seen}");
    }
}
