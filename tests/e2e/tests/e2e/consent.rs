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

/// Why nothing was begun.
fn refused(seen: &Seen) -> String {
    let error = seen.events_of("error").pop().unwrap_or_default();
    error["code"].as_str().unwrap_or_default().to_owned()
}

const ASKED: &str = "do exactly this? only `yes` goes on: ";

#[test]
fn a_stranger_changes_nothing_without_a_yes_to_its_plan() {
    let cloud = Server::with_profiles();
    for answer in ["no", "", "y", "YES", "yes please"] {
        let seen = stranger(&cloud, "own-user", &[answer]).exits(3);
        assert_eq!(refused(&seen), "run.declined", "not even a read: {seen}");
        let seen = stranger(&cloud, "own-user", &["all", answer]).exits(3);
        assert_eq!(sent(&seen), [] as [String; 0], "{answer:?}: {seen}");
        assert_eq!(refused(&seen), "plan.approval-declined", "{seen}");
        assert_eq!(seen.stderr.matches(ASKED).count(), 1, "{seen}");
    }
    let seen = stranger(&cloud, "own-user", &["all", "yes"]);
    let writes = sent(&seen).into_iter().filter(|action| action.starts_with("Create"));
    assert_eq!(
        writes.collect::<Vec<_>>(),
        ["CreateUser", "CreateAccessKey", "CreateLoginProfile"],
        "{seen}"
    );
}

#[test]
fn a_yes_to_all_reads_is_no_yes_to_a_plan() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "own-user", &["all", "all"]).exits(3);
    assert_eq!(sent(&seen), [] as [String; 0], "a write is no read: {seen}");
    let seen = stranger(&cloud, "claims", &["all"]);
    assert!(sent(&seen).len() > 3, "{seen}");
    assert_eq!(
        seen.stderr.matches("read it?").count(),
        1,
        "asked once, though planned twice: {seen}"
    );
}

#[test]
fn a_plan_names_accounts_actions_values_and_risks_first() {
    let cloud = Server::with_profiles();
    let seen = stranger(&cloud, "own-user", &["all", "no"]).exits(3);
    let text = &seen.stderr;
    for part in [
        "source (6543210987654321)",
        "not vetted",
        "create user `hostile-own`",
        "create an AccessKey for user `hostile-own`",
    ] {
        assert!(text.contains(part), "`{part}`: {seen}");
    }
    let risk = text.find("! access-key").unwrap_or(usize::MAX);
    let key = text.find("create an AccessKey").unwrap_or_default();
    assert!(risk < key, "the risk of a new AccessKey comes first: {seen}");
}

#[test]
fn a_plan_cannot_be_forged_by_the_values_in_it() {
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
    assert!(!seen.stderr.contains(ASKED), "{seen}");
    assert_eq!(sent(&seen), [] as [String; 0], "{seen}");
}

#[test]
fn a_vetted_workflow_is_planned_without_a_question_and_applied_with_one() {
    let cloud = Server::with_profiles();
    let workflow = delegate().display().to_string();
    let users = ["-p", r#"users=[{"name":"alice","sign-in":"access-key"}]"#];
    let seen = run(&cloud, &workflow, &users, &["no"]).exits(3);
    assert_eq!(refused(&seen), "plan.approval-declined", "{seen}");
    assert_eq!(seen.stderr.matches(ASKED).count(), 1, "{seen}");
    assert!(seen.stderr.contains("Plan: 3 to add, 1 to change, 0 to remove in source"), "{seen}");
    let seen = run(&cloud, &workflow, &users, &["yes"]).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    assert!(!seen.stderr.contains("do it?"), "one yes is enough: {seen}");
}
