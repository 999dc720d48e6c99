//! The `--json` stream is what `docs/events.schema.json` says, line by line.

mod home;

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use jsonschema::Validator;
use serde_json::{Value, json};

use self::home::Home;

#[test]
fn a_run_is_a_stream_of_published_events_that_ends_with_its_verdict() {
    let (schema, home) = (schema(), Home::new());
    let (lines, exit) = home.json(&["run", &delegate(), "--simulate", "--json"]);
    accepts(&schema, &lines);
    assert_eq!(exit, Some(0), "{lines:#?}");
    assert_eq!(names(&lines).first(), Some(&"run-started"));
    assert_eq!(names(&lines).iter().filter(|name| **name == "run-ended").count(), 1);
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["verdict"]), (&json!("run-ended"), &json!("verified")));
    assert!(lines.iter().all(|line| line["run"] == last["run"]), "{lines:#?}");
    let summary = &last["summary"];
    let changed = summary["changed"].as_array().unwrap();
    assert_eq!(json!(changed.len()), last["changes"], "{last:#}");
    assert!(changed.iter().all(|it| it["request_id"].is_string()), "{last:#}");
    assert!(!summary["done"].as_array().unwrap().is_empty(), "{last:#}");
    assert_eq!((&summary["pending"], &summary["failed"]), (&json!([]), &json!([])), "{last:#}");
    assert!(last["next"][0].as_str().unwrap().starts_with("`host check run-"), "{last:#}");
    for kind in ["step", "call", "note", "log", "check"] {
        assert!(names(&lines).contains(&kind), "no `{kind}` among the events of a run");
    }
}

#[test]
fn a_run_that_fails_ends_with_its_verdict_as_well() {
    let (schema, home) = (schema(), Home::new());
    let fault =
        "[[fault]]\non = \"ram:CreateRole\"\nkind = \"error\"\ncode = \"Odd\"\nstatus = 400\n";
    let scenario = home.write("broken.toml", &format!("{}\n{fault}", built_in_scenario()));
    let simulate = format!("--simulate={}", scenario.display());
    let (lines, exit) = home.json(&["run", &delegate(), &simulate, "--json"]);
    accepts(&schema, &lines);
    let failed = lines.iter().find(|line| line["action"] == "CreateRole").unwrap();
    assert_eq!((&failed["outcome"], &failed["code"]), (&json!("failed"), &json!("Odd")));
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["verdict"]), (&json!("run-ended"), &json!("partial")));
    assert_eq!((exit, &last["exit"]), (Some(1), &json!(1)));
    let listed = &last["summary"]["failed"][0];
    assert_eq!(listed["request_id"], failed["request_id"], "{last:#}");
    assert!(listed["why"].as_str().unwrap().starts_with("Odd"), "{last:#}");
}

#[test]
fn an_undo_is_a_stream_of_published_events_too() {
    let (schema, home) = (schema(), Home::new());
    home.json(&["run", &delegate(), "--simulate", "--json"]);
    let (lines, exit) = home.json(&["undo", "last", "--json"]);
    accepts(&schema, &lines);
    assert_eq!(exit, Some(0), "{lines:#?}");
    assert_eq!(names(&lines).first(), Some(&"run-started"));
    let plan = lines.iter().find(|line| line["event"] == "undo-planned").unwrap();
    assert!(!plan["steps"].as_array().unwrap().is_empty(), "{plan}");
    for field in ["undoes", "steps", "stays"] {
        let mut line = plan.clone();
        line.as_object_mut().unwrap().remove(field);
        assert!(!schema.is_valid(&line), "a plan without `{field}` is accepted");
    }
    let last = lines.last().unwrap();
    assert_eq!((&last["event"], &last["verdict"]), (&json!("run-ended"), &json!("done")));
    assert_eq!(last["output"]["stays"], json!([]), "{last}");
}

#[test]
fn what_stands_outside_of_a_run_is_published_too() {
    let (schema, home) = (schema(), Home::new());
    let missing = home.path("missing.wasm").display().to_string();
    let cases: [(&[&str], &str, i32); 5] = [
        (&["inspect", &delegate(), "--json"], "inspected", 0),
        (&["inspect", &missing, "--json"], "error", 2),
        (&["run", &missing, "--simulate", "--json"], "error", 2),
        (&["run", &delegate(), "--simulate", "--json", "-p", "role-name=a b"], "error", 2),
        (&["simulate", "--listen", "192.0.2.1:0", "--json"], "error", 2),
    ];
    for (arguments, name, status) in cases {
        let (lines, exit) = home.json(arguments);
        accepts(&schema, &lines);
        assert_eq!((names(&lines), exit), (vec![name], Some(status)), "{arguments:?}");
    }
    // The profile is looked for in files only, so nothing is sent.
    let doctor = ["doctor", "--json", "--endpoint", "127.0.0.1:9", "--profile", "nobody"];
    let (lines, exit) = home.json(&doctor);
    accepts(&schema, &lines);
    assert_eq!(exit, Some(1), "{lines:#?}");
    assert!(names(&lines).iter().all(|name| *name == "finding"), "{lines:#?}");
    let identity = lines.iter().find(|line| line["what"] == "identity").unwrap();
    assert_eq!(identity["fine"], json!(false), "{identity}");
}

#[test]
fn the_first_line_of_a_server_says_where_it_listens() {
    let (schema, home) = (schema(), Home::new());
    let mut server = home
        .host(&["simulate", "--listen", "127.0.0.1:0", "--json"])
        .stderr(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut line).unwrap();
    server.kill().unwrap();
    server.wait().unwrap();
    let line: Value = serde_json::from_str(&line).unwrap();
    accepts(&schema, std::slice::from_ref(&line));
    assert_eq!(line["event"], "listening");
    let address: std::net::SocketAddr = line["address"].as_str().unwrap().parse().unwrap();
    assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
}

#[test]
fn the_schema_refuses_a_line_that_lacks_or_changes_a_field() {
    let (schema, home) = (schema(), Home::new());
    let (lines, _) = home.json(&["run", &delegate(), "--simulate", "--json"]);
    let call = lines.iter().find(|line| line["event"] == "call").unwrap();
    accepts(&schema, std::slice::from_ref(call));
    for field in ["account", "product", "action", "effect", "outcome", "request_id", "run"] {
        let mut line = call.clone();
        line.as_object_mut().unwrap().remove(field);
        assert!(!schema.is_valid(&line), "a call without `{field}` is accepted");
    }
    let last = lines.last().unwrap();
    let changes = [
        (call, "version", json!(2)),
        (call, "event", json!("called")),
        (call, "effect", json!("write")),
        (call, "outcome", json!("fine")),
        (call, "code", json!("Odd")),
        (call, "run", json!("run-1")),
        (last, "verdict", json!("perfect")),
        (last, "verdict", Value::Null),
        (last, "proofs", json!([{ "id": "x" }])),
        (last, "summary", json!({ "done": [] })),
        (last, "next", json!("host undo")),
    ];
    for (line, field, value) in changes {
        let mut line = line.clone();
        line[field] = value;
        assert!(!schema.is_valid(&line), "{line} is accepted");
    }
    let outside = json!({ "version": 1, "event": "stopped", "run": call["run"] });
    assert!(!schema.is_valid(&outside), "a line outside of a run has no run");
}

impl Home {
    /// Standard output as JSON, line by line, and the exit status.
    fn json(&self, arguments: &[&str]) -> (Vec<Value>, Option<i32>) {
        let output = self.host(arguments).output().expect("the program can be started");
        let text = String::from_utf8(output.stdout).expect("JSON is UTF-8");
        let lines = text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON"));
        (lines.collect(), output.status.code())
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn delegate() -> String {
    root().join("workflows/delegate.wasm").display().to_string()
}

fn built_in_scenario() -> String {
    std::fs::read_to_string(root().join("host/simulator/data/two-accounts.toml"))
        .expect("the scenario is there")
}

fn schema() -> Validator {
    let text = std::fs::read_to_string(root().join("docs/events.schema.json"));
    let text = text.expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "the schema is none");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

fn names(lines: &[Value]) -> Vec<&str> {
    lines.iter().map(|line| line["event"].as_str().unwrap_or_default()).collect()
}

#[track_caller]
fn accepts(schema: &Validator, lines: &[Value]) {
    for line in lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}\n{errors:#?}");
    }
}
