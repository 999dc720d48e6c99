//! A cloud that was kept goes on where it stopped.

use std::sync::Arc;

use host_ports::Entropy as _;
use host_simulator::{Scenario, SeededEntropy, Simulator, Snapshot, VirtualClock};

use crate::stage::{CROWDED, Key, Stage, read};

#[test]
fn a_kept_cloud_goes_on_with_state_keys_nonces_and_counters() {
    let stage = Stage::crowded();
    let key =
        Key::of(&stage.done(&stage.operator(), "ram:CreateAccessKey", &[("UserName", "free")]));
    let request = stage.request(&stage.operator(), "ram:ListUsers", &[]);
    let first = read(&stage.simulator.answer(&request)).1["RequestId"].clone();
    stage.wait(5);
    let text = stage.simulator.snapshot().to_json();
    let snapshot = Snapshot::from_json(&text).unwrap();
    let clock = Arc::new(VirtualClock::new(snapshot.now()));
    let scenario = Scenario::parse("crowded", CROWDED).unwrap();
    let resumed = Simulator::resume(scenario, snapshot, clock);
    assert_eq!(read(&resumed.answer(&request)).1["Code"], "SignatureNonceUsed");
    assert_eq!(resumed.snapshot().now(), stage.simulator.snapshot().now());
    let mine = stage.request(&key, "sts:GetCallerIdentity", &[]);
    let (status, body) = read(&resumed.answer(&mine));
    assert_eq!(status, 200);
    assert_ne!(body["RequestId"], first);
}

#[test]
fn a_snapshot_of_another_form_is_refused_without_showing_it() {
    let cases = ["", "{", "{\"version\":2,\"now\":\"FakeSecretWord\"}"];
    for text in cases {
        let error = Snapshot::from_json(text).unwrap_err().to_string();
        assert!(!error.contains("FakeSecretWord"), "{error}");
    }
    let text = Stage::crowded().simulator.snapshot().to_json();
    let other = text.replacen("\"version\":2", "\"version\":1", 1);
    let error = Snapshot::from_json(&other).unwrap_err().to_string();
    assert!(error.contains("version 1"), "{error}");
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let run = || {
        let stage = Stage::crowded();
        let operator = stage.operator();
        stage.done(&operator, "ram:CreateUser", &[("UserName", "new")]);
        stage.done(&operator, "ram:CreateAccessKey", &[("UserName", "new")]);
        stage.simulator.snapshot().to_json()
    };
    assert_eq!(run(), run());
}

#[test]
fn no_secret_is_printed() {
    let stage = Stage::crowded();
    let key =
        Key::of(&stage.done(&stage.operator(), "ram:CreateAccessKey", &[("UserName", "free")]));
    let config = r#"{"accessKeySecret":"FakeCrowdedAddonSecret0001"}"#;
    let cluster = ("cluster_id", "c0fakecrowded000000000000000000001");
    let install = [cluster, ("name", "ack-onepilot"), ("version", "3.0.20"), ("config", config)];
    stage.done(&stage.operator(), "cs:InstallClusterAddons", &install);
    let license = stage.done(&stage.operator(), "arms:DescribeTraceLicenseKey", &[]);
    let license = license["LicenseKey"].as_str().unwrap().to_owned();
    let parameters = format!(r#"{{"license_key":"{license}"}}"#);
    let run = [
        ("RegionId", "cn-hangzhou"),
        ("Type", "RunShellScript"),
        ("CommandContent", "echo"),
        ("ClientToken", "once"),
        ("Parameters", parameters.as_str()),
        ("EnableParameter", "true"),
        ("InstanceId.1", "i-fakecrowded000000001"),
    ];
    stage.done(&stage.operator(), "ecs:RunCommand", &run);
    let printed = format!(
        "{:?} {:?} {:?} {:?}",
        stage.simulator,
        stage.simulator.inspect(|state| format!("{state:?}")),
        stage.simulator.snapshot(),
        stage.simulator.scenario().directory()
    );
    assert!(!printed.contains(&key.secret));
    assert!(!printed.contains("FakeCrowdedOperatorSecret0001"));
    assert!(!printed.contains("FakeCrowdedAddonSecret0001") && !printed.contains(&license));
}

#[test]
fn seeded_entropy_goes_on_where_it_stopped() {
    let draw = |entropy: &SeededEntropy, length: usize| {
        let mut bytes = vec![0; length];
        entropy.fill(&mut bytes);
        bytes
    };
    let one = SeededEntropy::new(3);
    let (first, second) = (draw(&one, 40), draw(&one, 40));
    assert_ne!(first, second);
    let two = SeededEntropy::new(3);
    assert_eq!(draw(&two, 40), first);
    assert_eq!(draw(&SeededEntropy::resumed(3, two.count()), 40), second);
    assert_ne!(draw(&SeededEntropy::new(4), 40), first);
}
