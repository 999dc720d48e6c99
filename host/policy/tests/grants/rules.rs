//! Proves that a policy file only ever takes away: fewer rules never permit more, and no file permits what
//! would be denied without one.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use host_catalog::Catalog;
use host_model::Value;
use host_policy::{Allowances, Consent, Scene, audit, judge};
use proptest::prelude::*;

use crate::table::{Case, Ready, cases, granted};

/// Rules that the rows of the table have a use for, wide and narrow.
const RULES: [&str; 20] = [
    "actions = [\"*\"]",
    "actions = [\"ram:*\"]\nresources = [\"*\"]",
    "actions = [\"ram:*\"]\nresources = [\"role/*\", \"acs:ram:*:*:policy/*\"]",
    "actions = [\"ram:*\"]\nresources = [\"arms-*\"]",
    "actions = [\"ram:*AccessKey\"]\nresources = [\"user/dora\"]\nallow = [\"access-key\"]",
    "actions = [\"ram:*AccessKey\"]\nallow = [\"user=bob\", \"user=alice\"]",
    "actions = [\"*\"]\nallow = [\"access-key\", \"console-login\", \"mfa\"]",
    "actions = [\"*\"]\nallow = [\"session\", \"license-key\", \"command\", \"purchase\"]",
    "actions = [\"*\"]\nallow = [\"broad-policy\"]",
    "actions = [\"*\"]\nallow = [\"principal=ecs.aliyuncs.com\", \"principal=acs:ram::9999999999999999:root\"]",
    "actions = [\"cs:*\"]\nallow = [\"addon=arms-prometheus\", \"addon-setting=/region=cn-beijing\"]",
    "actions = [\"cs:*\"]\nresources = [\"cluster/*\"]",
    "actions = [\"ecs:*\"]\nresources = [\"instance/*\", \"invocation/*\"]\nallow = [\"command\"]",
    "actions = [\"ecs:RunCommand\"]\nwhere = { RepeatMode = \"Once\" }\nallow = [\"command\"]",
    "actions = [\"ram:Attach*\"]\nwhere = { PolicyType = \"System\" }",
    "actions = [\"sts:*\"]\nresources = [\"acs:ram:*:2222222222222222:role/*\"]\nallow = [\"session\"]",
    "workflow = \"delegate\"\nactions = [\"ims:*\", \"arms:*\", \"resourcemanager:*\"]",
    "workflow = \"ack\"\nactions = [\"*\"]\nallow = [\"access-key\", \"broad-policy\"]",
    "account = \"source\"\nactions = [\"*\"]",
    "account = [\"monitoring\", \"9999999999999999\"]\nactions = [\"*:Get*\", \"*:List*\", \"*:Create*\"]",
];

fn all() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    CASES.get_or_init(cases)
}

/// The scene with the rules that the bits choose in force.
fn with(scene: &Scene, rules: u32, declared: bool) -> Scene {
    with_text(scene, &text_of(rules, declared))
}

fn with_text(scene: &Scene, text: &str) -> Scene {
    let mut scene = scene.clone();
    scene.allowances.grants = Some(Arc::new(granted(text, false)));
    scene
}

fn text_of(rules: u32, declared: bool) -> String {
    let chosen = (0..).zip(RULES).filter(|(bit, _)| rules & (1 << bit) != 0);
    let mut text = chosen.flat_map(|(_, rule)| ["[[rule]]\n", rule, "\n"]).collect::<String>();
    // A file must grant something; this grants no workflow that there is.
    text.push_str("[[rule]]\nworkflow = \"nobody\"\nactions = [\"*\"]\n");
    let reads = if declared { "declared" } else { "granted" };
    format!("reads = \"{reads}\"\n{text}")
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn fewer_rules_never_permit_more(
        index in any::<prop::sample::Index>(),
        less in any::<u32>(),
        more in any::<u32>(),
        declared in any::<bool>(),
        unattended in any::<bool>(),
    ) {
        let case = index.get(all());
        let mut ready = case.ready();
        if unattended {
            ready.consent = Consent::Unattended;
        }
        let small = with(&ready.scene, less & more, declared && less % 2 == 0);
        let large = with(&ready.scene, less | more, declared);
        if judge(&small, &ready.subject()).is_ok() {
            let denial = judge(&large, &ready.subject()).err();
            prop_assert_eq!(denial, None, "{}: more rules refuse it", case.name);
        }
    }

    #[test]
    fn a_file_without_words_permits_nothing_that_is_denied_without_it(
        index in any::<prop::sample::Index>(),
        rules in any::<u32>(),
        declared in any::<bool>(),
        unattended in any::<bool>(),
    ) {
        let case = index.get(all());
        let mut ready = case.ready();
        if unattended {
            ready.consent = Consent::Unattended;
        }
        let plain = (0..).zip(RULES).filter(|(_, rule)| !rule.contains("allow = "));
        let plain: u32 = plain.map(|(bit, _)| 1 << bit).sum();
        let bare = Scene {
            allowances: Allowances { grants: None, ..ready.scene.allowances.clone() },
            ..ready.scene.clone()
        };
        if judge(&with(&ready.scene, rules & plain, declared), &ready.subject()).is_ok() {
            let denial = judge(&bare, &ready.subject()).err();
            prop_assert_eq!(denial, None, "{}: only a policy file permits it", case.name);
        }
    }

    #[test]
    fn a_rule_that_is_offered_permits_when_it_is_pasted(
        index in any::<prop::sample::Index>(),
        rules in any::<u32>(),
    ) {
        let case = index.get(all());
        let ready = case.ready();
        let text = text_of(rules, false);
        let scene = with_text(&ready.scene, &text);
        let Err(denial) = judge(&scene, &ready.subject()) else { return Ok(()) };
        let Some(rule) = denial.grant.filter(|grant| grant.starts_with("[[rule]]")) else {
            return Ok(());
        };
        prop_assert!(!rule.contains(['*', '?', '\\']), "{}", rule);
        let after = with_text(&ready.scene, &format!("{text}{rule}"));
        let denial = judge(&after, &ready.subject()).err();
        // What a yes is still missing for, no rule gives.
        let by_rule = denial.filter(|it| !it.grant.as_ref().is_some_and(|it| it.starts_with("--")));
        prop_assert_eq!(by_rule, None, "{}\n{}", case.name, rule);
    }

    #[test]
    fn a_rule_that_is_offered_permits_no_other_object_or_value_that_it_names(
        index in any::<prop::sample::Index>(),
        rules in any::<u32>(),
        other in "[a-z]{3,12}|[0-9]{1,4}|true|false",
    ) {
        let case = index.get(all());
        let ready = case.ready();
        let Some(rule) = offered(&with(&ready.scene, rules, false), &ready) else { return Ok(()) };
        for (name, other) in permitted_otherwise(&ready, &rule, &other) {
            prop_assert!(false, "{}: {} = {}\n{}", case.name, name, other, rule);
        }
    }

    #[test]
    fn an_action_that_is_not_known_is_denied_whatever_is_granted(
        product in "[a-z]{2,6}|ram|sts|cs",
        action in "[A-Za-z]{1,24}|Create[A-Z][a-z]{2,8}",
    ) {
        prop_assume!(Catalog::builtin().action(&product, &action).is_none());
        let any = all().iter().find(|case| case.expect == "permit").unwrap();
        let case = Case { call: format!("{product}:{action}"), ..any.clone() };
        let ready = case.ready();
        let scene = with(&ready.scene, u32::MAX, true);
        let code = judge(&scene, &ready.subject()).err().map(|denial| denial.code);
        prop_assert_eq!(code, Some("policy.action-unknown"));
    }
}

/// The rule that is offered for a call that a scene denies.
fn offered(scene: &Scene, ready: &Ready) -> Option<String> {
    let denial = judge(scene, &ready.subject()).err()?;
    denial.grant.filter(|grant| grant.starts_with("[[rule]]"))
}

/// The parameters of a call, and its region, that no comment of a rule leaves free.
fn named(ready: &Ready, rule: &str) -> Vec<String> {
    let free: Vec<&str> = rule.lines().filter(|line| line.starts_with('#')).collect();
    let is_free = |name: &str| free.iter().any(|line| line.contains(&format!("`{name}`")));
    let made_up =
        |name: &str| value_of(ready, name).is_some_and(|text| ready.scene.made_up.contains(&text));
    let given = ready.call.parameters.iter().map(|(name, _)| name.clone());
    let region = ready.call.region.iter().map(|_| "RegionId".to_owned());
    given.chain(region).filter(|name| !is_free(name) && !made_up(name)).collect()
}

/// Other values: nothing like it, one that begins like it, and those of the other parameters.
fn others(ready: &Ready, name: &str, other: &str) -> Vec<String> {
    let longer = value_of(ready, name).map(|value| format!("{value}{other}"));
    let names = ready.call.parameters.iter().map(|(name, _)| name);
    let theirs = names.filter_map(|name| value_of(ready, name));
    theirs.chain(longer).chain([other.to_owned()]).collect()
}

/// Parameters that a rule names, with other values with which it permits the call as well.
fn permitted_otherwise(ready: &Ready, rule: &str, other: &str) -> Vec<(String, String)> {
    let mut permitted = Vec::new();
    for name in named(ready, rule) {
        for other in others(ready, &name, other) {
            let mut changed = ready.clone();
            exchange(&mut changed, &name, &other);
            changed.scene = with_text(&ready.scene, rule);
            let is_other = value_of(&changed, &name) != value_of(ready, &name);
            if is_other && audit(&changed.scene, &changed.subject()).is_none() {
                permitted.push((name.clone(), other));
            }
        }
    }
    permitted
}

/// The same call with another value.
fn exchange(ready: &mut Ready, name: &str, other: &str) {
    if name == "RegionId" && ready.call.region.is_some() {
        ready.call.region = Some(other.to_owned());
        return;
    }
    for (_, value) in ready.call.parameters.iter_mut().filter(|(key, _)| key == name) {
        *value = Value::Text(other.to_owned());
    }
}

/// What a parameter is, however it was given.
fn value_of(ready: &Ready, name: &str) -> Option<String> {
    let region = ready.call.region.clone().filter(|_| name == "RegionId");
    let mut own = ready.call.parameters.iter().filter(|(key, _)| key == name);
    region.or_else(|| match &own.next()?.1 {
        Value::Text(text) => Some(text.clone()),
        Value::Json(json) => Some(json.as_str().map_or_else(|| json.to_string(), str::to_owned)),
        Value::Secret(_) | Value::Settings(_) => None,
    })
}

#[test]
fn no_rule_that_is_offered_in_the_table_permits_another_object_or_value() {
    let mut seen = 0;
    for case in all() {
        let ready = case.ready();
        let Some(rule) = offered(&with(&ready.scene, 0, false), &ready) else { continue };
        seen += usize::from(!named(&ready, &rule).is_empty());
        let permitted = permitted_otherwise(&ready, &rule, "x");
        assert_eq!(permitted, [], "{}\n{rule}", case.name);
    }
    assert!(seen >= 30, "only {seen} rows");
}

#[test]
fn the_rules_of_the_properties_are_not_idle() {
    let used: BTreeSet<usize> = (0..RULES.len())
        .filter(|bit| {
            all().iter().any(|case| {
                let ready = case.ready();
                let permits = |rules| judge(&with(&ready.scene, rules, false), &ready.subject());
                permits(1 << bit).is_ok()
            })
        })
        .collect();
    // Those that give words for documents and add-ons beside no call of their own, or to other workflows.
    assert!(used.len() >= 15, "{used:?}");
}
