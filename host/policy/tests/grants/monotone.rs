//! Proves that whoever allows less never permits more: no allowance, declaration, bound account
//! or consent turns a permit into a denial.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use host_model::AccountId;
use host_policy::{Allowances, Consent, Scene, judge};
use proptest::prelude::*;

use crate::table::{Case, cases, digest};

/// Everything that can be allowed and that the table has a use for.
const WORDS: [&str; 20] = [
    "access-key",
    "console-login",
    "mfa",
    "session",
    "license-key",
    "command",
    "purchase",
    "broad-policy",
    "principal=ecs.aliyuncs.com",
    "principal=acs:ram::9999999999999999:root",
    "principal=acs:ram::1111111111111111:saml-provider/idp",
    "user=bob",
    "user=acs:ram::1111111111111111:user/alice",
    "user=carol",
    "addon=arms-prometheus",
    "addon-setting=/region=cn-beijing",
    "addon-setting=/replicas=2",
    "addon-setting=/accessKey=",
    "addon-setting=/accessKeySecret=",
    "addon-setting=/uid=",
];

fn all() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(cases)
}

/// Adds to a scene what the bits of `more` say.
fn with(scene: &Scene, more: u32) -> Scene {
    let mut scene = scene.clone();
    let bit = |index: usize| more & (1 << index) != 0;
    for (index, word) in WORDS.iter().enumerate() {
        if bit(index) {
            scene.allowances.allow(word).unwrap();
        }
    }
    scene.allowances.adopt |= bit(20);
    scene.bound.extend(bit(21).then(|| "9999999999999999".parse::<AccountId>().unwrap()));
    scene.declared.extend(bit(22).then(|| "ram:CreateRole".to_owned()));
    scene.commands.extend(bit(23).then(|| digest("echo ready\n")));
    scene
}

/// Consents that are worth at least as much.
fn stronger(consent: Consent, writes: bool) -> Vec<Consent> {
    let read_only = [Consent::VettedRead, Consent::Unattended, Consent::Person];
    match consent {
        Consent::None => vec![Consent::VettedRead, Consent::Unattended, Consent::Person],
        Consent::VettedRead if !writes => read_only.to_vec(),
        Consent::VettedRead | Consent::Unattended => vec![Consent::Person],
        Consent::Offline | Consent::Person | Consent::Planned => Vec::new(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn fewer_allowances_never_permit_more(
        index in any::<prop::sample::Index>(),
        less in any::<u32>(),
        more in any::<u32>(),
        bare in any::<bool>(),
    ) {
        let case = index.get(all());
        let mut ready = case.ready();
        if bare {
            ready.scene.allowances = Allowances::default();
        }
        let small = with(&ready.scene, less & more);
        let large = with(&ready.scene, less | more);
        if judge(&small, &ready.subject()).is_ok() {
            let denial = judge(&large, &ready.subject()).err();
            prop_assert_eq!(denial, None, "{}: more allowances refuse it", case.name);
        }
    }

    #[test]
    fn less_consent_never_permits_more(index in any::<prop::sample::Index>(), more in any::<u32>()) {
        let case = index.get(all());
        let mut ready = case.ready();
        ready.scene = with(&ready.scene, more);
        if judge(&ready.scene, &ready.subject()).is_err() {
            return Ok(());
        }
        for consent in stronger(ready.consent, ready.action.effect.is_write()) {
            ready.consent = consent;
            let denial = judge(&ready.scene, &ready.subject()).err();
            prop_assert_eq!(denial, None, "{}: {:?} refuses it", case.name, consent);
        }
    }

    #[test]
    fn what_nobody_agreed_to_is_never_permitted(
        index in any::<prop::sample::Index>(),
        more in any::<u32>(),
    ) {
        let case = index.get(all());
        let mut ready = case.ready();
        let mut scene = with(&ready.scene, more);
        scene.offline = false;
        for consent in [Consent::None, Consent::Offline] {
            ready.consent = consent;
            prop_assert!(judge(&scene, &ready.subject()).is_err(), "{}", case.name);
        }
    }

    #[test]
    fn no_word_that_cannot_be_allowed_is_offered(word in "\\PC{0,40}") {
        let mut allowances = Allowances::default();
        if let Err(error) = allowances.allow(&word) {
            prop_assert_eq!(allowances, Allowances::default());
            prop_assert!(error.to_string().contains("cannot be allowed"));
        }
    }
}

#[test]
fn wildcards_and_empty_names_cannot_be_allowed() {
    let words = [
        "",
        "all",
        "*",
        "broad-policy=",
        "principal",
        "principal=",
        "principal=*",
        "user=",
        "user=*",
        "user=b?b",
        "principal=acs:ram::*:root",
        "Access-Key",
        "adopt",
        "addon=",
        "addon=*",
        "addon-setting",
        "addon-setting=",
        "addon-setting=/region",
        "addon-setting=region=x",
        "addon-setting=/=x",
        "addon-setting=/*=x",
        "addon-setting=/uid=9999999999999999",
        "addon-setting=/accessKey=LTAIEXAMPLE",
        "addon-setting=/global/accessKeySecret=plain",
    ];
    for word in words {
        let mut allowances = Allowances::default();
        assert!(allowances.allow(word).is_err(), "{word}");
        assert_eq!(allowances, Allowances::default(), "{word}");
    }
}

#[test]
fn what_somebody_should_not_have_typed_is_not_repeated() {
    let mut allowances = Allowances::default();
    let error = allowances.allow("addon-setting=/accessKeySecret=Hunter2=").unwrap_err();
    assert!(error.word.contains("/accessKeySecret"), "{error}");
    assert!(!error.to_string().contains("Hunter2"), "{error}");
}

#[test]
fn scenes_are_ordered_as_the_properties_assume() {
    let scene = &all()[0].ready().scene;
    let bare = Scene { allowances: Allowances::default(), ..scene.clone() };
    let everything = with(&bare, u32::MAX);
    assert_eq!(everything.allowances.risks.len(), 7);
    assert_eq!(everything.allowances.principals.len(), 3);
    assert_eq!(everything.allowances.users.len(), 3);
    assert_eq!(everything.allowances.addons.len(), 1);
    assert_eq!(everything.allowances.addon_settings.len(), 5);
    assert!(everything.commands.is_superset(&bare.commands) && everything.commands.len() == 2);
    assert!(everything.allowances.broad_policies && everything.allowances.adopt);
    assert!(everything.bound.is_superset(&bare.bound) && everything.bound.len() == 3);
    let declared: BTreeSet<_> = everything.declared.difference(&bare.declared).collect();
    assert!(declared.len() <= 1);
}
