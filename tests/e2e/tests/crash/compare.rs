//! What must be as if nothing had happened.

use std::collections::{BTreeMap, BTreeSet};

use host_e2e::workspace;
use serde_json::Value as Json;

use crate::plan::Order;
use crate::shape::shape;
use crate::stage::End;

/// What is wrong, if something is.
pub(crate) type Result = std::result::Result<(), String>;

/// What of `run-ended` has to be the same.
const REPORTED: [&str; 9] =
    ["verdict", "reason", "code", "hint", "exit", "changes", "looks", "proofs", "output"];

/// Whether a run that was killed ended as one that was left alone.
pub(crate) fn same(calm: &End, end: &End, order: Order) -> Result {
    for field in REPORTED {
        equal(&format!("the report's `{field}`"), &calm.report[field], &end.report[field])?;
    }
    let accounts = |end: &End| shape(&end.cloud["state"]["accounts"]);
    equal("the cloud", &accounts(calm), &accounts(end))?;
    keys_are_kept(end)?;
    effects_are_once(calm, end, order)
}

/// Every AccessKey that was made has its secret in the vault, and the vault waits for none.
fn keys_are_kept(end: &End) -> Result {
    let mut made = BTreeSet::new();
    keys(&end.cloud["state"]["accounts"], &mut made);
    let mut kept = BTreeSet::new();
    for entry in &end.vault {
        if entry["event"] == "vault-pending" {
            return Err(format!("the vault waits for a secret: {entry}"));
        }
        let object = entry["object"].as_str().unwrap_or_default();
        kept.extend(object.strip_prefix("ram:access-key/").map(str::to_owned));
    }
    if made == kept {
        return Ok(());
    }
    Err(format!("the cloud has the keys {made:?}, and the vault {kept:?}"))
}

/// Ids of keys that the scenario did not have.
fn keys(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(fields) => {
            let id = fields.get("id").and_then(Json::as_str).unwrap_or_default();
            if id.starts_with("LTAI5t") && !id.contains("Fake") {
                found.insert(id.to_owned());
            }
            fields.values().for_each(|value| keys(value, found));
        }
        Json::Array(items) => items.iter().for_each(|item| keys(item, found)),
        _ => {}
    }
}

/// No action had its effect more often, but for those that may simply be repeated, and for a key that nobody
/// had and that was removed.
fn effects_are_once(calm: &End, end: &End, order: Order) -> Result {
    let count = |end: &End, action: &str| {
        let counts = &end.cloud["effects"];
        i64::try_from(counts[action].as_u64().unwrap_or(0)).unwrap_or(i64::MAX)
    };
    let actions = end.cloud["effects"].as_object().into_iter().flatten();
    let more: BTreeMap<&str, i64> = actions
        .map(|(action, _)| (action.as_str(), count(end, action) - count(calm, action)))
        .filter(|(_, more)| *more != 0)
        .collect();
    let of = |action: &str| more.get(action).copied().unwrap_or(0);
    if of("ram:CreateAccessKey") != of("ram:DeleteAccessKey") {
        return Err(format!("keys were made, and not removed: {more:?}"));
    }
    let classes = classes();
    let mut repeated = 0;
    for (action, more) in &more {
        match classes.get(*action).map(String::as_str) {
            Some("repeat") if action.starts_with("sts:") || action.contains("AccessKey") => {}
            Some("repeat") => repeated += more,
            Some("token") => {}
            Some("reconcile") if *action == "ram:CreateAccessKey" => {}
            _ => return Err(format!("`{action}` had its effect {more} times more")),
        }
    }
    let allowed = match order {
        Order::Calm => 0,
        Order::At(_) => 1,
        Order::Twice(..) => 2,
        Order::Seed(_) => i64::MAX,
    };
    if repeated <= allowed { Ok(()) } else { Err(format!("repeated too often: {more:?}")) }
}

/// What a lost reply means, by action.
fn classes() -> BTreeMap<String, String> {
    let mut classes = BTreeMap::new();
    let folder = workspace().join("host/catalog/data");
    for file in std::fs::read_dir(folder).expect("the catalog is there").flatten() {
        let path = file.path();
        let product = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let Ok(Json::Object(table)) = toml::from_str::<Json>(&text) else { continue };
        let actions = table.get("actions").and_then(Json::as_object).into_iter().flatten();
        for (name, action) in actions {
            let class = match &action["lost"] {
                Json::String(class) => class.clone(),
                Json::Object(class) => class.keys().next().cloned().unwrap_or_default(),
                _ => continue,
            };
            classes.insert(format!("{product}:{name}"), class);
        }
    }
    assert!(classes.len() > 20, "the catalog was not understood");
    classes
}

/// Whether both are the same; the first place where they are not.
fn equal(what: &str, calm: &Json, found: &Json) -> Result {
    match (calm, found) {
        (Json::Object(one), Json::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let of = |fields: &serde_json::Map<String, Json>| {
                    fields.get(name).cloned().unwrap_or_default()
                };
                equal(&format!("{what}/{name}"), &of(one), &of(other))?;
            }
            Ok(())
        }
        (Json::Array(one), Json::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                equal(&format!("{what}/{index}"), one, other)?;
            }
            Ok(())
        }
        _ if calm == found => Ok(()),
        _ => Err(format!("{what} is {found}, undisturbed it is {calm}")),
    }
}
