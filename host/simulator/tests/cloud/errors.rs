//! Every documented refusal is provoked once.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Catalog, Product};
use host_simulator::Quotas;
use serde::Deserialize;

use crate::stage::{Stage, code};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    valid: BTreeMap<String, String>,
    wrong: BTreeMap<String, String>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    call: String,
    refusals: Vec<Refusal>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Refusal {
    code: String,
    with: BTreeMap<String, String>,
    /// A call with valid parameters that comes before.
    first: Option<String>,
    /// What those valid parameters are changed by.
    #[serde(default)]
    first_with: BTreeMap<String, String>,
    quotas: Option<Quotas>,
    password_length: Option<usize>,
}

fn table() -> Table {
    toml::from_str(include_str!("errors.toml")).unwrap()
}

/// What the cloud's own trouble would cause, and no state; what only parameters could cause that the
/// catalog leaves out; what a JSON text cannot say.
const NOT_PROVOKED: [(&str, &str); 7] = [
    ("sts:AssumeRole", "InternalError"),
    ("ecs:DescribeInstances", "InvalidInternetChargeType.ValueNotSupported"),
    ("ecs:DescribeInstances", "InvalidLockReason.NotFound"),
    ("ecs:DescribeInstances", "InvalidHpcClusterId.NotFound"),
    ("ecs:DescribeInstances", "InvalidHpcClusterId.Creating"),
    ("ecs:RunCommand", "InvalidCmdId.NotFound"),
    ("ecs:InvokeCommand", "ParameterKey.Duplicate"),
];

/// Any action of ECS may fail so by itself.
const DISPATCH: &str = "InternalError.Dispatch";

fn action(call: &str) -> (&'static Product, &'static Action) {
    let (product, action) = call.split_once(':').unwrap();
    let product = Catalog::builtin().product(product).unwrap();
    (product, &product.actions[action])
}

impl Table {
    /// The valid parameters of an action, changed by `with`.
    fn parameters<'a>(
        &'a self,
        call: &str,
        with: &'a BTreeMap<String, String>,
    ) -> Vec<(&'a str, &'a str)> {
        let (_, action) = action(call);
        let needed = |name: &String| action.parameter(name).is_some_and(|it| it.required);
        let valid = self.valid.iter().filter(|(name, _)| needed(name));
        let named = ["ResourceGroupId", "UserName"];
        let rpc = ["ram", "resourcemanager"].iter().any(|product| call.starts_with(product));
        let named = self
            .valid
            .iter()
            .filter(|(name, _)| rpc && named.contains(&name.as_str()))
            .filter(|(name, _)| action.parameter(name).is_some());
        let mut all: BTreeMap<&str, &str> =
            valid.chain(named).map(|(name, value)| (name.as_str(), value.as_str())).collect();
        all.extend(with.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        all.retain(|_, value| *value != "-");
        all.into_iter().collect()
    }
}

#[test]
fn state_refuses_with_the_documented_codes() {
    let table = table();
    for case in &table.case {
        for refusal in &case.refusals {
            let stage = Stage::crowded();
            let mut command = String::new();
            if let Some(first) = &refusal.first {
                let parameters = table.parameters(first, &refusal.first_with);
                let reply = stage.done(&stage.operator(), first, &parameters);
                command = reply["CommandId"].as_str().unwrap_or_default().to_owned();
            }
            stage.simulator.meddle(|state| {
                if let Some(quotas) = &refusal.quotas {
                    state.quotas = quotas.clone();
                }
                if let Some(length) = refusal.password_length {
                    for account in state.accounts.values_mut() {
                        account.password_policy.minimum_length = length;
                    }
                }
            });
            let fill = |text: &str| {
                text.replace("<command>", &command).replace("<long>", &"x".repeat(30_000))
            };
            let parameters = table.parameters(&case.call, &refusal.with);
            let filled: Vec<(&str, String)> =
                parameters.iter().map(|(name, value)| (*name, fill(value))).collect();
            let parameters: Vec<(&str, &str)> =
                filled.iter().map(|(name, value)| (*name, value.as_str())).collect();
            let (status, body) = stage.ask(&stage.operator(), &case.call, &parameters);
            assert_eq!(code(&body), refusal.code, "{} {parameters:?}: {body}", case.call);
            let documented = action(&case.call).1.errors.get(&refusal.code);
            assert!(documented.is_none_or(|documented| *documented == status), "{body}");
            let id = body.get("RequestId").or(body.get("requestId")).and_then(|id| id.as_str());
            assert!(id.is_some_and(|id| id.len() == 36), "{body}");
            let host = body["HostId"].as_str();
            let resource = case.call.starts_with("cs:");
            assert!(resource || host.is_some_and(|id| id.contains("aliyuncs")), "{body}");
        }
    }
}

/// `InvalidParameter.<Name>.<Ending>`, or without an ending.
fn of_parameter(code: &str) -> Option<(&str, &str)> {
    let rest = code.strip_prefix("InvalidParameter.")?;
    let (name, ending) = rest.split_once('.').unwrap_or((rest, ""));
    let general = matches!(ending, "Length" | "InvalidChars" | "Format") || name == "PolicyType";
    general.then_some((name, ending))
}

fn wrong_value(table: &Table, code: &str, ending: &str) -> String {
    let usual = || match ending {
        "Length" => "x".repeat(7000),
        "InvalidChars" => "no blanks".to_owned(),
        _ => "?".to_owned(),
    };
    table.wrong.get(code).cloned().unwrap_or_else(usual)
}

#[test]
fn parameters_are_refused_with_the_documented_codes() {
    let table = table();
    let stage = Stage::crowded();
    let mut count = 0;
    for product in Catalog::builtin().products() {
        for action in product.actions.values() {
            for (code, documented) in &action.errors {
                let Some((name, ending)) = of_parameter(code) else { continue };
                let call = format!("{}:{}", product.key, action.name);
                let wrong = wrong_value(&table, code, ending);
                let with = BTreeMap::from([(name.to_owned(), wrong)]);
                let parameters = table.parameters(&call, &with);
                let (status, body) = stage.ask(&stage.operator(), &call, &parameters);
                assert_eq!((status, &body["Code"]), (*documented, &code.as_str().into()), "{call}");
                count += 1;
            }
        }
    }
    assert!(count > 80, "{count}");
}

#[test]
fn no_documented_refusal_is_left_out() {
    let table = table();
    let provoked: BTreeSet<(&str, &str)> = table
        .case
        .iter()
        .flat_map(|case| case.refusals.iter().map(|it| (case.call.as_str(), it.code.as_str())))
        .chain([("sts:AssumeRole", "InvalidParameter.PolicySize")])
        .chain(NOT_PROVOKED)
        .collect();
    for product in Catalog::builtin().products() {
        for action in product.actions.values() {
            let call = format!("{}:{}", product.key, action.name);
            for code in action.errors.keys().filter(|code| of_parameter(code).is_none()) {
                let known = provoked.contains(&(call.as_str(), code.as_str())) || code == DISPATCH;
                assert!(known, "{call} {code}");
            }
        }
    }
}

#[test]
fn a_long_session_policy_has_a_code_of_its_own() {
    let stage = Stage::crowded();
    let long = "x".repeat(2049);
    let parameters = [
        ("RoleArn", "acs:ram::1234567890123456:role/open"),
        ("RoleSessionName", "a-session"),
        ("Policy", long.as_str()),
    ];
    let code = stage.refused(&stage.operator(), "sts:AssumeRole", &parameters);
    assert_eq!(code, "InvalidParameter.PolicySize");
}

#[test]
fn a_refused_request_changes_nothing() {
    let table = table();
    for case in &table.case {
        for refusal in case.refusals.iter().filter(|it| it.first.is_none()) {
            let stage = Stage::crowded();
            if let Some(quotas) = &refusal.quotas {
                stage.simulator.meddle(|state| state.quotas = quotas.clone());
            }
            let objects = || {
                stage.simulator.inspect(|state| {
                    let mut accounts = serde_json::to_value(&state.accounts).unwrap();
                    forget_last_use(&mut accounts);
                    accounts
                })
            };
            let before = objects();
            let parameters = table.parameters(&case.call, &refusal.with);
            stage.ask(&stage.operator(), &case.call, &parameters);
            let refused_by_length = refusal.password_length.is_some();
            assert!(refused_by_length || objects() == before, "{} {}", case.call, refusal.code);
        }
    }
}

fn forget_last_use(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(members) => {
            members.remove("last_used");
            members.values_mut().for_each(forget_last_use);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(forget_last_use),
        _ => {}
    }
}
