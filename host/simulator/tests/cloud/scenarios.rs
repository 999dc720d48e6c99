//! Scenarios are read, or say where they are wrong.

use std::collections::BTreeSet;

use host_model::Problem as _;
use host_simulator::{Scenario, assumptions};

use crate::stage::{CROWDED, Stage};

#[test]
fn the_built_in_scenario_is_two_accounts_that_share_nothing() {
    let scenario = Scenario::builtin();
    let ids: Vec<&str> = scenario.accounts.values().map(|account| account.id.as_str()).collect();
    assert_eq!(ids, ["1234567890123456", "6543210987654321"]);
    assert!(scenario.parameters["delegate"].contains_key("role-name"));
    let stage = Stage::of(scenario);
    for account in ["monitoring", "source"] {
        let operator = stage.key(account, "operator");
        let roles = stage.done(&operator, "ram:ListRoles", &[]);
        assert_eq!(roles["Roles"]["Role"].as_array().map(Vec::len), Some(0));
    }
    let apps = [("RegionId", "cn-hangzhou")];
    let apps = stage.done(&stage.key("monitoring", "operator"), "arms:ListTraceApps", &apps);
    assert_eq!(apps["TraceApps"].as_array().map(Vec::len), Some(2));
    let outsider = stage.key("source", "outsider");
    let role = [("RoleArn", "acs:ram::1234567890123456:role/x"), ("RoleSessionName", "xy")];
    assert_eq!(stage.refused(&outsider, "sts:AssumeRole", &role), "EntityNotExist.Role");
}

#[test]
fn the_official_configuration_names_both_accounts() {
    let text = Scenario::builtin().config_json("cn-hangzhou");
    let config: serde_json::Value = serde_json::from_str(&text).unwrap();
    let profiles = config["profiles"].as_array().unwrap();
    let names: BTreeSet<&str> =
        profiles.iter().map(|profile| profile["name"].as_str().unwrap()).collect();
    assert_eq!(names, BTreeSet::from(["monitoring", "source"]));
    for profile in profiles {
        assert_eq!(
            (&profile["mode"], &profile["region_id"]),
            (&"AK".into(), &"cn-hangzhou".into())
        );
        assert!(profile["access_key_id"].as_str().unwrap().starts_with("LTAI5t"));
    }
}

#[test]
fn a_wrong_scenario_says_where() {
    let edited = |from: &str, to: &str| CROWDED.replacen(from, to, 1);
    let cases = [
        (edited("seed = 1", "seed = 1\ncolor = 2"), "line 3", "unknown field `color`"),
        (edited("2026-01-05T09:00:00Z", "today"), "line 3", "2026-01-05T09:00:00Z"),
        (
            edited("policies = [\"held-by-user\"]", "policies = [\"new\"]"),
            "line",
            "no policy `new`",
        ),
        (edited("groups = [\"people\"]", "groups = [\"crew\"]"), "line", "no group `crew`"),
        (edited("@rg-fakeshop000001", "@rg-none"), "line", "no resource group `rg-none`"),
        (edited("6543210987654321\"\n", "1234567890123456\"\n"), "line 6", "two accounts"),
        (edited("name = \"has-login\"", "name = \"free\""), "line", "two users named `free`"),
        (edited("FakeCrowdedKeyTwo000001", "FakeCrowdedKeyOne000001"), "line", "twice"),
        (edited("000000000000002\"", "000000000000001\""), "line", "two clusters have the id"),
        (edited("crowded000000002", "crowded000000001"), "line", "two instances have the id"),
        (
            edited(
                "owner = \"o11y\" }\nworker",
                "owner = \"o11y\" }\nmanner = { sleepy = 1 }\nworker",
            ),
            "line",
            "unknown field `sleepy`",
        ),
        (format!("{CROWDED}\n[[fault]]\non = \"x\"\nkind = \"error\""), "line", "no `code`"),
        (format!("{CROWDED}\n[[fault]]\non = \"x\"\nkind = \"flood\""), "line", "flood"),
    ];
    for (text, place, reason) in cases {
        let error = Scenario::parse("mine", &text).unwrap_err();
        let message = error.to_string();
        assert!(message.contains(place) && message.contains(reason), "{message}");
        assert!(!message.contains("line 0"), "{message}");
        assert!(error.hint().is_some());
    }
}

#[test]
fn what_is_assumed_can_be_listed() {
    let all = assumptions();
    assert!(all.len() > 20);
    assert!(all.iter().all(|it| !it.does.is_empty() && !it.because.is_empty()));
}
