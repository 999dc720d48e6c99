//! Rules 2, 7, 8 and 9: secrets come as handles, go to their sinks, and stay where they belong.

use host_e2e::{Secrets, hostile, hostile_manifest, hostile_module, with_manifest};
use serde_json::json;

use super::{Spoils, attack, attack_in, home, secrets_of};

#[test]
fn rule_2_no_reply_holds_a_secret_whichever_way_it_is_asked_for() {
    let home = home();
    let spoils = attack_in(&home, "reply-access-key", &[]);
    let secrets = secrets_of(&home);
    assert!(secrets.count() >= 5, "four keys were made, and {} are known", secrets.count());
    for what in ["typed", "generic", "list", "ims typed", "ims generic"] {
        let reply = spoils.read(what);
        assert!(reply.contains("AccessKeyId"), "{what}: {reply}");
        assert!(!reply.contains("AccessKeySecret"), "{what}: {reply}");
        secrets.are_not_in(what, &reply);
    }
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
    secrets.are_not_below(home.cache());
}

#[test]
fn rule_2_a_session_is_an_identity_and_nothing_else() {
    let home = home();
    let spoils = attack_in(&home, "reply-session", &[]);
    let session = spoils.read("session");
    assert!(session.contains("hostile-assumed"), "{session}");
    for name in ["AccessKeySecret", "SecurityToken", "STS."] {
        assert!(!session.contains(name) && !spoils.seen.both().contains(name), "{}", spoils.seen);
    }
    let secrets = secrets_of(&home);
    secrets.are_not_in("the reply", &session);
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
}

#[test]
fn rule_2_a_license_key_is_a_handle() {
    let home = home();
    let spoils = attack_in(&home, "reply-license-key", &[]);
    assert_eq!(spoils.kind("typed"), "ok");
    let secrets = secrets_of(&home);
    secrets.are_not_in("the reply", &spoils.read("generic"));
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
}

#[test]
fn rule_7_a_secret_goes_nowhere_but_to_its_sink() {
    let home = home();
    let spoils = attack_in(&home, "secret-as-text", &[]);
    spoils.all_refused_but(&[]);
    for what in ["Description", "Comments", "UserName", "PolicyDocument"] {
        spoils.denied(what, "catalog.secret-misplaced");
    }
    let mut secrets = Secrets::default();
    secrets.learn_cloud(&home.state());
    secrets.are_not_in("the output", &spoils.seen.both());
}

#[test]
fn rule_7_a_secret_parameter_takes_no_text() {
    let spoils = attack("text-as-secret");
    spoils.all_refused_but(&["look"]);
    for what in ["text", "json", "update", "ims"] {
        spoils.denied(what, "catalog.secret-misplaced");
    }
    assert_eq!(spoils.kind("look"), "not-found");
    let text = spoils.seen.both();
    assert!(!text.contains("Hunter2-Hunter2!"), "a password that was refused is shown: {text}");
}

#[test]
fn rule_7_a_secret_of_another_kind_or_owner_is_refused() {
    let spoils = attack("secret-of-wrong-kind");
    spoils.all_refused_but(&["look"]);
    assert_eq!(spoils.kind("look"), "not-found");
    let spoils = attack("password-of-another");
    spoils.denied("user", "");
    spoils.denied("account", "");
    assert_eq!(spoils.kind("look"), "not-found");
    assert_eq!(spoils.kind("look there"), "not-found");
    assert_eq!(spoils.kind("owner"), "ok", "{}", spoils.seen);
}

#[test]
fn rule_8_fingerprints_compare_within_a_run_and_nowhere_else() {
    let home = home();
    let first = attack_in(&home, "fingerprint", &[]);
    assert_eq!(first.value("first"), first.value("again"));
    assert_ne!(first.value("first"), first.value("other"));
    let second = attack_in(&home, "fingerprint", &[]);
    assert_eq!(second.value("first"), second.value("again"));
    assert_ne!(first.value("first"), second.value("first"), "the same secret in another run");
}

#[test]
fn rule_9_the_vault_opens_by_lineage_and_not_by_name() {
    let home = home();
    let object = "object=ram:login-profile/kept";
    let found = |spoils: &Spoils| {
        let all = spoils.got.iter().filter(|attempt| attempt["value"] == json!(true));
        all.map(|attempt| attempt["what"].as_str().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    let kept = attack_in(&home, "vault-keep", &["-p", object]);
    assert_eq!(found(&kept), ["ram:login-profile/kept"], "one account, one name: {}", kept.seen);
    kept.refused("odd object");

    let mut manifest = hostile_manifest();
    manifest["lineage"] = json!("other");
    home.write("hostile.wasm", with_manifest(hostile_module(), &manifest));
    let other = attack_in(&home, "vault-find", &["-p", object]);
    assert_eq!(found(&other), [] as [String; 0], "{}", other.seen);

    home.write("hostile.wasm", hostile());
    let again = attack_in(&home, "vault-find", &["-p", object]);
    assert_eq!(found(&again), ["ram:login-profile/kept"]);
}
