//! Objects from birth to death: every action succeeds once, and replies look as documented.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Catalog;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::stage::{Key, Stage};

const TRUST: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"acs:ram::1234567890123456:root"}}]}"#;
const READ_ARMS: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"arms:Get*","Resource":"*"}]}"#;
const ROLE: (&str, &str) = ("RoleName", "made");
const USER: (&str, &str) = ("UserName", "maker");
const CUSTOM: (&str, &str) = ("PolicyType", "Custom");
const REGION: (&str, &str) = ("RegionId", "cn-hangzhou");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Script {
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    call: String,
    #[serde(default)]
    with: BTreeMap<String, String>,
    /// How many seconds pass before.
    #[serde(default)]
    wait: u64,
    /// Whether ARMS is switched off before.
    #[serde(default)]
    close: bool,
    /// What of the reply `<kept>` stands for afterwards, by JSON Pointer.
    keep: Option<String>,
}

/// The documented reply, from the samples that the workspace's rooms share.
fn sample(call: &str) -> Json {
    let path = format!("../../tests/samples/{}.success.json", call.replace(':', "/"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(path).unwrap();
    // An empty reply has an empty sample.
    if text.trim().is_empty() { Json::Null } else { serde_json::from_str(&text).unwrap() }
}

/// Every field of `found` stands in `sample`, with the same type.
fn check_shape(found: &Json, sample: &Json, at: &str) {
    match (found, sample) {
        (Json::Object(found), Json::Object(sample)) => {
            for (name, value) in found {
                let at = format!("{at}/{name}");
                check_shape(value, sample.get(name).unwrap_or_else(|| panic!("{at} is new")), &at);
            }
        }
        (Json::Array(found), Json::Array(sample)) => {
            for item in found {
                check_shape(item, sample.first().unwrap_or(&Json::Null), at);
            }
        }
        (Json::String(_), Json::String(_))
        | (Json::Number(_), Json::Number(_))
        | (Json::Bool(_), Json::Bool(_))
        | (Json::Null, Json::Null) => {}
        _ => panic!("{at}: {found} is not of the type of {sample}"),
    }
}

#[test]
fn every_action_succeeds_and_answers_in_the_documented_shape() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let nobody = stage.key("source", "nobody");
    let (_, refusal) = stage.ask(&nobody, "ram:ListUsers", &[]);
    let message = refusal["AccessDeniedDetail"]["EncodedDiagnosticMessage"].as_str().unwrap();
    let mut key = String::new();
    let mut kept = String::new();
    let mut called = BTreeSet::new();
    let script: Script = toml::from_str(include_str!("life.toml")).unwrap();
    for step in &script.step {
        let call = step.call.as_str();
        stage.wait(step.wait);
        if step.close {
            let close = |account: &mut host_simulator::Account| account.arms_open = false;
            stage.simulator.meddle(|state| state.accounts.values_mut().for_each(close));
        }
        let filled: Vec<(&str, &str)> = step
            .with
            .iter()
            .map(|(name, value)| match value.as_str() {
                "<key>" => (name.as_str(), key.as_str()),
                "<kept>" => (name.as_str(), kept.as_str()),
                "<message>" => (name.as_str(), message),
                value => (name.as_str(), value),
            })
            .collect();
        let reply = stage.done(&operator, call, &filled);
        if call == "cs:DescribeClusterAddonsVersion" {
            // A map by add-on: each value looks like the first one.
            let like = &sample(call)["ack-onepilot"];
            reply.as_object().unwrap().values().for_each(|value| check_shape(value, like, call));
        } else {
            check_shape(&reply, &sample(call), call);
        }
        if let Some(pointer) = &step.keep {
            reply.pointer(pointer).and_then(Json::as_str).unwrap().clone_into(&mut kept);
        }
        if call.ends_with("CreateAccessKey") {
            key = Key::of(&reply).id;
        }
        called.insert(call.to_owned());
    }
    for product in Catalog::builtin().products() {
        for action in product.actions.keys() {
            assert!(called.contains(&format!("{}:{action}", product.key)), "{action}");
        }
    }
}

#[test]
fn what_is_written_is_read_back() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let create = [ROLE, ("AssumeRolePolicyDocument", TRUST), ("Description", "d")];
    stage.done(&operator, "ram:CreateRole", &create);
    let role = stage.done(&operator, "ram:GetRole", &[("RoleName", "Made")]);
    assert_eq!(role["Role"]["AssumeRolePolicyDocument"], TRUST);
    assert_eq!(role["Role"]["Arn"], "acs:ram::1234567890123456:role/made");
    assert_eq!(role["Role"]["MaxSessionDuration"], 3600);
    stage.wait(60);
    let update = [ROLE, ("NewMaxSessionDuration", "7200")];
    let updated = stage.done(&operator, "ram:UpdateRole", &update);
    assert_eq!(
        (&updated["Role"]["MaxSessionDuration"], &updated["Role"]["Description"]),
        (&7200.into(), &"d".into())
    );
    assert_ne!(updated["Role"]["UpdateDate"], updated["Role"]["CreateDate"]);
    // Facets that are not set are not in the reply.
    let user = stage.done(&operator, "ram:CreateUser", &[USER]);
    assert!(user["User"].get("DisplayName").is_none());
    let key = stage.done(&operator, "arms:DescribeTraceLicenseKey", &[REGION]);
    let again = stage.done(&operator, "arms:DescribeTraceLicenseKey", &[REGION]);
    assert_eq!(key["LicenseKey"], again["LicenseKey"]);
    let other =
        stage.done(&operator, "arms:DescribeTraceLicenseKey", &[("RegionId", "cn-beijing")]);
    assert_ne!(key["LicenseKey"], other["LicenseKey"]);
}

#[test]
fn versions_rotate_if_that_is_asked_for() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let version = [("PolicyName", "loose"), ("PolicyDocument", READ_ARMS)];
    for _ in 0..4 {
        stage.done(&operator, "ram:CreatePolicyVersion", &version);
    }
    let code = stage.refused(&operator, "ram:CreatePolicyVersion", &version);
    assert_eq!(code, "LimitExceeded.Policy.Version");
    let rotate = ("RotateStrategy", "DeleteOldestNonDefaultVersionWhenLimitExceeded");
    stage.done(&operator, "ram:CreatePolicyVersion", &[version[0], version[1], rotate]);
    let list = [("PolicyName", "loose"), CUSTOM];
    let versions = stage.done(&operator, "ram:ListPolicyVersions", &list);
    let versions = versions["PolicyVersions"]["PolicyVersion"].as_array().unwrap();
    let ids: Vec<&str> = versions.iter().map(|it| it["VersionId"].as_str().unwrap()).collect();
    assert_eq!(ids, ["v1", "v3", "v4", "v5", "v6"]);
}

#[test]
fn a_removed_application_is_gone_and_an_unknown_one_changes_nothing() {
    let stage = Stage::crowded();
    let operator = stage.operator();
    let count = || {
        let apps = stage.done(&operator, "arms:ListTraceApps", &[REGION]);
        apps["TraceApps"].as_array().map(Vec::len)
    };
    let delete = |pid, app| {
        let parameters = [REGION, ("AppId", app), ("Pid", pid), ("Type", "TRACE")];
        stage.done(&operator, "arms:DeleteTraceApp", &parameters);
    };
    delete("fakepid009@0123456789abcde", "1000001");
    delete("fakepid001@0123456789abcde", "1000009");
    assert_eq!(count(), Some(2));
    delete("fakepid001@0123456789abcde", "1000001");
    assert_eq!(count(), Some(1));
}

#[test]
fn news_travels_as_slowly_as_the_scenario_says() {
    let stage = Stage::crowded();
    stage.simulator.meddle(|state| {
        state.consistency = toml_of("role = 5\nattachment = 4\nkey = 3\ndetach = 6");
    });
    let operator = stage.operator();
    stage.done(&operator, "ram:CreateUser", &[USER]);
    let key = Key::of(&stage.done(&operator, "ram:CreateAccessKey", &[USER]));
    let sts = ("PolicyName", "AliyunSTSAssumeRoleAccess");
    stage.done(&operator, "ram:AttachPolicyToUser", &[USER, sts, ("PolicyType", "System")]);
    stage.done(&operator, "ram:CreateRole", &[ROLE, ("AssumeRolePolicyDocument", TRUST)]);
    let assume = [("RoleArn", "acs:ram::1234567890123456:role/made"), ("RoleSessionName", "slow")];
    let mut seen = Vec::new();
    for _ in 0..6 {
        let (_, body) = stage.ask(&key, "sts:AssumeRole", &assume);
        seen.push(body["Code"].as_str().unwrap_or("OK").to_owned());
        stage.wait(1);
    }
    let unknown = "InvalidAccessKeyId.NotFound";
    assert_eq!(seen, [unknown, unknown, unknown, "NoPermission", "EntityNotExist.Role", "OK"]);
    // RAM itself sees its own writes at once, but a detached policy lingers.
    let arms = [ROLE, ("PolicyName", "AliyunARMSReadOnlyAccess"), ("PolicyType", "System")];
    stage.done(&operator, "ram:AttachPolicyToRole", &arms);
    let session = stage.assume(&key, &assume);
    assert_eq!(stage.refused(&session, "arms:ListTraceApps", &[REGION]), "NoPermission");
    stage.wait(4);
    stage.done(&session, "arms:ListTraceApps", &[REGION]);
    stage.done(&operator, "ram:DetachPolicyFromRole", &arms);
    let listed = stage.done(&operator, "ram:ListPoliciesForRole", &[ROLE]);
    assert_eq!(listed["Policies"]["Policy"], Json::Array(Vec::new()));
    stage.done(&session, "arms:ListTraceApps", &[REGION]);
    assert_eq!(stage.refused(&operator, "ram:DeleteRole", &[ROLE]), "DeleteConflict.Role.Policy");
    stage.wait(6);
    assert_eq!(stage.refused(&session, "arms:ListTraceApps", &[REGION]), "NoPermission");
    stage.done(&operator, "ram:DeleteRole", &[ROLE]);
}

fn toml_of<T: serde::de::DeserializeOwned>(text: &str) -> T {
    toml::from_str(text).unwrap()
}
