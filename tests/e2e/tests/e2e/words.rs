//! Rule 12: what others wrote is shown, and cannot move a cursor, hide, reorder or forge a line.

use host_e2e::{
    Home, Seen, Server, hostile, hostile_manifest, hostile_module, with_manifest, workspace,
};
use serde_json::json;

/// Nothing that a terminal would obey.
#[track_caller]
pub(crate) fn harmless(seen: &Seen) {
    let hidden = |character: char| {
        matches!(
            character,
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
    };
    let bad =
        |character: &char| (character.is_control() && *character != '\n') || hidden(*character);
    let found = seen.both().chars().find(bad);
    assert_eq!(found, None, "{found:?} reached the terminal: {seen:?}");
}

/// No line of the host's own was written by the workflow.
#[track_caller]
pub(crate) fn no_forged_line(seen: &Seen) {
    let forged = seen.both().lines().any(|line| line.starts_with("error[host]"));
    assert!(!forged, "a line was forged: {seen}");
}

fn run(attack: &str, more: &[&str]) -> Seen {
    let home = Home::new();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let attack = format!("attack={attack}");
    let mut arguments = vec!["run", &workflow, "--simulate", "-p", &attack];
    arguments.extend_from_slice(more);
    home.host(&arguments)
}

#[test]
fn words_of_a_workflow_are_shown_escaped() {
    let seen = run("words", &["--verbose"]);
    harmless(&seen);
    no_forged_line(&seen);
    for shown in ["harmless\\u{1b}[2J", "\\u{202e}desrever", "\\u{d}\\u{a}error[host]: verified"] {
        assert!(seen.both().contains(shown), "`{shown}` is not shown: {seen}");
    }
}

#[test]
fn an_error_of_a_workflow_is_shown_escaped() {
    let seen = run("words-in-error", &[]).exits(1);
    harmless(&seen);
    no_forged_line(&seen);
    assert!(seen.both().contains("\\u{1b}[2J"), "{seen}");
}

#[test]
fn events_are_one_line_each_whatever_they_hold() {
    for attack in ["words", "words-in-error"] {
        let seen = run(attack, &["--json"]);
        assert!(seen.events().len() > 2, "{seen}");
        harmless(&seen);
        assert!(seen.ended().to_string().contains("desrever"), "{seen}");
    }
}

#[test]
fn words_of_a_manifest_are_shown_escaped() {
    let evil = "a\u{1b}[2J\u{202e}\nerror[host]: verified";
    let home = Home::new();
    let mut titled = hostile_manifest();
    titled["title"] = json!(evil);
    titled["version"] = json!(evil);
    titled["accounts"][0]["what"] = json!(evil);
    titled["proofs"][0]["title"] = json!(evil);
    titled["parameters"]["properties"]["attack"]["description"] = json!(evil);
    titled["parameters"]["properties"][evil] =
        json!({ "type": "string", "title": evil, "default": evil, "enum": [evil] });
    let path = home.write("titled.wasm", with_manifest(hostile_module(), &titled));
    let path = path.display().to_string();
    let inspected = home.host(&["inspect", &path]).exits(0);
    harmless(&inspected);
    no_forged_line(&inspected);
    let inspected = home.host(&["inspect", &path, "--json"]).exits(0);
    harmless(&inspected);
    assert_eq!(inspected.events()[0]["manifest"]["title"], evil, "escapes change no value");
    let ran = home.host(&["run", &path, "--simulate", "-p", "attack=claims"]);
    harmless(&ran);
    no_forged_line(&ran);
    let asked = home.host(&["run", &path, "--simulate"]).exits(2);
    harmless(&asked);
    no_forged_line(&asked);
}

#[test]
fn names_in_files_of_the_user_are_shown_escaped() {
    let evil = r"a\u001b[2J\u202e\nerror[host]: verified";
    let home = Home::new();
    let profile = format!(r#"{{"name": "{evil}", "mode": "AK", "access_key_id": "LTAI5tEvil"}}"#);
    home.write_profiles(&format!(r#"{{"current": "{evil}", "profiles": [{profile}]}}"#));
    for json in [&[][..], &["--json"]] {
        let words = [&["doctor", "--endpoint", "127.0.0.1:9"], json].concat();
        let seen = home.host(&words).exits(1);
        assert!(seen.stdout.contains("LTAI") || seen.stdout.contains("identity"), "{seen}");
        harmless(&seen);
        no_forged_line(&seen);
    }
    let builtin = workspace().join("host/simulator/data/two-accounts.toml");
    let builtin = std::fs::read_to_string(builtin).expect("it is the scenario that is built in");
    let scenario = builtin.replace("accounts.monitoring", &format!("accounts.\"{evil}\""));
    let scenario = home.write("evil.toml", scenario).display().to_string();
    for json in [&[][..], &["--json"]] {
        let words = [&["--scenario", scenario.as_str()], json].concat();
        let stdout = Server::announcement(&home, &words);
        assert!(stdout.contains("1234567890123456") && stdout.contains("verified"), "{stdout}");
        let seen = Seen { command: words.join(" "), exit: None, stdout, stderr: String::new() };
        harmless(&seen);
        no_forged_line(&seen);
    }
}

#[test]
fn a_manifest_that_cannot_be_used_is_quoted() {
    let evil = "a\u{1b}[2J\u{202e}\nerror[host]: verified";
    let mut cases = vec![];
    for place in ["/name", "/lineage", "/accounts/0/name", "/actions/0", "/proofs/0/id"] {
        let mut manifest = hostile_manifest();
        *manifest.pointer_mut(place).unwrap() = json!(evil);
        cases.push(manifest);
    }
    let mut unknown = hostile_manifest();
    unknown[evil] = json!(1);
    cases.push(unknown);
    let mut wrong = hostile_manifest();
    wrong["proofs"][0]["level"] = json!(evil);
    cases.push(wrong);
    let home = Home::new();
    for manifest in cases {
        let path = home.write("evil.wasm", with_manifest(hostile_module(), &manifest));
        let path = path.display().to_string();
        for seen in [
            home.host(&["inspect", &path]),
            home.host(&["run", &path, "--simulate", "-p", "attack=claims"]),
        ] {
            assert_ne!(seen.exit, Some(0), "{seen}");
            harmless(&seen);
            no_forged_line(&seen);
        }
    }
}

#[test]
fn a_schema_of_a_hostile_manifest_brings_nothing_down() {
    let home = Home::new();
    let schemas = [
        json!({ "type": "object", "$ref": "https://127.0.0.1:9/schema.json" }),
        json!({ "type": "object", "$ref": "file:///etc/passwd" }),
        json!({ "type": "object", "$ref": "#" }),
        json!({ "type": "object", "properties": { "attack": { "pattern": "(a*)*b" } } }),
        json!({ "type": "object", "properties": { "attack": { "pattern": "(" } } }),
        json!({ "type": "object", "properties": 7 }),
        json!({ "type": "object", "properties": { "a\u{1b}[2J": { "type": "\u{202e}\nx" } } }),
        json!({ "type": "object", "required": [7] }),
        json!({ "type": "object", "properties": { "attack": { "default": {}, "properties": 1 } } }),
    ];
    for schema in schemas {
        let mut manifest = hostile_manifest();
        manifest["parameters"] = schema.clone();
        let path = home.write("schema.wasm", with_manifest(hostile_module(), &manifest));
        let path = path.display().to_string();
        let value = format!("attack={}", "a".repeat(64));
        let seen = home.host(&["run", &path, "--simulate", "-p", &value]);
        assert!([1, 2].contains(&seen.exit.unwrap_or(-1)), "{schema}: {seen}");
        harmless(&seen);
    }
}
