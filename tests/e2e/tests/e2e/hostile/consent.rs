//! Rules 16 to 18: commands and purchases over HTTP, where the cloud may be a real one.

use host_e2e::{Home, Seen, Server, hostile};

use super::LICENSE_KEY;

fn words(cloud: &(Home, Server), attack: &str, more: &[&str]) -> Vec<String> {
    let workflow = cloud.0.write("hostile.wasm", hostile()).display().to_string();
    let endpoint = format!("http://{}", cloud.1.address);
    let attack = format!("attack={attack}");
    let words = ["run", &workflow, "--endpoint", &endpoint, "--json", "-p", &attack];
    let accounts = ["--account", "monitoring=monitoring", "--account", "source=source"];
    words.iter().chain(&accounts).chain(more).map(|word| (*word).to_owned()).collect()
}

/// Actions that reached the cloud.
fn sent(seen: &Seen) -> Vec<String> {
    let calls = seen.events_of("call").into_iter().filter(|call| call["request_id"].is_string());
    calls.map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn rule_17_nobody_runs_a_command_or_buys_anything_unattended() {
    let cloud = Server::with_profiles();
    let allowed = ["--yes", "--allow", "command", "--allow", "purchase", "--allow", "license-key"];
    for attack in ["command", "purchase"] {
        for more in [&["--yes"][..], &allowed, &[]] {
            let words = words(&cloud, attack, more);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let seen = cloud.0.host(&words).exits(3);
            assert_eq!(sent(&seen), [] as [String; 0], "{attack} {more:?}: {seen}");
            assert_eq!(seen.events_of("error").len(), 1, "before anything is begun: {seen}");
        }
    }
}

fn asked(attack: &str, answers: &[&str]) -> Seen {
    let cloud = Server::with_profiles();
    let words = words(&cloud, attack, &["--yes", "--allow", "command", "--allow", "purchase"]);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    cloud.0.host_at_terminal(&words, answers)
}

#[test]
fn rule_18_a_person_sees_the_script_the_machines_and_every_value_before_a_command() {
    let seen = asked("command", &["yes", "no"]).exits(3);
    assert_eq!(sent(&seen), [] as [String; 0], "{seen}");
    let text = &seen.stderr;
    let script = include_str!("../../../../guests/hostile/scripts/install.sh");
    for part in [
        "runs as root on 1 machine",
        "command: a secret is carried",
        "i-fakebilling0000000001",
        "app_name: \"shop\"",
        "license-key",
        "6543210987654321",
    ] {
        assert!(text.contains(part), "`{part}`: {seen}");
    }
    for line in script.lines() {
        assert!(text.contains(line), "`{line}` is not shown: {seen}");
    }
    assert!(!seen.both().contains(LICENSE_KEY), "{seen}");
    let place = |part: &str| text.find(part).unwrap_or(usize::MAX);
    assert!(place("! command: script") < place("run script `"), "risks first: {seen}");
}

#[test]
fn rule_18_a_person_sees_what_is_bought_and_for_whom() {
    let seen = asked("purchase", &["no"]).exits(3);
    assert_eq!(sent(&seen), [] as [String; 0], "{seen}");
    let text = &seen.stderr;
    let risk = "purchase: a service is bought for account `1234567890123456`: ";
    for part in [risk, "`arms_app`", "nothing here takes that back", "buy `arms_app`"] {
        assert!(text.contains(part), "`{part}`: {seen}");
    }
}
