//! Rules 7, 10 and 11 at a cluster's add-ons: where a reporting key goes, and what settings tell.

use serde_json::Value as Json;

use super::{Spoils, attack, attack_in, home, home_with, nothing_leaked, secrets_of};

/// The add-on that reports, as the built-in scenario has it.
const ADDON: &str = r#"{ name = "ack-onepilot", version = "3.0.9" }"#;

/// The secrets that somebody typed in by hand, of which the host knows nothing.
const FOREIGN: [&str; 2] = ["FakeForeignKeySecret0000000001", "FakeForeignToken00000000000002"];

/// The same add-on in another version, with what somebody else has set.
fn typed_in(version: &str) -> String {
    let [secret, token] = FOREIGN;
    format!(
        r#"{{ name = "ack-onepilot", version = "{version}", config = {{
             accessKey = "LTAI5tFakeForeign00000000001", accessKeySecret = "{secret}",
             uid = "1999999999999999", endpoint = "collector.example",
             deeper = {{ list = ["{token}"], token = "{token}" }} }} }}"#
    )
    .replace('\n', " ")
}

#[test]
fn rule_7_a_reporting_key_reports_for_its_own_account_and_nowhere_else() {
    let home = home();
    let spoils = attack_in(&home, "reporting-key", &[]);
    assert!(spoils.got.len() >= 27, "{}", spoils.seen);
    spoils.all_refused_but(&["whole"]);
    for what in ["another add-on", "another name", "another account", "another id", "no account"] {
        spoils.denied(what, "policy.secret-misplaced");
    }
    for what in ["in plain text", "the account alone", "as a document"] {
        spoils.denied(what, "policy.addon-reporting-incomplete");
    }
    spoils.denied("two accounts", "catalog.setting-repeated");
    spoils.denied("a setting beside", "policy.addon-setting-unnamed");
    assert_eq!(spoils.kind("whole"), "ok", "{}", spoils.seen);
    let text = spoils.seen.both();
    assert!(!text.contains("Hunter2-Hunter2!"), "a secret that was refused is shown: {text}");
    nothing_leaked(&home, &secrets_of(&home), &spoils);
}

#[test]
fn rule_7_an_add_on_that_the_operator_named_gets_no_key_either() {
    let more = ["--allow", "addon=coredns", "--allow", "addon=arms-prometheus"];
    let spoils = attack_in(&home(), "reporting-key", &more);
    spoils.denied("another add-on", "policy.secret-misplaced");
    spoils.denied("another add-on, installed", "policy.secret-misplaced");
}

#[test]
fn rule_10_settings_that_others_made_are_sealed_whichever_way_they_are_read() {
    for version in ["3.0.9", "5.1.0", "5.1.1"] {
        let home = home_with(&[(ADDON, &typed_in(version))]);
        let spoils = attack_in(&home, "addon-read-back", &[]);
        let mut secrets = secrets_of(&home);
        for secret in FOREIGN {
            secrets.learn(secret);
        }
        nothing_leaked(&home, &secrets, &spoils);
        for what in ["one", "one, by the older path", "GetClusterAddonInstance"] {
            let read = spoils.read(what);
            assert!(read.contains("accessKeySecret") && read.contains("[sealed]"), "{read}");
            assert!(!read.contains("collector.example"), "{read}");
        }
    }
}

#[test]
fn rule_10_what_a_task_was_given_stays_in_the_host() {
    let home = home();
    attack_in(&home, "reporting-key", &[]);
    let spoils = attack_in(&home, "addon-read-back", &[]);
    spoils.of("task");
    nothing_leaked(&home, &secrets_of(&home), &spoils);
}

/// The attempts that the host let through.
fn accepted(spoils: &Spoils) -> Vec<&Json> {
    spoils.got.iter().filter(|it| it["kind"] == "ok").collect()
}

#[test]
fn rule_11_what_was_read_masked_is_never_written_back() {
    for (version, mask) in [("3.0.9", "[sealed]"), ("5.1.1", "[masked]")] {
        let home = home_with(&[(ADDON, &typed_in(version))]);
        let spoils = attack_in(&home, "addon-write-back", &[]);
        spoils.all_refused_but(&[]);
        spoils.denied("endpoint=[sealed]", "policy.addon-setting-masked");
        spoils.denied(&format!("accessKeySecret={mask}"), "policy.addon-setting-masked");
        for what in ["mask", "mask beside a key", "mask, generic"] {
            spoils.denied(what, "policy.addon-setting-masked");
        }
    }
}

#[test]
fn rule_11_no_allowance_writes_a_mask_back() {
    let home = home_with(&[(ADDON, &typed_in("3.0.9"))]);
    let more = [
        "--allow",
        "addon-setting=/endpoint=[sealed]",
        "--allow",
        "addon-setting=/endpoint=[masked]",
        "--allow",
        "addon-setting=/endpoint=******",
    ];
    let spoils = attack_in(&home, "addon-write-back", &more);
    assert_eq!(accepted(&spoils), [] as [&Json; 0], "{}", spoils.seen);
    spoils.denied("mask", "policy.addon-setting-masked");
}

#[test]
fn rule_1_a_name_in_a_path_leads_where_it_says() {
    let spoils = attack("paths");
    spoils.all_refused_but(&[]);
}
