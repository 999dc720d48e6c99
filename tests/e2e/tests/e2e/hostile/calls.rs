//! Rules 1, 3 and 4: what leaves, with which parameters, and as whom.

use super::attack;

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
        assert!(
            ["catalog.parameter-repeated", "catalog.parameter-unknown"].contains(&code),
            "{code}"
        );
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
