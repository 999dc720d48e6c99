//! One attack for each rule, by a workflow that a stranger wrote, in the offline cloud.

use host_e2e::{Home, Secrets, Seen, hostile, hostile_manifest, hostile_module, with_manifest};
use serde_json::{Value as Json, json};

/// A home with the hostile workflow in it.
fn home() -> Home {
    let home = Home::new();
    home.write("hostile.wasm", hostile());
    home
}

fn seen(home: &Home, attack: &str, more: &[&str]) -> Seen {
    let workflow = home.path("hostile.wasm").display().to_string();
    let attack = format!("attack={attack}");
    let mut arguments = vec!["run", &workflow, "--simulate", "--json", "-p", &attack];
    arguments.extend_from_slice(more);
    home.host(&arguments)
}

/// What every attempt of an attack got.
struct Spoils {
    got: Vec<Json>,
    seen: Seen,
}

impl Spoils {
    /// The attempts of that name; there must be some.
    #[track_caller]
    fn of(&self, what: &str) -> Vec<&Json> {
        let found: Vec<&Json> = self.got.iter().filter(|it| it["what"] == what).collect();
        assert!(!found.is_empty(), "no attempt `{what}`: {}", self.seen);
        found
    }

    /// The host refused it, without asking the cloud, and with this code if one is given.
    #[track_caller]
    fn denied(&self, what: &str, code: &str) {
        for attempt in self.of(what) {
            assert_eq!(attempt["kind"], "denied", "{attempt}");
            assert_eq!(attempt["request-id"], Json::Null, "{attempt}");
            assert!(attempt["code"].as_str().is_some_and(|it| it.contains(code)), "{attempt}");
        }
    }

    /// The host refused it, as a rule or as a wrong value, without asking the cloud.
    #[track_caller]
    fn refused(&self, what: &str) {
        for attempt in self.of(what) {
            let kind = attempt["kind"].as_str().unwrap_or_default();
            assert!(["denied", "invalid"].contains(&kind), "{attempt}");
            assert_eq!(attempt["request-id"], Json::Null, "{attempt}");
        }
    }

    /// Everything but what is named was refused by the host.
    #[track_caller]
    fn all_refused_but(&self, allowed: &[&str]) {
        for attempt in &self.got {
            let what = attempt["what"].as_str().unwrap_or_default();
            if !allowed.contains(&what) {
                self.refused(what);
            }
        }
    }

    #[track_caller]
    fn kind(&self, what: &str) -> &str {
        self.of(what)[0]["kind"].as_str().unwrap_or_default()
    }

    #[track_caller]
    fn value(&self, what: &str) -> &Json {
        let attempt = self.of(what)[0];
        assert_eq!(attempt["kind"], "ok", "{attempt}");
        &attempt["value"]
    }
}

#[track_caller]
fn attack_in(home: &Home, attack: &str, more: &[&str]) -> Spoils {
    let seen = seen(home, attack, more);
    let ended = seen.ended();
    let got = ended["output"]["got"].as_array().cloned();
    assert!(got.is_some(), "the attack did not come to its end: {seen}");
    Spoils { got: got.unwrap_or_default(), seen }
}

#[track_caller]
fn attack(attack: &str) -> Spoils {
    attack_in(&home(), attack, &[])
}

#[test]
fn rule_1_actions_that_are_not_catalogued_are_denied() {
    let spoils = attack("call-uncatalogued");
    assert!(!spoils.got.is_empty());
    for attempt in &spoils.got {
        spoils.denied(attempt["what"].as_str().unwrap(), "catalog.action-unknown");
    }
}

#[test]
fn rule_1_actions_that_are_not_declared_are_denied() {
    let spoils = attack("call-undeclared");
    spoils.denied("SetAccountAlias", "policy.");
    spoils.denied("GetPasswordPolicy", "policy.");
}

#[test]
fn rule_1_the_catalog_decides_the_effect_and_not_the_interface() {
    let spoils = attack("call-through-wrong-interface");
    for what in ["CreateUser", "DeleteUser", "GetUser"] {
        spoils.denied(what, "policy.interface-wrong");
    }
    assert_eq!(spoils.kind("look"), "not-found");
}

#[test]
fn rule_2_no_reply_holds_a_secret_whichever_way_it_is_asked_for() {
    let home = home();
    let spoils = attack_in(&home, "reply-access-key", &[]);
    for what in ["typed", "generic", "list", "ims typed", "ims generic"] {
        let value = spoils.value(what).to_string();
        assert!(!value.contains("AccessKeySecret"), "{what}: {value}");
    }
    assert!(spoils.value("generic").as_str().unwrap().contains("AccessKeyId"));
    let mut secrets = Secrets::default();
    secrets.learn_cloud(&home.state());
    assert!(secrets.count() >= 4, "the cloud made four keys, and {} are known", secrets.count());
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
    secrets.are_not_below(&home.cache());
}

#[test]
fn rule_2_a_session_is_an_identity_and_nothing_else() {
    let home = home();
    let spoils = attack_in(&home, "reply-session", &[]);
    let session = spoils.value("session");
    assert!(session["arn"].as_str().unwrap().contains("hostile-assumed"), "{session}");
    let text = spoils.seen.both();
    for name in ["AccessKeySecret", "SecurityToken", "STS."] {
        assert!(!text.contains(name), "{name}: {}", spoils.seen);
    }
    let mut secrets = Secrets::default();
    secrets.learn_cloud(&home.state());
    secrets.are_not_in("the output", &text);
    secrets.are_not_below(&home.state());
}

#[test]
fn rule_2_a_license_key_is_a_handle() {
    let home = home();
    let spoils = attack_in(&home, "reply-license-key", &[]);
    assert_eq!(spoils.kind("typed"), "ok");
    let mut secrets = Secrets::default();
    secrets.learn("fakelicensekey@0123456789abcde");
    secrets.are_not_in("the output", &spoils.seen.both());
    secrets.are_not_below(&home.state());
}

#[test]
fn rule_3_what_the_host_owns_cannot_be_given() {
    let spoils = attack("extra-owned");
    for attempt in &spoils.got {
        let what = attempt["what"].as_str().unwrap();
        if what != "look" {
            spoils.denied(what, "catalog.parameter-owned");
        }
    }
    assert_eq!(spoils.kind("look"), "not-found");
}

#[test]
fn rule_3_extra_overrides_and_repeats_nothing() {
    let spoils = attack("extra-overriding");
    spoils.all_refused_but(&["look"]);
    for what in ["typed name", "typed document", "typed option", "twice", "generic twice"] {
        let code = spoils.of(what)[0]["code"].as_str().unwrap();
        assert!(["catalog.parameter-repeated", "catalog.parameter-unknown"].contains(&code), "{code}");
    }
    assert_eq!(spoils.kind("look"), "not-found");
}

#[test]
fn rule_4_identities_stay_inside() {
    let spoils = attack("assume-generic");
    spoils.denied("AssumeRole", "");
    spoils.denied("AssumeRole, named", "");
    let spoils = attack("assume-foreign");
    spoils.all_refused_but(&[]);
    let spoils = attack("open-unbound");
    spoils.all_refused_but(&[]);
}

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
    let home = self::home();
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
        all.map(|attempt| attempt["what"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    let kept = attack_in(&home, "vault-keep", &["-p", object]);
    assert_eq!(found(&kept), ["ram:login-profile/kept"], "one account, one name: {}", kept.seen);
    kept.refused("odd object");
    assert_ne!(kept.kind("input"), "ok");

    let mut manifest = hostile_manifest();
    manifest["lineage"] = json!("other");
    home.write("hostile.wasm", with_manifest(hostile_module(), &manifest));
    let other = attack_in(&home, "vault-find", &["-p", object]);
    assert_eq!(found(&other), [] as [String; 0], "{}", other.seen);

    home.write("hostile.wasm", hostile());
    let again = attack_in(&home, "vault-find", &["-p", object]);
    assert_eq!(found(&again), ["ram:login-profile/kept"]);
}

#[test]
fn rule_13_a_claim_without_its_call_proves_nothing() {
    let home = home();
    let seen = seen(&home, "claims", &[]);
    let ended = seen.ended();
    assert_ne!(ended["verdict"], "verified", "{seen}");
    let proofs = ended["proofs"].as_array().unwrap();
    assert!(!proofs.is_empty() && proofs.iter().all(|proof| proof["seen"] == false), "{seen}");
    let seen = seen.exits(6);
    let checks = seen.events_of("check");
    assert_eq!(checks.len(), 4, "{seen}");
    assert!(checks.iter().all(|check| check["claim"] == "holds"), "{seen}");
}

#[test]
fn a_flood_of_log_lines_ends_the_run_and_says_how_to_allow_it() {
    let home = home();
    let workflow = home.path("hostile.wasm").display().to_string();
    let seen = home.host(&["run", &workflow, "--simulate", "-p", "attack=log-flood"]).exits(1);
    assert!(seen.stderr.contains("`log_bytes_max`"), "{seen}");
    assert!(seen.hint().contains("raise `log_bytes_max`"), "{seen}");
    assert!(seen.both().len() < 8 << 20, "{} bytes of output", seen.both().len());
}

#[test]
fn an_endless_loop_ends_at_the_limit_of_the_configuration() {
    let home = Home::new().with_config("[limits]\ncompute_seconds_max = 1\n");
    home.write("hostile.wasm", hostile());
    let seen = seen(&home, "endless", &[]).exits(1);
    let ended = seen.ended();
    assert_eq!(ended["code"], "runtime.limit-reached", "{seen}");
    assert!(ended["reason"].as_str().unwrap().contains("`compute_seconds_max` of 1"), "{seen}");
}

#[test]
fn an_error_of_the_workflow_ends_the_run_with_its_code() {
    let home = home();
    let seen = seen(&home, "no-such-attack", &[]).exits(1);
    assert_eq!(seen.ended()["code"], "hostile.attack-unknown", "{seen}");
    assert_eq!(seen.ended()["verdict"], "failed", "{seen}");
}
