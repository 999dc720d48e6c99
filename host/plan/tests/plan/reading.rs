//! What a person reads.

use std::collections::BTreeMap;

use host_plan::{Forecast, Line, Placeholder, Plan, Unread, compose, words};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use crate::bed;

pub(crate) fn text(plan: &Plan) -> String {
    words(plan).iter().fold(String::new(), |text, line| text + &format!("{line}\n"))
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    steps: Json,
    /// Of the last step.
    #[serde(default)]
    before: BTreeMap<String, Json>,
    #[serde(default)]
    placeholders: BTreeMap<String, u32>,
    forecast: Option<Forecast>,
    #[serde(default)]
    unread: Vec<Unread>,
    lines: Vec<String>,
    #[serde(default)]
    never: Vec<String>,
}

impl Case {
    fn plan(&self) -> Plan {
        let rehearsal = bed::rehearsal(&self.steps);
        let mut plan = bed::plan(compose(&rehearsal, &rehearsal));
        if let Some(step) = plan.steps.last_mut() {
            step.before.clone_from(&self.before);
        }
        let placeholders = self.placeholders.iter().map(|(text, step)| Placeholder {
            text: text.clone(),
            step: *step,
            at: "/Id".to_owned(),
            secret: false,
        });
        plan.placeholders = placeholders.collect();
        plan.forecast.clone_from(&self.forecast);
        plan.unread.clone_from(&self.unread);
        plan
    }
}

#[test]
fn cases() {
    let cases: Cases = toml::from_str(include_str!("reading.toml")).expect("the cases read");
    for case in cases.case {
        let text = text(&case.plan());
        let mut lines = text.lines().map(str::trim_start);
        for wanted in &case.lines {
            let found = lines.any(|line| line.starts_with(wanted) || line.ends_with(wanted));
            assert!(found, "{}: no line `{wanted}` in its place:\n{text}", case.name);
        }
        for never in &case.never {
            assert!(!text.contains(never), "{}: `{never}`:\n{text}", case.name);
        }
    }
}

#[test]
fn recorded_runs() {
    for name in ["delegate", "ack", "ecs", "undo"] {
        insta::assert_snapshot!(name, text(&bed::recorded_plan(name)));
    }
}

#[test]
fn a_line_says_without_color_what_it_says_with_it() {
    let lines: Vec<Line> = words(&bed::recorded_plan("delegate"));
    for line in &lines {
        let shown = line.to_string();
        if line.text.is_empty() {
            assert_eq!(shown, "");
            continue;
        }
        let sign = line.mark.sign();
        assert!(shown.trim_start().starts_with(sign), "{shown}");
        assert!(shown.ends_with(&line.text), "{shown}");
    }
}

#[test]
fn what_is_long_is_cut_and_said() {
    let steps = serde_json::json!([
        { "do": "ram:CreateUser", "with": { "UserName": "a", "Comments": "c".repeat(5000) } },
        { "do": "ecs:RunCommand", "with": { "Name": "n", "CommandContent": "line\n".repeat(1000) } },
    ]);
    let rehearsal = bed::rehearsal(&steps);
    let text = text(&bed::plan(compose(&rehearsal, &rehearsal)));
    let digest = "SHA-256 of all ";
    assert!(
        text.contains(&format!("{}… (4600 characters more; {digest}", "c".repeat(400))),
        "{text}"
    );
    assert!(text.contains("\"line\" … (999 lines more, 4995 characters; "), "{text}");
    assert_eq!(text.matches(digest).count(), 2, "{text}");
}

#[test]
fn where_and_how_it_runs_is_said() {
    let mut plan = bed::recorded_plan("delegate");
    assert!(text(&plan).contains("  for the offline cloud: nothing leaves this machine\n"));
    for (place, says) in [
        (serde_json::json!({ "cloud": "online" }), "  for the real cloud\n"),
        (serde_json::json!(null), "  for the real cloud\n"),
        (
            serde_json::json!({ "cloud": "online", "endpoint": "127.0.0.1:1\u{1b}" }),
            "  for the cloud at `127.0.0.1:1\\u{1b}`\n",
        ),
    ] {
        plan.terms.place = place;
        assert!(text(&plan).contains(says), "{says}");
    }
    assert!(!text(&plan).contains("--adopt") && !text(&plan).contains("--provoke"));
    plan.terms.adopt = true;
    plan.terms.provoke = true;
    plan.allowed = vec!["access-key".to_owned(), "x\n".to_owned()];
    let text = text(&plan);
    for says in ["(`--adopt`)", "(`--provoke`)", "allowed by the operator: access-key, x\\u{a}"] {
        assert!(text.contains(says), "{text}");
    }
}

#[test]
fn nobody_is_told_that_an_unknown_answer_is_a_refusal() {
    let calls = json!([{
        "do": "ram:CreateAccessKey", "with": { "UserName": "alice" },
        "refused": "plan.answer-unforeseen", "unforeseen": true,
    }]);
    let rehearsal = bed::rehearsal(&calls);
    let plan = bed::plan(compose(&rehearsal, &rehearsal));
    let lines: Vec<String> = words(&plan).iter().map(ToString::to_string).collect();
    let text = lines.join("\n");
    assert!(
        text.contains(
            "    + 1. create an AccessKey for user `alice` (nobody knows what comes of it)"
        ),
        "{text}"
    );
    assert!(text.contains("! long-lived") && !text.contains("! alert"), "{text}");
    assert!(text.contains("\"ram:CreateAccessKey\"") && text.contains("1 to add"), "{text}");
}
