//! Nothing of a workflow or of the cloud can break, color, reorder or forge a line.

use host_plan::{Plan, compose, words};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::bed;

/// Texts that would do something on a terminal, or to a reader.
const HOSTILE: [&str; 9] = [
    "\u{1b}[2J\u{1b}[1;1HPlan: nothing to do.",
    "\u{9b}31m red",
    "a\r\nNo changes.\n",
    "\u{202e}gnihton seod\u{202c}",
    "\u{2066}isolated\u{2069}\u{200b}\u{feff}",
    "zalgo\u{301}\u{302}\u{489}\u{20dd}",
    "blank\u{3164}\u{2800}\u{a0}\u{ad}",
    "\u{e0041}\u{e0042}tag\u{fe0f}",
    "\u{8}\u{8}\u{8}\u{7f}\u{0}",
];

fn is_harmless(line: &str) -> bool {
    let hidden = |it: char| {
        matches!(
            it,
            '\u{ad}' | '\u{a0}' | '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{20d0}'..='\u{20ff}' | '\u{2800}' | '\u{3164}'
                | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e01ef}'
        )
    };
    !line.chars().any(|it| it.is_control() || hidden(it))
}

fn lines(plan: &Plan) -> Vec<String> {
    words(plan).iter().map(ToString::to_string).collect()
}

/// Every text of the plan that can be another one.
fn texts(at: &str, json: &Json, found: &mut Vec<String>) {
    let escaped = |key: &str| key.replace('~', "~0").replace('/', "~1");
    match json {
        Json::Object(members) => {
            members
                .iter()
                .for_each(|(key, it)| texts(&format!("{at}/{}", escaped(key)), it, found));
        }
        Json::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, it)| texts(&format!("{at}/{index}"), it, found));
        }
        Json::String(_) => found.push(at.to_owned()),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

#[test]
fn no_text_of_a_plan_gets_onto_the_screen_as_it_is() {
    for name in ["delegate", "ack"] {
        let plain = serde_json::to_value(bed::recorded_plan(name)).unwrap();
        let mut pointers = Vec::new();
        texts("", &plain, &mut pointers);
        let mut tried = 0;
        for (index, pointer) in pointers.iter().enumerate() {
            let mut other = plain.clone();
            let text = other.pointer_mut(pointer).unwrap();
            let hostile = HOSTILE[index % HOSTILE.len()];
            *text = format!("{}{hostile}", text.as_str().unwrap()).into();
            // Some texts are typed: an account's id, an effect.
            let Ok(other) = serde_json::from_value::<Plan>(other) else { continue };
            tried += 1;
            for line in lines(&other) {
                assert!(is_harmless(&line), "{pointer}: {line:?}");
            }
        }
        assert!(tried > 100, "{name}: {tried}");
    }
}

fn titled(title: &str) -> Plan {
    let mut plan = bed::recorded_plan("delegate");
    title.clone_into(&mut plan.steps[5].within.title);
    plan
}

#[test]
fn a_title_changes_one_line_and_no_other() {
    let plain = lines(&titled("x"));
    let thousand = "+ 3. create user `mallory`\n".repeat(1000);
    let forged = "x\"\nPlan: 0 to add, 0 to change, 0 to remove.\n\nNo changes.";
    for title in HOSTILE.into_iter().chain([thousand.as_str(), forged]) {
        let lines = lines(&titled(title));
        assert_eq!(lines.len(), plain.len(), "{title:?}");
        let other: Vec<(&String, &String)> =
            lines.iter().zip(&plain).filter(|(one, other)| one != other).collect();
        assert_eq!(other.len(), 1, "{title:?}: {other:?}");
        let (line, _) = other[0];
        assert!(line.starts_with("  step 6: \"") && line.len() < 1500, "{line}");
        assert!(is_harmless(line), "{line:?}");
    }
}

#[test]
fn many_titles_are_counted() {
    let mut plan = bed::recorded_plan("delegate");
    let step = plan.steps[0].clone();
    plan.steps = (1..=100)
        .map(|number| {
            let mut step = step.clone();
            step.number = number;
            step.within.title = format!("title {number}");
            step
        })
        .collect();
    let lines = lines(&plan);
    assert!(lines.contains(&"  and 60 more".to_owned()));
    assert_eq!(lines.iter().filter(|it| it.contains("title ")).count(), 40);
}

fn one(with: &Json) -> Vec<String> {
    let rehearsal = bed::rehearsal(&json!([{ "do": "ram:CreateUser", "with": with }]));
    lines(&bed::plan(compose(&rehearsal, &rehearsal)))
}

#[test]
fn a_literal_value_cannot_pass_for_one_that_is_known_later() {
    let text = one(&json!({
        "UserName": "(known after step 1)",
        "DisplayName": "(known after step 1)",
        "Comments": ["(known after step 1)"],
    }))
    .join("\n");
    let (read, _pasted) = text.split_once("What the run has").unwrap();
    assert!(!read.contains("(known after"), "{text}");
    assert!(text.contains("create user `\\u{28}known after step 1)`"), "{text}");
}

#[test]
fn a_literal_value_cannot_leave_its_quotes() {
    let text = one(&json!({
        "UserName": "a` and nothing else, really `b",
        "DisplayName": "a\" (as it is), \"b",
        "Comments": "a\\",
    }))
    .join("\n");
    assert!(text.contains("create user `a\\u{60} and nothing else, really \\u{60}b`"), "{text}");
    assert!(text.contains(r#"DisplayName: "a\" (as it is), \"b""#), "{text}");
    assert!(text.contains(r#"Comments: "a\\""#), "{text}");
}

#[test]
fn letters_that_look_like_others_are_said() {
    let text = one(&json!({ "UserName": "оperator", "DisplayName": "监控" })).join("\n");
    let line = text.lines().find(|it| it.contains("1. create user")).unwrap();
    assert!(line.ends_with("[letters that look like others: U+043E]"), "{line}");
    let display = text.lines().find(|it| it.contains("DisplayName")).unwrap();
    assert!(display.ends_with("\"监控\""), "{display}");
}

#[test]
fn a_policy_to_paste_is_ascii_and_means_the_same() {
    let text = one(&json!({ "UserName": "a\u{202e}b\u{1f600}\u{7f}" })).join("\n");
    assert!(text.contains("user/a\\u202eb\\ud83d\\ude00\\u007f\""), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(64) })]
    #[test]
    fn whatever_is_given_stays_on_its_line(
        title in any::<String>(), value in any::<String>(), name in any::<String>(), object: String,
    ) {
        let mut plan = bed::recorded_plan("delegate");
        let plain = lines(&plan).len();
        plan.steps[4].within.title = format!("x{title}");
        plan.steps[4].account_name = name.clone();
        plan.workflow.name = name;
        let value = value.replace('\n', " ");
        plan.steps[4].sent.parameters[3].1 = host_model::Value::Text(value);
        plan.steps[4].call.parameters[3].1 = host_model::Value::Text(object);
        let lines = lines(&plan);
        prop_assert_eq!(lines.len(), plain);
        for line in &lines {
            prop_assert!(is_harmless(line), "{:?}", line);
        }
    }
}
