//! Who may give what.

use host_catalog::{Catalog, Owner};
use host_model::ErrorKind;
use serde_json::json;

use crate::given::{call, code, command, installation, json, refusal, settings, text};

#[test]
fn nothing_stands_against_an_honest_call() {
    assert_eq!(code(command("Name", text("install-java"))), None);
    assert_eq!(code(installation(settings(vec![("/uid", text("1"))]))), None);
    assert_eq!(code(call("cs", "DescribeClustersV1", vec![])), None);
    assert_eq!(code(call("cs", "DescribeTaskInfo", vec![("task_id", text("T-66_x"))])), None);
    assert_eq!(code(call("ecs", "DescribeRegions", vec![])), None);
}

#[test]
fn what_is_closed_or_the_hosts_is_nobodys_to_give() {
    let closed = "catalog.parameter-closed";
    let owned = "catalog.parameter-owned";
    let cases = [
        ("ContainerId", text("c"), closed),
        ("ContainerName", text("c"), closed),
        ("Frequency", text("0 */5 * * * *"), closed),
        ("Launcher", text("sudo -i {{ACS::ScriptFileName}}"), closed),
        ("OssOutputDelivery", text("oss://bucket/prefix"), closed),
        ("ResourceTag", json(json!([{ "Key": "k", "Value": "v" }])), closed),
        ("Timed", json(json!(true)), closed),
        ("WindowsPasswordName", text("p"), closed),
        ("ClientToken", text("t"), owned),
        ("RegionId", text("cn-beijing"), owned),
        ("SecurityToken", text("t"), owned),
    ];
    for (name, value, expected) in cases {
        let run = command(name, value.clone());
        let stored = vec![("CommandId", text("c-1")), (name, value)];
        for call in [run, call("ecs", "InvokeCommand", stored)] {
            let error = refusal(call).unwrap();
            assert_eq!((error.code.as_str(), error.kind), (expected, ErrorKind::Denied), "{name}");
        }
    }
    let paging = call("cs", "DescribeClustersV1", vec![("page_size", json(json!(1)))]);
    assert_eq!(code(paging).as_deref(), Some(owned));
}

#[test]
fn machines_are_named_and_counted() {
    let ids = |count: usize| json(json!(vec!["i-bp1fake"; count]));
    let invalid = Some("catalog.parameter-invalid");
    assert_eq!(code(command("InstanceId", ids(50))), None);
    assert_eq!(code(command("InstanceId", ids(51))).as_deref(), invalid);
    let mut nobody = command("Name", text("n"));
    nobody.parameters.retain(|(name, _)| name != "InstanceId");
    assert_eq!(code(nobody).as_deref(), Some("catalog.parameter-missing"));
    assert_eq!(code(command("Timeout", json(json!(9)))).as_deref(), invalid);
    assert_eq!(code(command("RepeatMode", text("Sometimes"))).as_deref(), invalid);
}

#[test]
fn a_path_leads_where_it_says() {
    for name in ["", "..", ".", "a/b", "a%2Fb", "a?b", "a#b", "a b", "a{b}"] {
        for (action, parameter) in [
            ("DescribeClusterDetail", "cluster_id"),
            ("DescribeTaskInfo", "task_id"),
            ("DescribeAddon", "addon_name"),
        ] {
            let found = code(call("cs", action, vec![(parameter, text(name))]));
            assert_eq!(found.as_deref(), Some("catalog.parameter-invalid"), "{action} {name}");
        }
    }
}

#[test]
fn a_region_decides_where_a_cluster_is() {
    let mut nowhere = call("cs", "DescribeClustersV1", vec![]);
    nowhere.region = None;
    assert_eq!(code(nowhere).as_deref(), Some("catalog.parameter-missing"));
    let elsewhere = call("cs", "DescribeClustersV1", vec![("region_id", text("cn-beijing"))]);
    assert_eq!(code(elsewhere).as_deref(), Some("catalog.parameter-owned"));
}

#[test]
fn what_hands_out_keys_is_not_there() {
    let catalog = Catalog::builtin();
    for action in [
        "DescribeClusterUserKubeconfig",
        "GrantPermissions",
        "UpdateUserPermissions",
        "DescribeClusterLogs",
    ] {
        assert!(catalog.action("cs", action).is_none(), "{action}");
    }
    for action in ["SendFile", "CreateCommand", "StartTerminalSession"] {
        assert!(catalog.action("ecs", action).is_none(), "{action}");
    }
    let run = catalog.action("ecs", "RunCommand").unwrap();
    let closed = run.parameters.iter().filter(|parameter| parameter.owner == Owner::Closed);
    assert_eq!(closed.count(), 8);
}
