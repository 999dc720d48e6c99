//! Policy files at the command line: tried by an audit, pasted together from what it offers, enforced, and
//! explained; and the page that tells operators of it.

mod home;

use std::path::{Path, PathBuf};
use std::process::Output;

use host_policy::PolicyFile;
use jsonschema::Validator;
use serde_json::{Value, json};

use self::home::Home;

/// Everything, each class of risk included.
const ALL: &str = "[[rule]]\nactions = [\"*\"]\nallow = [\"access-key\", \"console-login\", \"mfa\", \"session\", \"license-key\", \"command\", \"purchase\"]\n";

#[test]
fn what_an_audit_offers_is_what_a_run_needs() {
    let home = Home::new();
    let policy = home.write("policy.toml", "mode = \"audit\"\n");
    // Rows that a file has to have.
    std::fs::write(&policy, "mode = \"audit\"\n[[rule]]\nworkflow = \"none\"\nactions = [\"*\"]\n")
        .unwrap();
    let (lines, exit) = home.run(&["--policy", path(&policy)]);
    accepts("events", &lines);
    assert_eq!(exit, Some(0), "an audit denies nothing: {lines:#?}");
    let audited = lines.iter().find(|line| line["event"] == "policy-audited").unwrap();
    let denials = audited["denials"].as_array().unwrap();
    let said = lines.iter().filter(|line| line["event"] == "would-deny").count();
    assert!(denials.len() > 10 && said >= denials.len(), "{audited:#}");
    let rules = denials.iter().map(|denial| denial["grant"].as_str().expect("each can be granted"));
    let rules: Vec<&str> = rules.collect();

    std::fs::write(&policy, rules.concat()).unwrap();
    let (lines, exit) = home.run(&["--fresh", "--policy", path(&policy)]);
    accepts("events", &lines);
    let last = lines.last().unwrap();
    assert_eq!((exit, &last["verdict"]), (Some(0), &json!("verified")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line["event"] == "policy-audited"), "nothing is audited");

    // Without any one of them that is needed for a change, the run is denied, and says which one.
    let key = rules.iter().position(|rule| rule.contains("ram:CreateAccessKey")).unwrap();
    let others: String =
        rules.iter().enumerate().filter(|(it, _)| *it != key).map(|(_, it)| *it).collect();
    std::fs::write(&policy, others).unwrap();
    let (lines, exit) = home.run(&["--fresh", "--policy", path(&policy)]);
    accepts("events", &lines);
    assert_eq!(exit, Some(3), "{lines:#?}");
    let denied = lines.iter().find(|line| line["outcome"] == "denied").unwrap();
    assert_eq!(denied["code"], "policy.call-ungranted");
    assert_eq!(denied["grant"], rules[key], "{denied:#}");
    assert_eq!(lines.last().unwrap()["verdict"], "denied");
}

#[test]
fn an_audit_is_refused_where_calls_have_effects() {
    let home = Home::new();
    let policy = home.write("policy.toml", &format!("mode = \"audit\"\n{ALL}"));
    let words = ["run", &delegate(), "--account", "monitoring=nobody", "--policy", path(&policy)];
    let seen = home.seen(&words);
    let words = String::from_utf8_lossy(&seen.stderr);
    assert_eq!(seen.status.code(), Some(2), "{words}");
    assert!(words.contains("error[policy.audit-live]"), "{words}");
}

#[test]
fn a_file_that_is_not_understood_runs_nothing() {
    let home = Home::new();
    let broken = home
        .write("broken.toml", "reads = \"declared\"\n\n[[rule]]\nactions = [\"ram:CreateRol\"]\n");
    let missing = home.path("missing.toml");
    let empty = home.write("empty.toml", "");
    let cases = [
        (&broken, "policy.file-invalid", "line 4, column 12"),
        (&missing, "policy.file-unreadable", "cannot be read"),
        (&empty, "policy.file-invalid", "nothing is granted"),
    ];
    for (file, code, says) in cases {
        let config = home.write("host.toml", &format!("policy = {:?}\n", path(file)));
        for named in [["--policy", path(file)], ["--config", path(&config)]] {
            let (lines, exit) = home.run(&named);
            accepts("events", &lines);
            assert_eq!((lines.len(), exit), (1, Some(2)), "{lines:#?}");
            assert_eq!(lines[0]["code"], code, "{lines:#?}");
            assert!(lines[0]["message"].as_str().unwrap().contains(says), "{lines:#?}");
        }
    }
    let seen = home.seen(&["policy", "check", path(&broken), &delegate()]);
    let words = String::from_utf8_lossy(&seen.stderr);
    assert!(
        words.contains("4 | actions = [\"ram:CreateRol\"]\n    |            ^^^^^^^^^^^^^^^"),
        "{words}"
    );
    let config = home.write("host.toml", "policy = \"policy.toml\"\n");
    let (lines, exit) = home.run(&["--config", path(&config)]);
    assert_eq!((&lines[0]["code"], exit), (&json!("config.file-invalid"), Some(2)), "{lines:#?}");
}

#[test]
fn a_resumed_run_goes_by_the_file_that_it_began_with() {
    let home = Home::new();
    let policy = home.write("policy.toml", "reads = \"declared\"\n");
    let (lines, exit) = home.run(&["--policy", path(&policy)]);
    assert_eq!(exit, Some(3), "{lines:#?}");
    std::fs::write(&policy, ALL).unwrap();
    let run = lines[0]["run"].as_str().unwrap();
    let resumed = |more: &[&str]| {
        let words = [&["resume", run, "--json"], more].concat();
        let seen = home.seen(&words);
        (events(&seen), seen.status.code())
    };
    let (lines, exit) = resumed(&[]);
    assert_eq!(exit, Some(3), "the run began with another text: {lines:#?}");
    assert!(lines.iter().any(|line| line["code"] == "policy.call-ungranted"), "{lines:#?}");
    let (lines, exit) = resumed(&["--policy", path(&policy)]);
    assert_eq!(exit, Some(0), "{lines:#?}");
}

#[test]
fn a_check_says_whether_a_file_covers_a_workflow() {
    let home = Home::new();
    let cases = [
        (ALL.to_owned(), 0),
        ("reads = \"declared\"\n".to_owned(), 1),
        (format!("{ALL}[[rule]]\naccount = \"billing\"\nactions = [\"ram:*\"]\n"), 1),
        (format!("{ALL}[[rule]]\nworkflow = \"ack\"\nactions = [\"cs:*\"]\n"), 0),
        (format!("{ALL}[[rule]]\nworkflow = \"delegate\"\nactions = [\"cs:*\"]\n"), 1),
    ];
    for (text, status) in cases {
        let file = home.write("policy.toml", &text);
        let seen = home.seen(&["policy", "check", path(&file), &delegate(), "--json"]);
        let lines = events(&seen);
        accepts("events", &lines);
        assert_eq!(seen.status.code(), Some(status), "{text}\n{lines:#?}");
        assert_eq!(lines[0]["complete"], json!(status == 0), "{lines:#?}");
        let seen = home.seen(&["policy", "check", path(&file), &delegate()]);
        assert_eq!(seen.status.code(), Some(status), "{text}");
    }
    let file = home.write("policy.toml", ALL);
    let words =
        ["policy", "check", path(&file), &delegate(), "--account", "billing=1234567890123456"];
    assert_eq!(home.seen(&words).status.code(), Some(2));
}

#[test]
fn a_check_says_no_more_than_is_true() {
    let home = Home::new();
    let said = |text: &str| {
        let file = home.write("policy.toml", text);
        let seen = home.seen(&["policy", "check", path(&file), &delegate()]);
        (String::from_utf8(seen.stdout).expect("UTF-8"), seen.status.code())
    };
    let (words, status) = said(ALL);
    assert_eq!(status, Some(0), "{words}");
    assert!(words.contains("is allowed in every account, whatever the call is about"), "{words}");

    let narrow = ALL.replace("[[rule]]", "reads = \"declared\"\n[[rule]]")
        + "resources = [\"role/arms-*\", \"user/*\", \"policy/*\", \"principal/*\", \"application/*\", \"resourcegroup/*\"]\n";
    let (words, status) = said(&narrow);
    assert_eq!(status, Some(0), "what operators want is no fault: {words}");
    assert!(!words.contains("whatever the call is about\n"), "{words}");
    for says in [
        "  only if every object of the call is one of `role/arms-*`, `user/*`",
        "  allowed for some objects or values only, as the rule in line 2 says: 19 actions",
        "is allowed in some account\n  19 for some objects or values only: a call about others is denied",
    ] {
        assert!(words.contains(says), "{says}\n{words}");
    }

    let (words, status) = said(&ALL.replace("[[rule]]", "[[rule]]\naccount = \"monitoring\""));
    assert_eq!(status, Some(0), "{words}");
    assert!(words.contains("in some accounts only: a call in another one is denied"), "{words}");
    assert!(
        words.contains("in each of the accounts outsider, source\n  not allowed: 35"),
        "{words}"
    );

    let (words, status) = said(&ALL.replace("[[rule]]", "[[rule]]\naccount = \"source\""));
    assert_eq!(status, Some(1), "{words}");
    let proof = "arms:ListTraceApps in account monitoring, where the workflow proves itself by it";
    assert!(words.contains(proof), "{words}");

    let idle = format!(
        "{ALL}[[rule]]\nactions = [\"ram:CreateUser\"]\nresources = [\"user/x\", \"role/x\"]\n"
    );
    let (words, status) = said(&idle);
    assert_eq!(status, Some(1), "{words}");
    let mark = "  ⚠ `role/x` matches nothing that these actions are about";
    assert!(words.contains(mark), "{words}");
    assert!(words.ends_with("matches nothing: it is marked above\n"), "{words}");
}

#[test]
fn what_a_plan_offers_has_no_made_up_names_and_is_enough() {
    let home = Home::new();
    let none = "mode = \"audit\"\n[[rule]]\nworkflow = \"none\"\nactions = [\"*\"]\n";
    let policy = home.write("policy.toml", none);
    let ack = root().join("workflows/ack.wasm").display().to_string();
    let seen = home.seen(&["plan", &ack, "--simulate", "--json", "--policy", path(&policy)]);
    let plan: Value = serde_json::from_slice(&seen.stdout).expect("it is JSON");
    let denials = plan["would_deny"].as_array().expect("they are listed");
    let rules: Vec<&str> = denials.iter().map(|it| it["grant"].as_str().expect("one")).collect();
    let tasks: Vec<&&str> = rules.iter().filter(|it| it.contains("cs:DescribeTaskInfo")).collect();
    let [task] = tasks.as_slice() else { panic!("each rule once: {tasks:#?}") };
    assert!(task.contains("resources = [\"task/*\"]") && !task.contains("T-"), "{task}");
    assert!(task.contains("# allows any task: the cloud has not yet made up its name"), "{task}");

    std::fs::write(&policy, rules.concat()).unwrap();
    let seen = home.seen(&["run", &ack, "--simulate", "--json", "--policy", path(&policy)]);
    let lines = events(&seen);
    assert_eq!(lines.last().unwrap()["verdict"], json!("verified"), "{lines:#?}");
}

#[test]
fn the_page_for_operators_shows_files_that_are_understood() {
    let page = std::fs::read_to_string(root().join("docs/policy.md")).expect("there is a page");
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 2, "{page}");
    for example in examples {
        PolicyFile::parse(example).unwrap_or_else(|fault| panic!("{fault}\n{example}"));
        let value: Value = toml::from_str(example).unwrap();
        accepts("policy", &[value]);
    }
    for risk in
        ["access-key", "console-login", "mfa", "session", "license-key", "command", "purchase"]
    {
        assert!(page.contains(&format!("| `{risk}` |")), "{risk}");
    }
}

#[test]
fn the_schema_of_policy_files_refuses_what_the_program_refuses_by_shape() {
    let schema = schema("policy");
    for text in [
        "",
        "reads = \"granted\"",
        "modes = \"audit\"\nreads = \"declared\"",
        "[[rule]]\naccount = \"a\"",
        "[[rule]]\nactions = []",
        "[[rule]]\nactions = [\"CreateRole\"]",
        "[[rule]]\nactions = [\"ram:*\"]\nresource = [\"x\"]",
        "[[rule]]\nactions = [\"ram:*\"]\naccount = 5",
        "[[rule]]\nactions = [\"ram:*\"]\nworkflow = { digest = \"abc\" }",
        "[[rule]]\nactions = [\"ram:*\"]\nwhere = { RoleName = { regex = \"x\" } }",
        "[[rule]]\nactions = [\"ram:*\"]\nwhere = { RoleName = 1.5 }",
    ] {
        assert!(PolicyFile::parse(text).is_err(), "{text}");
        let value: Value = toml::from_str(text).unwrap();
        assert!(!schema.is_valid(&value), "{text}");
    }
}

impl Home {
    fn seen(&self, arguments: &[&str]) -> Output {
        self.host(arguments).output().expect("the program can be started")
    }

    /// A run in the offline cloud: its events, and the exit status.
    fn run(&self, more: &[&str]) -> (Vec<Value>, Option<i32>) {
        let delegate = delegate();
        let words = [&["run", &delegate, "--simulate", "--json"], more].concat();
        let seen = self.seen(&words);
        (events(&seen), seen.status.code())
    }
}

fn events(seen: &Output) -> Vec<Value> {
    let text = String::from_utf8(seen.stdout.clone()).expect("JSON is UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("each line is JSON")).collect()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn delegate() -> String {
    root().join("workflows/delegate.wasm").display().to_string()
}

fn path(file: &Path) -> &str {
    file.to_str().expect("folders of tests have plain names")
}

fn schema(name: &str) -> Validator {
    let text = std::fs::read_to_string(root().join(format!("docs/{name}.schema.json")));
    let schema: Value = serde_json::from_str(&text.expect("the schema is there")).expect("JSON");
    jsonschema::validator_for(&schema).expect("the schema can be used")
}

#[track_caller]
fn accepts(name: &str, lines: &[Value]) {
    let schema = schema(name);
    for line in lines {
        let errors: Vec<String> = schema.iter_errors(line).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{line}\n{errors:#?}");
    }
}
