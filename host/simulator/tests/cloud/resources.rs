//! Resource requests: paths, JSON bodies, replies of their own, in both signatures.

use host_model::HttpRequest;
use host_sign::Scheme;
use serde_json::Value as Json;

use crate::stage::{Key, Stage, code, read};

const CLUSTER: &str = "c0fakepay000000000000000000000002";
const EDGE: &str = "c0fakeedge00000000000000000000003";
const SOURCE: &str = "6543210987654321";

fn stage() -> Stage {
    Stage::of(host_simulator::Scenario::builtin())
}

fn operator(stage: &Stage) -> Key {
    stage.key("source", "operator")
}

fn ask(stage: &Stage, request: &HttpRequest) -> (u16, Json) {
    read(&stage.simulator.answer(request))
}

/// A session of a role with `policies`.
fn session(stage: &Stage, policies: &[&str]) -> Key {
    let operator = operator(stage);
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{SOURCE}:root"}}}}]}}"#
    );
    let role = [("RoleName", "worker"), ("AssumeRolePolicyDocument", trust.as_str())];
    stage.done(&operator, "ram:CreateRole", &role);
    for policy in policies {
        let attach = [("RoleName", "worker"), ("PolicyName", policy), ("PolicyType", "System")];
        stage.done(&operator, "ram:AttachPolicyToRole", &attach);
    }
    stage.wait(5);
    let arn = format!("acs:ram::{SOURCE}:role/worker");
    stage.assume(&operator, &[("RoleArn", &arn), ("RoleSessionName", "session")])
}

#[test]
fn both_signatures_open_resources_for_keys_and_sessions() {
    let stage = stage();
    let session = session(&stage, &["AliyunCSFullAccess"]);
    for key in [operator(&stage), session] {
        for scheme in [Scheme::Acs3, Scheme::RoaV1] {
            let read = [("region_id", "cn-hangzhou"), ("name", "pay")];
            let request = stage.signed(&key, "cs:DescribeClustersV1", &read, scheme);
            let (status, body) = ask(&stage, &request);
            assert_eq!((status, &body["clusters"][0]["cluster_id"]), (200, &CLUSTER.into()));
            let write = [("cluster_id", EDGE), ("name", "ack-onepilot"), ("version", "9.9")];
            let request = stage.signed(&key, "cs:InstallClusterAddons", &write, scheme);
            let (_, body) = ask(&stage, &request);
            assert_eq!(code(&body), "InvalidAddonVersion", "{body}");
            let mut changed = stage.signed(&key, "cs:InstallClusterAddons", &write, scheme);
            changed.path = changed.path.replace(EDGE, CLUSTER);
            assert_eq!(code(&ask(&stage, &changed).1), "SignatureDoesNotMatch");
        }
    }
}

#[test]
fn method_and_path_name_the_action_where_nothing_else_does() {
    let stage = stage();
    let cases = [
        ("cs:DescribeClusterDetail", [("cluster_id", CLUSTER)], "payment"),
        ("cs:DescribeClusterAddonsVersion", [("cluster_id", CLUSTER)], "next_version"),
        ("cs:ListClusterAddonInstances", [("cluster_id", CLUSTER)], "coredns"),
        ("cs:DescribeClusters", [("name", "pay")], "payment"),
    ];
    for (call, parameters, expected) in cases {
        let (product, action) = call.split_once(':').unwrap();
        let product = host_catalog::Catalog::builtin().product(product).unwrap();
        let action = &product.actions[action];
        let request = stage.signed(&operator(&stage), call, &parameters, Scheme::RoaV1);
        let request = stage.sign_again(&operator(&stage), request, &product.version);
        let (status, body) = ask(&stage, &request);
        assert_eq!(status, 200, "{}: {body}", action.name);
        assert!(body.to_string().contains(expected), "{}: {body}", action.name);
    }
    // A name that belongs to another path is no name.
    let read = [("cluster_id", CLUSTER)];
    let mut wrong =
        stage.signed(&operator(&stage), "cs:DescribeClusterDetail", &read, Scheme::Acs3);
    for (name, value) in &mut wrong.headers {
        if name == "x-acs-action" {
            "ListAddons".clone_into(value);
        }
    }
    assert_eq!(code(&ask(&stage, &wrong).1), "SignatureDoesNotMatch");
    let request = stage.elsewhere(&operator(&stage), "cs:ListAddons", "/clusters");
    assert_eq!(code(&ask(&stage, &request).1), "InvalidApi.NotFound");
}

#[test]
fn bodies_are_lists_of_any_length() {
    let stage = stage();
    let body = r#"[{"name":"ack-onepilot","version":"5.1.1"},{"name":"ack-arms-prometheus","version":"1.1.30"}]"#;
    let two = [("cluster_id", CLUSTER), ("body", body)];
    let reply = stage.done(&operator(&stage), "cs:InstallClusterAddons", &two);
    assert!(reply["task_id"].as_str().unwrap().starts_with("T-"), "{reply}");
    stage.wait(30);
    let task = [("task_id", reply["task_id"].as_str().unwrap())];
    let task = stage.done(&operator(&stage), "cs:DescribeTaskInfo", &task);
    assert_eq!(task["task_result"].as_array().map(Vec::len), Some(2), "{task}");
    for (body, expected) in [
        (r#"[{"name":"ack-onepilot"}]"#, "MissingParameter"),
        ("[]", "MissingParameter"),
        (r#"[{"name":"ack-onepilot","version":"5.1.1","config":"[]"}]"#, "InvalidParameter.config"),
    ] {
        let parameters = [("cluster_id", EDGE), ("body", body)];
        let found = stage.refused(&operator(&stage), "cs:InstallClusterAddons", &parameters);
        assert_eq!(found, expected, "{body}");
    }
}

#[test]
fn replies_are_bare_or_empty_and_errors_are_in_lower_case() {
    let stage = stage();
    let operator = operator(&stage);
    let list = stage.done(&operator, "cs:DescribeClusters", &[]);
    assert_eq!(list.as_array().map(Vec::len), Some(3));
    let install = [("cluster_id", CLUSTER), ("name", "ack-onepilot"), ("version", "5.1.1")];
    let reply =
        stage.simulator.answer(&stage.request(&operator, "cs:InstallClusterAddons", &install));
    let id = reply.header("x-acs-request-id").unwrap().to_owned();
    assert_eq!(read(&reply).1["request_id"], id.as_str());
    stage.wait(30);
    let modify = [("cluster_id", CLUSTER), ("component_id", "ack-onepilot"), ("config", "{}")];
    let reply = stage.simulator.answer(&stage.request(&operator, "cs:ModifyClusterAddon", &modify));
    assert_eq!((reply.status, reply.body.len()), (200, 0));
    let absent = [("cluster_id", "c-none")];
    let reply =
        stage.simulator.answer(&stage.request(&operator, "cs:DescribeClusterDetail", &absent));
    let (status, body) = read(&reply);
    assert_eq!((status, &body["code"]), (404, &"ErrorClusterNotFound".into()), "{body}");
    assert_eq!(body["requestId"].as_str(), reply.header("x-acs-request-id"));
    assert!(body.get("Code").is_none() && body.get("RequestId").is_none(), "{body}");
}

#[test]
fn policies_name_clusters_and_instances_and_know_old_names_of_actions() {
    let install = [("cluster_id", CLUSTER), ("name", "ack-onepilot"), ("version", "5.1.1")];
    let run = [
        ("RegionId", "cn-hangzhou"),
        ("Type", "RunShellScript"),
        ("CommandContent", "echo"),
        ("InstanceId.1", "i-fakebilling0000000001"),
    ];
    let arn = |service: &str, what: &str| format!("acs:{service}:cn-hangzhou:{SOURCE}:{what}");
    let pay = arn("cs", &format!("cluster/{CLUSTER}"));
    let edge = arn("cs", &format!("cluster/{EDGE}"));
    let (first, second) = ("instance/i-fakebilling0000000001", "instance/i-fakebilling0000000002");
    let cases = [
        ("cs:InstallClusterAddons", "cs:InstallClusterAddons", pay.clone(), "OK"),
        ("cs:InstallClusterAddons", "cs:InstallK8sComponents", pay.clone(), "OK"),
        ("cs:InstallClusterAddons", "cs:UpgradeK8sComponents", pay, "Forbidden"),
        ("cs:InstallClusterAddons", "cs:InstallClusterAddons", edge, "Forbidden"),
        ("ecs:RunCommand", "ecs:RunCommand", arn("ecs", first), "OK"),
        ("ecs:RunCommand", "ecs:RunCommand", arn("ecs", second), "Forbidden.RAM"),
    ];
    for (call, allowed, resource, expected) in cases {
        let stage = stage();
        let operator = operator(&stage);
        let document = format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{allowed}","Resource":"{resource}"}}]}}"#
        );
        let policy = [("PolicyName", "some"), ("PolicyDocument", document.as_str())];
        stage.done(&operator, "ram:CreatePolicy", &policy);
        let user = ("UserName", "outsider");
        let attach = [user, ("PolicyName", "some"), ("PolicyType", "Custom")];
        stage.done(&operator, "ram:AttachPolicyToUser", &attach);
        stage.wait(5);
        let outsider = stage.key("source", "outsider");
        let parameters: &[_] = if call.starts_with("cs") { &install } else { &run };
        let (_, body) = stage.ask(&outsider, call, parameters);
        let found = code(&body);
        assert_eq!(
            if found.is_empty() { "OK" } else { found },
            expected,
            "{call} {allowed}: {body}"
        );
    }
}

#[test]
fn nobody_sees_what_another_account_has() {
    let stage = stage();
    let monitoring = stage.key("monitoring", "operator");
    let detail = [("cluster_id", CLUSTER)];
    assert_eq!(
        stage.refused(&monitoring, "cs:DescribeClusterDetail", &detail),
        "ErrorClusterNotFound"
    );
    let instances =
        stage.done(&monitoring, "ecs:DescribeInstances", &[("RegionId", "cn-hangzhou")]);
    assert_eq!(instances["TotalCount"], 0);
}
