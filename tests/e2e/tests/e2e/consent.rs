//! Rules 16 to 18: nothing is written without a person's yes, and the person knows to what.

use host_e2e::{Home, Seen, Server, delegate, hostile};

const ACCOUNTS: [&str; 4] = ["--account", "monitoring=monitoring", "--account", "source=source"];

fn run(cloud: &(Home, Server), workflow: &str, more: &[&str], answers: &[&str]) -> Seen {
    let (home, server) = cloud;
    let endpoint = format!("http://{}", server.address);
    let mut words = vec!["run", workflow, "--endpoint", &endpoint, "--json"];
    words.extend_from_slice(&ACCOUNTS);
    words.extend_from_slice(more);
    home.host_at_terminal(&words, answers)
}

fn stranger(cloud: &(Home, Server), attack: &str, answers: &[&str]) -> Seen {
    let workflow = cloud.0.write("hostile.wasm", hostile()).display().to_string();
    run(cloud, &workflow, &["-p", &format!("attack={attack}")], answers)
}

/// Calls that left the machine.
fn sent(seen: &Seen) -> Vec<String> {
    let calls = seen.events_of("call").into_iter().filter(|call| call["request_id"].is_string());
    calls.map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_stranger_is_asked_about_before_it_reads_or_writes() {
    let cloud = Server::with_profiles();
    for answers in [&["no"][..], &[""], &["y"], &["YES"], &[], &["yes please"]] {
        let seen = stranger(&cloud, "own-user", answers).exits(3);
        assert_eq!(sent(&seen), [] as [String; 0], "{answers:?}: {seen}");
        assert_eq!(seen.ended()["verdict"], "denied", "{seen}");
    }
    let seen = stranger(&cloud, "own-user", &["yes", "no"]).exits(3);
    assert_eq!(sent(&seen), ["CreateUser"], "{seen}");
}

#[test]
fn a_yes_to_all_reads_is_no_yes_to_a_write() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "own-user", &["all", "all", "all"]).exits(3);
    assert_eq!(sent(&seen), [] as [String; 0], "a write is no read: {seen}");
    let seen = stranger(&cloud, "claims", &["all"]);
    assert!(sent(&seen).len() > 3, "{seen}");
}

#[test]
fn a_question_names_account_action_values_and_risks_first() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "own-user", &["yes", "yes", "no"]).exits(3);
    let text = &seen.stderr;
    for part in
        ["6543210987654321", "ram:CreateUser", "UserName: hostile-own", "ram:CreateAccessKey"]
    {
        assert!(text.contains(part), "`{part}`: {seen}");
    }
    let risk = text.find('\u{26a0}').unwrap_or(usize::MAX);
    let key = text.find("ram:CreateAccessKey").unwrap_or_default();
    assert!(risk < key, "the risk of a new AccessKey comes first: {seen}");
}

#[test]
fn a_question_cannot_be_forged_by_the_values_in_it() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "words-in-call", &["no"]).exits(3);
    let escape = seen.stderr.chars().find(|it| it.is_control() && *it != '\n');
    assert_eq!(escape, None, "{seen:?}");
    assert!(!seen.stderr.contains('\u{202e}'), "{seen:?}");
    assert!(seen.stderr.contains("\\u{1b}[2J"), "{seen}");
}

#[test]
fn nobody_is_asked_about_what_no_yes_could_allow() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "trust-open", &["yes"; 40]);
    assert!(!seen.stderr.contains("do it?"), "{seen}");
    assert_eq!(sent(&seen), [] as [String; 0], "{seen}");
}

#[test]
fn a_vetted_workflow_reads_without_a_question_and_writes_with_one() {
    let cloud = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let users = ["-p", r#"users=[{"name":"alice","sign-in":"access-key"}]"#];
    let seen = run(&cloud, &workflow, &users, &["no"]).exits(3);
    let calls = seen.events_of("call");
    assert!(!calls.is_empty() && calls.iter().all(|call| call["effect"] == "read"), "{seen}");
    assert_eq!(seen.ended()["changes"], 0, "{seen}");
    assert_eq!(seen.stderr.matches("do it?").count(), 1, "{seen}");
    let seen = run(&cloud, &workflow, &users, &["yes"; 20]).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
}
