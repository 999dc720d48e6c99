//! Rules 5 and 6: nobody is let in, nobody gets full power, and users of others stay theirs.

use serde_json::json;

use super::{attack, attack_in, home};

#[test]
fn rule_5_a_new_role_trusts_nobody_outside() {
    let spoils = attack("trust-open");
    assert!(spoils.got.len() >= 14, "{}", spoils.seen);
    spoils.all_refused_but(&[]);
    spoils.denied("a foreign account", "policy.");
}

#[test]
fn rule_5_the_trust_of_a_role_is_not_widened() {
    let spoils = attack("trust-widened");
    spoils.all_refused_but(&["look"]);
    let trust = spoils.value("look").as_str().unwrap();
    assert!(trust.contains("acs:ram::1234567890123456:root"), "{trust}");
    assert!(!trust.contains("1999999999999999") && !trust.contains("Service"), "{trust}");
}

#[test]
fn rule_5_a_principal_that_the_operator_named_is_trusted_and_no_other() {
    let named = "principal=acs:ram::1999999999999999:root";
    let spoils = attack_in(&home(), "trust-open", &["--allow", named]);
    assert_eq!(spoils.kind("a foreign account"), "ok", "{}", spoils.seen);
    for what in ["everybody", "everybody, escaped", "a service", "a federation", "a foreign user"] {
        spoils.refused(what);
    }
}

#[test]
fn rule_5_full_power_is_given_to_nobody() {
    let spoils = attack("admin-attached");
    for what in ["user", "role", "resource manager, user", "resource manager, role"] {
        spoils.denied(what, "policy.");
    }
    assert_eq!(spoils.value("look at user"), &json!([]));
    assert_eq!(spoils.value("look at role"), &json!([]));
}

#[test]
fn rule_5_documents_are_judged_by_meaning() {
    let spoils = attack("admin-document");
    assert!(spoils.got.len() >= 11, "{}", spoils.seen);
    spoils.all_refused_but(&[]);
    spoils.denied("everything", "policy.");
    spoils.denied("all but one", "policy.");
}

#[test]
fn rule_5_versions_of_documents_are_judged_by_meaning() {
    let home = home();
    let spoils = attack_in(&home, "admin-version", &[]);
    spoils.all_refused_but(&["look"]);
    assert!(spoils.value("look").as_str().unwrap().contains("arms:Get*"), "{}", spoils.seen);

    // With the operator's flag the versions are made; without it they do not become the default.
    let home = super::home();
    let spoils = attack_in(&home, "admin-version", &["--allow", "broad-policy"]);
    assert_eq!(spoils.kind("everything"), "ok", "{}", spoils.seen);
    let spoils = attack_in(&home, "admin-default", &["-p", "object=hostile-growing"]);
    assert!(spoils.got.len() > 2, "{}", spoils.seen);
    spoils.all_refused_but(&["look", "v1"]);
}

#[test]
fn rule_6_credentials_of_others_are_not_touched() {
    for user in ["outsider", "operator"] {
        let user = format!("user={user}");
        let spoils = attack_in(&home(), "foreign-user", &["-p", &user]);
        spoils.all_refused_but(&[]);
        for what in ["key", "key by ims", "login", "password", "without mfa", "unbind mfa"] {
            spoils.denied(what, "policy.");
        }
        spoils.denied("key of the caller", "policy.");
        spoils.denied("key of the caller by ims", "policy.");
        spoils.denied("enable key", "policy.");
    }
}

#[test]
fn rule_6_a_user_that_the_operator_named_is_allowed_and_no_other() {
    let more = ["-p", "user=outsider", "--allow", "user=outsider"];
    let spoils = attack_in(&home(), "foreign-user", &more);
    assert_eq!(spoils.kind("key"), "ok", "{}", spoils.seen);
    spoils.denied("key of the caller", "policy.");
}

#[test]
fn rule_6_the_mark_cannot_be_forged() {
    let spoils = attack_in(&home(), "forge-mark", &["-p", "user=outsider"]);
    spoils.denied("mark", "policy.");
    spoils.denied("key", "policy.");
    assert_ne!(spoils.kind("rename"), "ok");
    assert!(!spoils.value("look").to_string().contains("host:workflow"), "{}", spoils.seen);
    let spoils = attack("forge-mark-of-another");
    for attempt in spoils.of("look") {
        assert!(!attempt["value"].to_string().contains("=delegate"), "{attempt}");
    }
    for what in ["create", "update"] {
        spoils.denied(what, "policy.");
    }
}

#[test]
fn rule_6_what_the_workflow_made_itself_is_its_own() {
    let spoils = attack("own-user");
    assert!(spoils.value("look").as_str().unwrap().contains("host:workflow=hostile"));
    assert_eq!(spoils.kind("key"), "ok", "{}", spoils.seen);
    assert_eq!(spoils.kind("login"), "ok", "{}", spoils.seen);
}
