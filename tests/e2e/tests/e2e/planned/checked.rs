//! A check says what is not as a run left it, whoever would mend it.

use host_e2e::{Home, Seen};
use serde_json::{Value as Json, json};

use super::{ACK, DELEGATE, MONITORING, SOURCE, let_a_stranger_in, meddle};

type Change = fn(&mut Json);

/// A home in which that was run.
fn after(words: &[&str]) -> Home {
    let home = Home::new();
    run(&home, words);
    home
}

fn run(home: &Home, words: &[&str]) -> Seen {
    let run: Vec<&str> = ["run"].iter().chain(words).copied().collect();
    home.host(&run).exits(0)
}

fn role(accounts: &mut Json) -> &mut Json {
    &mut accounts[MONITORING]["roles"]["items"]["arms-admin"]["known"]
}

/// What is told below the plan, of what is there now.
fn told(seen: &Seen) -> &str {
    let (_, told) = seen.stdout.split_once("What is not as the run left it").unwrap_or_default();
    told
}

#[test]
fn drift_is_found_and_shown_with_what_was_and_what_is() {
    let detached: Change = |accounts| {
        role(accounts)["policies"]["current"]["items"] = json!({});
    };
    let swapped: Change = |accounts| {
        let role = role(accounts);
        let trust = role["trust"]["known"].as_str().unwrap_or_default();
        role["trust"]["known"] = Json::from(trust.replace(
            &format!("acs:ram::{SOURCE}:user/alice"),
            &format!("acs:ram::{SOURCE}:user/mallory"),
        ));
    };
    let deleted: Change = |accounts| {
        let user = &mut accounts[MONITORING]["users"]["items"]["ack-reporter"]["known"];
        user["keys"]["items"] = json!({});
    };
    let changed: Change = |accounts| {
        let cluster = "c0fakepay000000000000000000000002";
        let cluster = &mut accounts[SOURCE]["clusters"]["items"][cluster]["known"];
        cluster["addons"]["ack-onepilot"]["config"]["uid"] = Json::from(SOURCE);
    };
    // In the plan, or in the workflow's words, what would be done about it; below it, what was and what is.
    for (words, change, mended, shown) in [
        (
            DELEGATE,
            detached,
            "attach policy `AliyunARMSReadOnlyAccess` to role `arms-admin`",
            "- Policies: was 1, is 0 (removed `AliyunARMSReadOnlyAccess`)",
        ),
        (
            DELEGATE,
            swapped,
            "statement added: Allow sts:AssumeRole to RAM acs:ram::6543210987654321:user/alice",
            "+ Allow sts:AssumeRole to RAM acs:ram::6543210987654321:user/mallory",
        ),
        (
            DELEGATE,
            let_a_stranger_in,
            "says more than was asked for: ",
            "+ statement added: Allow sts:AssumeRole to RAM acs:ram::9999999999999999:root",
        ),
        (
            ACK,
            deleted,
            "create an AccessKey for user `ack-reporter`",
            "- AccessKeys: was 1, is 0 (removed `LTAI",
        ),
        (
            ACK,
            changed,
            "it reports into account `6543210987654321`",
            "~ config.uid: was \"1234567890123456\", is \"6543210987654321\"",
        ),
    ] {
        let home = after(&words);
        let seen = home.host(&["check", "last"]).exits(0);
        assert!(seen.both().contains("the cloud is as the run left it"), "{seen}");
        assert_eq!(told(&seen), "", "{seen}");
        meddle(&home, change);
        let seen = home.host(&["check", "last"]).exits(4);
        assert!(seen.both().contains(mended), "{mended}: {seen}");
        assert!(told(&seen).contains(shown), "{shown}: {seen}");
        assert!(seen.both().contains("the cloud is not as the run left it: "), "{seen}");
    }
}

#[test]
fn what_no_workflow_looks_at_is_found_as_well() {
    let home = after(&DELEGATE);
    meddle(&home, |accounts| {
        role(accounts)["description"] = Json::from("for everybody");
        let keys = &mut accounts[SOURCE]["users"]["items"]["alice"]["known"]["keys"]["items"];
        let keys = keys.as_object_mut().expect("alice has a key");
        let mut second = keys.values().next().expect("she has").clone();
        second["known"]["id"] = Json::from("LTAI5tSECONDKEYOFALICE00");
        keys.insert("ltai5tsecondkeyofalice00".to_owned(), second);
    });
    let seen = home.host(&["check", "last"]).exits(4);
    assert!(seen.stdout.contains("No changes."), "the workflow would do nothing: {seen}");
    let told = told(&seen);
    for line in [
        "source (6543210987654321): user `alice`, as `ram:ListAccessKeys` shows it",
        "+ AccessKeys: was 1, is 2 (added `LTAI5tSECONDKEYOFALICE00`)",
        "monitoring (1234567890123456): role `arms-admin`, as `ram:GetRole` shows it",
        "is \"for everybody\"",
    ] {
        assert!(told.contains(line), "{line}: {seen}");
    }
    assert!(seen.stderr.contains("next: mend by hand "), "{seen}");
    let seen = home.host(&["check", "last", "--json"]).exits(4);
    let checked: Json = serde_json::from_str(&seen.stdout).expect("a check is one document");
    let drift = checked["drift"].as_array().expect("it says what differs");
    let reads: Vec<&str> = drift.iter().filter_map(|it| it["read"].as_str()).collect();
    assert_eq!(reads.len(), 2, "{seen}");
    assert!(reads.contains(&"ram:GetRole") && reads.contains(&"ram:ListAccessKeys"), "{seen}");
}

#[test]
fn a_run_that_changed_nothing_is_checked_by_what_it_saw() {
    let home = after(&DELEGATE);
    let seen = run(&home, &DELEGATE);
    assert!(seen.both().contains("no changes"), "{seen}");
    home.host(&["check", "last"]).exits(0);
    meddle(&home, |accounts| {
        let_a_stranger_in(accounts);
    });
    let seen = home.host(&["check", "last"]).exits(4);
    assert!(told(&seen).contains("acs:ram::9999999999999999:root"), "{seen}");
    // It stands so in the next run, which says that it does.
    run(&home, &DELEGATE);
    let seen = home.host(&["check", "last"]).exits(0);
    assert_eq!(told(&seen), "", "{seen}");
}

#[test]
fn of_what_was_taken_back_nothing_is_told_twice() {
    let home = after(&DELEGATE);
    home.host(&["undo", "last"]).exits(0);
    let seen = home.host(&["check", "last"]).exits(4);
    assert!(seen.both().contains("the run was taken back by "), "{seen}");
    assert!(seen.stderr.contains("next: ") && !seen.stderr.contains("`host undo "), "{seen}");
    assert_eq!(told(&seen), "", "{seen}");
}
