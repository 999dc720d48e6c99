//! Which outputs of which runs a plan may take for what is on a machine.

use host_model::{IdentityRef, Reply};

use super::*;
use crate::record::{Begun, FORMAT, Known, Outcome, Resumed, Took, Workflow};

const SCRIPT: &str = "#!/bin/sh\n# looks";
const OTHER: &str = "#!/bin/sh\n# changes";
const SOURCE: &str = "6543210987654321";
const OWN: &str = "host-ecs";

/// One thing that a run did.
enum Deed {
    /// Sent a script, filled with a word, to machines, and the invocation that the cloud made of it, if its reply
    /// was seen.
    Send(&'static str, &'static str, &'static [&'static str], Option<&'static str>),
    /// Was shown what an invocation wrote on a machine: its status and its exit code.
    Read(&'static str, &'static str, (&'static str, i64), &'static str),
    /// Stopped an invocation, whichever machines it was on.
    Stop(&'static str),
    /// Died, and went on after all others.
    GoOn,
}

use Deed::{GoOn, Read, Send, Stop};

const WELL: (&str, i64) = ("Success", 0);

fn begun(lineage: &str, scenario: Option<&str>) -> Entry {
    Entry::Begun(Begun {
        format: FORMAT,
        host_version: "0.1.0".to_owned(),
        workflow: Workflow {
            name: "ecs".to_owned(),
            version: "0.1.0".to_owned(),
            lineage: lineage.to_owned(),
            digest: "0".repeat(64),
            vetted: true,
        },
        input: Json::Null,
        accounts: BTreeMap::new(),
        mark: String::new(),
        allowed: Vec::new(),
        adopt: false,
        policy: None,
        provoke: false,
        unattended: false,
        place: place(scenario),
        undoes: None,
        plan: None,
    })
}

fn place(scenario: Option<&str>) -> Place {
    Place::Offline { scenario: scenario.map(str::to_owned), id: None, config: None }
}

fn call(action: &str, parameters: Vec<(&str, Value)>) -> Call {
    let named = |(name, value): (&str, Value)| (name.to_owned(), value);
    Call {
        identity: IdentityRef("source".to_owned()),
        product: "ecs".to_owned(),
        version: "2014-05-26".to_owned(),
        action: action.to_owned(),
        region: Some("cn-hangzhou".to_owned()),
        parameters: parameters.into_iter().map(named).collect(),
    }
}

fn reply(body: Json) -> Answer {
    let secrets = BTreeMap::new();
    Answer::Reply { reply: Reply { body, secrets, identity: None, request_id: None } }
}

fn intent(call: Call) -> Entry {
    Entry::Intent(Intent {
        sent: call.clone(),
        call,
        account: SOURCE.to_owned(),
        host_parameters: Vec::new(),
        lost: "token".to_owned(),
        consent: "offline".to_owned(),
        inverse: None,
        before: None,
        looks: false,
    })
}

fn outcome(body: Json) -> Entry {
    let took = Took { attempts: 1, elapsed_ms: 1 };
    Entry::Outcome(Outcome { answer: reply(body), took, known: Known::Reply })
}

fn entries_of(deed: &Deed) -> Vec<Entry> {
    match deed {
        Send(script, word, machines, invocation) => {
            let text = |text: &str| Value::Text(text.to_owned());
            let filled = vec![("agent".to_owned(), text(word))];
            let sent = intent(call(
                "RunCommand",
                vec![
                    ("CommandContent", text(script)),
                    ("InstanceId", Value::Json(serde_json::json!(machines))),
                    ("Parameters", Value::Settings(filled)),
                ],
            ));
            let answered = invocation.map(|id| outcome(serde_json::json!({ "InvokeId": id })));
            std::iter::once(sent).chain(answered).collect()
        }
        Read(invocation, machine, (status, exit_code), output) => {
            let result = serde_json::json!({
                "InvokeId": invocation, "InstanceId": machine, "InvocationStatus": status,
                "ExitCode": exit_code, "Output": output,
            });
            let body = serde_json::json!({
                "Invocation": { "InvocationResults": { "InvocationResult": [result] } }
            });
            let event = Event::Call(call("DescribeInvocationResults", Vec::new()));
            vec![Entry::Answered(Answered { event, answer: reply(body), took: None })]
        }
        GoOn => {
            vec![Entry::Resumed(Resumed { host_version: "0.1.0".to_owned(), again_from: None })]
        }
        Stop(invocation) => {
            let id = Value::Text((*invocation).to_owned());
            vec![intent(call("StopInvocation", vec![("InvokeId", id)])), outcome(Json::Null)]
        }
    }
}

/// A run by its lineage, its scenario and what it did.
type Told<'a> = (&'a str, Option<&'a str>, &'a [Deed]);

/// What is known after these runs, as `machine: output (number of the run)`, each with the word of its script.
fn known(runs: &[Told<'_>]) -> Vec<String> {
    let looks = BTreeSet::from([host_runtime::digest(SCRIPT.as_bytes())]);
    let mut memory = Memory { looks, ..Memory::default() };
    let told = (1..).zip(runs).map(|(number, (lineage, scenario, deeds))| {
        let entries = std::iter::once(begun(lineage, *scenario));
        let entries = entries.chain(deeds.iter().flat_map(entries_of));
        let mut at = Timestamp::from_millis(number);
        let entries = (0..).zip(entries).map(|(number, entry)| {
            // Whoever died goes on when everybody else is through.
            if matches!(entry, Entry::Resumed(_)) {
                at = Timestamp::from_millis(99);
            }
            Numbered { number, at, entry }
        });
        (RunId::new(Timestamp::from_millis(number), [0; 4]), entries.collect())
    });
    let told: Vec<(RunId, Vec<Numbered>)> = told.collect();
    memory.read(&told, (&place(None), OWN));
    let told = memory.known.into_values().flat_map(BTreeMap::into_values);
    told.map(|it| {
        let Remembered { instance, output, parameters, at, .. } = it;
        format!("{instance}/{}: {output} ({})", parameters["agent"], at.millis())
    })
    .collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of cases")]
fn what_a_script_wrote_last_is_known_until_something_else_is_sent() {
    const ONE: &[&str] = &["i-1"];
    const BOTH: &[&str] = &["i-1", "i-2"];
    const LOOK: Deed = Send(SCRIPT, "java", BOTH, Some("t-1"));
    const SEEN: Deed = Read("t-1", "i-1", WELL, "old");
    const TOO: Deed = Read("t-1", "i-2", WELL, "too");
    let both = ["i-1/java: old (1)", "i-2/java: too (1)"];
    let cases: Vec<(&str, Vec<Told<'_>>, Vec<&str>)> = vec![
        ("what it wrote", vec![(OWN, None, &[LOOK, SEEN, TOO])], both.to_vec()),
        (
            "the later run",
            vec![
                (OWN, None, &[LOOK, SEEN, TOO]),
                (
                    OWN,
                    None,
                    &[Send(SCRIPT, "java", ONE, Some("t-2")), Read("t-2", "i-1", WELL, "new")],
                ),
            ],
            vec!["i-1/java: new (2)", "i-2/java: too (1)"],
        ),
        (
            "for each word that it was filled with",
            vec![
                (OWN, None, &[LOOK, SEEN]),
                (
                    OWN,
                    None,
                    &[Send(SCRIPT, "go", ONE, Some("t-2")), Read("t-2", "i-1", WELL, "go")],
                ),
            ],
            vec!["i-1/go: go (2)", "i-1/java: old (1)"],
        ),
        (
            "not once something else was sent there",
            vec![(OWN, None, &[LOOK, SEEN, TOO, Send(OTHER, "java", ONE, Some("t-2"))])],
            vec!["i-2/java: too (1)"],
        ),
        (
            "nor if nobody knows whether it came there",
            vec![(OWN, None, &[LOOK, SEEN, TOO, Send(OTHER, "java", BOTH, None)])],
            vec![],
        ),
        (
            "nor by another workflow",
            vec![
                (OWN, None, &[LOOK, SEEN, TOO]),
                ("another", None, &[Send(OTHER, "java", ONE, Some("t-2"))]),
            ],
            vec!["i-2/java: too (1)"],
        ),
        (
            "nor if what was sent names no machine",
            vec![(OWN, None, &[LOOK, SEEN, TOO, Stop("t-1")])],
            vec![],
        ),
        (
            "but what was seen after it",
            vec![(
                OWN,
                None,
                &[
                    LOOK,
                    SEEN,
                    Send(OTHER, "java", ONE, Some("t-2")),
                    Send(SCRIPT, "java", ONE, Some("t-3")),
                    Read("t-3", "i-1", WELL, "after"),
                ],
            )],
            vec!["i-1/java: after (1)"],
        ),
        (
            "not if a run that died before goes on after it",
            vec![
                (OWN, None, &[LOOK, GoOn, Send(OTHER, "java", ONE, Some("t-2"))]),
                (OWN, None, &[LOOK, SEEN, TOO]),
            ],
            vec!["i-2/java: too (2)"],
        ),
        (
            "not if something else was sent between the look and its output",
            vec![
                (OWN, None, &[LOOK, GoOn, SEEN, TOO]),
                (OWN, None, &[Send(OTHER, "java", ONE, Some("t-2"))]),
            ],
            vec!["i-2/java: too (1)"],
        ),
        (
            "nor if that named no machine",
            vec![(OWN, None, &[LOOK, GoOn, SEEN, TOO]), (OWN, None, &[Stop("t-9")])],
            vec![],
        ),
        (
            "and not in the place of what a later look saw",
            vec![
                (OWN, None, &[LOOK, GoOn, SEEN, TOO]),
                (
                    OWN,
                    None,
                    &[Send(SCRIPT, "java", ONE, Some("t-2")), Read("t-2", "i-1", WELL, "new")],
                ),
            ],
            vec!["i-1/java: new (2)", "i-2/java: too (1)"],
        ),
        ("not of others", vec![("another", None, &[LOOK, SEEN, TOO])], vec![]),
        ("not in another cloud", vec![(OWN, Some("x.toml"), &[LOOK, SEEN, TOO])], vec![]),
        (
            "not by what happened in another cloud",
            vec![
                (OWN, None, &[LOOK, SEEN, TOO]),
                (OWN, Some("x.toml"), &[Send(OTHER, "java", BOTH, Some("t-2"))]),
            ],
            both.to_vec(),
        ),
        (
            "not of a script that does more than look",
            vec![(OWN, None, &[Send(OTHER, "java", BOTH, Some("t-1")), SEEN, TOO])],
            vec![],
        ),
        (
            "not of a script that failed, or runs",
            vec![(
                OWN,
                None,
                &[
                    LOOK,
                    Read("t-1", "i-1", ("Failed", 0), "no"),
                    Read("t-1", "i-1", ("Success", 1), "no"),
                    Read("t-1", "i-2", ("Running", 0), ""),
                ],
            )],
            vec![],
        ),
        (
            "not of an invocation that the run did not begin",
            vec![(OWN, None, &[LOOK, Read("t-9", "i-1", WELL, "no")])],
            vec![],
        ),
    ];
    for (what, runs, expected) in cases {
        assert_eq!(known(&runs), expected, "{what}");
    }
}

#[test]
fn a_script_that_gets_a_secret_is_never_known() {
    let memory = Memory {
        looks: BTreeSet::from([host_runtime::digest(SCRIPT.as_bytes())]),
        ..Memory::default()
    };
    let order = |value: Value| {
        let filled = Value::Settings(vec![("license_key".to_owned(), value)]);
        let script = Value::Text(SCRIPT.to_owned());
        memory.order(&call("RunCommand", vec![("CommandContent", script), ("Parameters", filled)]))
    };
    assert!(order(Value::Text("public".to_owned())).is_some());
    let secret = serde_json::json!({
        "secret": { "kind": "license-key", "account": SOURCE, "object": "cn-hangzhou" }
    });
    let secret: Value = serde_json::from_value(secret).expect("a secret's name");
    assert!(order(secret).is_none());
    assert!(order(Value::Json(serde_json::json!(1))).is_none());
}
