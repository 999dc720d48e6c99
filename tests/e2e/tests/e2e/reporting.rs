//! `ack` and `ecs` with the user's own profiles, over HTTP: unattended, again, and after a run that died.

use std::path::PathBuf;

use host_e2e::{ACCOUNTS, ACK, Between, Break, ECS, Home, Running, Seen, Server, crashing};
use serde_json::Value as Json;

/// Little of everything, and no delays: here time is the machine's.
const CLOUD: &str = r#"
seed = 8
start = "2026-01-05T09:00:00Z"

[consistency]
role = 0
attachment = 0
key = 0
detach = 0
app = 0

[accounts.monitoring]
id = "1234567890123456"
license_keys = { cn-hangzhou = "fakelicensekey@0123456789abcde" }
operator = { access_key_id = "LTAI5tFakeMonitoringOperator1", access_key_secret = "FakeMonitoringOperatorSecret01" }

[accounts.source]
id = "6543210987654321"
operator = { access_key_id = "LTAI5tFakeSourceOperator00001", access_key_secret = "FakeSourceOperatorSecret00001" }

[[accounts.source.clusters]]
id = "c0fakeshop00000000000000000000001"
name = "shop"
region = "cn-hangzhou"
manner = { task_seconds = 1 }
workloads = [{ name = "cart", namespace = "shop", app = "cart-service", restarted = true }]

[[accounts.source.clusters]]
id = "c0fakepay000000000000000000000002"
name = "payment"
region = "cn-hangzhou"
manner = { task_seconds = 1 }
workloads = [{ name = "ledger", namespace = "payment", app = "ledger-service", restarted = true }]

[[accounts.source.instances]]
id = "i-fakebilling0000000001"
name = "billing"
region = "cn-hangzhou"
address = "10.0.0.11"
machine = { services = [{ name = "invoice", restarted = true }] }
"#;

/// The whole command line, with both accounts pinned.
fn words(address: &str, workflow: &[&str]) -> Vec<String> {
    let endpoint = format!("http://{address}");
    let rest = ["--yes", "--json", "--endpoint", endpoint.as_str()];
    let words = [&["run"], workflow, &rest, &ACCOUNTS].concat();
    words.into_iter().map(str::to_owned).collect()
}

#[track_caller]
fn run(home: &Home, address: &str, workflow: &[&str]) -> Seen {
    let words = words(address, workflow);
    home.host(&words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// How often a call of that action was answered.
#[track_caller]
fn answered(seen: &Seen, action: &str) -> usize {
    let calls = seen.events_of("call");
    calls.iter().filter(|call| call["action"] == action && call["outcome"] == "ok").count()
}

/// Verified once and again, with nothing left to change.
#[track_caller]
fn runs_twice(workflow: &[&str], proof: &str) -> Seen {
    let (home, server) = Server::of_scenario(CLOUD);
    let first = run(&home, &server.address, workflow).exits(0);
    let ended = first.ended();
    assert_eq!(ended["verdict"], "verified", "{first}");
    assert!(ended["changes"].as_u64() > Some(0), "{first}");
    assert_eq!(first.events_of("run-started")[0]["simulated"], false, "{first}");
    let proofs = ended["proofs"].as_array().cloned().unwrap_or_default();
    let is_seen = |it: &Json| it["seen"] == true && it["level"] == "data";
    assert!(proofs.iter().any(is_seen), "{first}");
    assert!(first.both().contains(proof), "{first}");
    let second = run(&home, &server.address, workflow).exits(0);
    assert_eq!(second.ended()["verdict"], "verified", "{second}");
    assert_eq!(second.ended()["changes"], 0, "{second}");
    first
}

#[test]
fn clusters_report_over_http_and_the_second_run_changes_nothing() {
    let first = runs_twice(&ACK, "cart-service");
    assert_eq!(answered(&first, "CreateAccessKey"), 1, "{first}");
    assert_eq!(answered(&first, "InstallClusterAddons"), 2, "{first}");
}

#[test]
fn instances_report_over_http_and_the_second_run_changes_nothing() {
    let first = runs_twice(&ECS, "invoice");
    assert!(!first.both().contains("fakelicensekey@0123456789abcde"), "{first}");
}

#[test]
fn an_unattended_run_of_either_names_its_risks() {
    let (home, server) = Server::of_scenario(CLOUD);
    for workflow in [&ACK[..], &ECS[..]] {
        let [less @ .., allow, risk] = workflow else { panic!("it has words") };
        let seen = run(&home, &server.address, less).exits(3);
        assert_eq!(*allow, "--allow");
        let error = seen.events_of("error").pop().unwrap_or_default();
        assert_eq!(error["code"], "policy.risk-unnamed", "before anything is begun: {seen}");
        assert!(seen.both().contains(&format!("--allow {risk}")), "{seen}");
        assert_eq!(answered(&seen, "CreateAccessKey") + answered(&seen, "RunCommand"), 0, "{seen}");
    }
}

/// `delegate`, for one user of the source account.
const DELEGATE: [&str; 11] = [
    "workflows/delegate.wasm",
    "-p",
    "region=cn-hangzhou",
    "-p",
    "role-name=arms-admin",
    "-p",
    "access=read-only",
    "-p",
    r#"users=[{"name":"alice","sign-in":"access-key"}]"#,
    "--allow",
    "access-key",
];

/// Notes of the vault about keys that were asked for and never arrived.
fn notes(home: &Home) -> Vec<PathBuf> {
    let files = Home::files(&home.state().join("vault-loopback/pending"));
    files.into_iter().map(|(path, _)| path).collect()
}

/// A cloud, and a user for whom time leaps over every wait.
fn leaping() -> (Home, Server) {
    let home = Home::new().with_program(crashing());
    let clock = home.path("clock").display().to_string();
    let home = home.with("HOST_CRASH_CLOCK", &clock);
    let server = Server::of_scenario_for(&home, CLOUD);
    (home, server)
}

/// A run that dies in the middle of asking for that user's AccessKey.
fn died(home: &Home, server: &Server, (workflow, user): (&[&str], &str), point: Break) {
    let between = Between::start(&server.address, "CreateAccessKey", point);
    let words = words(&between.address, workflow);
    let running = Running::start(home, &words.iter().map(String::as_str).collect::<Vec<_>>());
    between.wait();
    // As `kill -9` would.
    drop(running);
    assert_eq!(notes(home).len(), 1, "it left a note");
    let seen = home.host(&["vault", "list", "--endpoint", "127.0.0.1:9"]).exits(0);
    assert!(seen.both().contains(&format!("user/{user}")), "{seen}");
}

/// The next run has a key that works, and the one after it nothing to do.
#[track_caller]
fn is_repaired(home: &Home, server: &Server, workflow: &[&str], deleted: usize) {
    let anew = [workflow, &["--new"]].concat();
    let seen = run(home, &server.address, &anew).exits(0);
    assert_eq!(seen.ended()["verdict"], "verified", "{seen}");
    assert_eq!(answered(&seen, "DeleteAccessKey"), deleted, "{seen}");
    assert_eq!(answered(&seen, "CreateAccessKey"), 1, "{seen}");
    assert!(notes(home).is_empty(), "the note is settled");
    let again = run(home, &server.address, workflow).exits(0);
    assert_eq!(again.ended()["changes"], 0, "{again}");
}

const ASKING: [(&[&str], &str); 2] = [(&ACK, "ack-reporter"), (&DELEGATE, "alice")];

#[test]
fn a_key_whose_secret_died_with_a_run_gives_way_to_another_in_the_next() {
    for asking in ASKING {
        let (home, server) = leaping();
        died(&home, &server, asking, Break::BeforeReply);
        is_repaired(&home, &server, asking.0, 1);
    }
}

#[test]
fn a_key_that_was_never_asked_for_is_made_by_the_next_run() {
    for asking in ASKING {
        let (home, server) = leaping();
        died(&home, &server, asking, Break::BeforeRequest);
        is_repaired(&home, &server, asking.0, 0);
    }
}

#[test]
fn a_key_that_nobody_allowed_stays_and_the_next_command_is_said() {
    let (home, server) = leaping();
    died(&home, &server, (&DELEGATE, "alice"), Break::BeforeReply);
    let [less @ .., _, _] = &DELEGATE;
    let seen = run(&home, &server.address, less);
    assert_eq!(answered(&seen, "DeleteAccessKey"), 0, "{seen}");
    assert!(seen.both().contains("is not settled") && seen.both().contains("--allow"), "{seen}");
    assert_eq!(notes(&home).len(), 1, "{seen}");
    is_repaired(&home, &server, &DELEGATE, 1);
}

#[test]
fn what_a_saved_plan_does_not_allow_needs_another_plan() {
    let (home, server) = Server::of_scenario(CLOUD);
    let [less @ .., _, risk] = &ECS[..] else { panic!("it has words") };
    let file = home.path("ecs.plan").display().to_string();
    let endpoint = format!("http://{}", server.address);
    let plan = [&["plan"], less, &["-o", &file, "--endpoint", &endpoint], &ACCOUNTS].concat();
    home.host(&plan).exits(4);
    let seen = home.host(&["apply", &file, "--yes", "--json"]).exits(3);
    let hint = seen.ended()["hint"].as_str().unwrap_or_default().to_owned();
    assert_eq!(hint, format!("make the plan again with `--allow {risk}`, and apply that one"));
}
