//! Every rule of the plan, as a case.

use host_model::{RunId, Value};
use host_runner::undo::{Step, UndoInput, Usage, plan};
use serde::Deserialize;

use crate::journal::{Deed, entries};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    done: Vec<Deed>,
    /// What another run did.
    #[serde(default)]
    other: Vec<Deed>,
    /// Whether that was before.
    #[serde(default)]
    earlier: bool,
    /// `account product:Action Name=value …`, names sorted.
    #[serde(default)]
    steps: Vec<String>,
    /// Each is `words of the object | words of the reason`.
    #[serde(default)]
    stays: Vec<String>,
    /// Words of the sentence of the first step.
    #[serde(default)]
    says: Option<String>,
}

const OTHER: &str = "run-0019b8c2f00-00000002";

#[test]
fn an_undo_does_this_and_leaves_that() {
    let cases: Cases = toml::from_str(include_str!("plans.toml")).expect("the cases can be read");
    let mut faults = Vec::new();
    for case in &cases.case {
        let other: RunId = OTHER.parse().expect("a run id");
        let others: Vec<Usage> = match case.other.as_slice() {
            [] => Vec::new(),
            deeds => vec![Usage::of(other, &entries(deeds, if case.earlier { 0 } else { 2_000 }))],
        };
        let input = UndoInput { others: &others, ..UndoInput::default() };
        let plan = plan(&entries(&case.done, 1_000), &input);
        let steps: Vec<String> = plan.steps.iter().map(line).collect();
        let stays: Vec<String> =
            plan.stays.iter().map(|it| format!("{} | {}", it.object, it.reason)).collect();
        let as_said = |(found, said): (&String, &String)| {
            let (object, reason) = said.split_once(" | ").expect("object | reason");
            let (there, why) = found.split_once(" | ").unwrap_or_default();
            there.contains(object) && why.contains(reason)
        };
        let fits = stays.len() == case.stays.len() && stays.iter().zip(&case.stays).all(as_said);
        if steps != case.steps || !fits {
            faults.push(format!("{}\n  steps {steps:#?}\n  stays {stays:#?}", case.name));
        }
        if let Some(words) = &case.says {
            let sentence = plan.steps.first().map(Step::sentence).unwrap_or_default();
            if !sentence.contains(words) {
                faults.push(format!("{}: {sentence}", case.name));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn line(step: &Step) -> String {
    let mut parameters: Vec<String> = step
        .call
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={}", text(value)))
        .collect();
    parameters.sort();
    format!("{} {} {}", step.call.identity, step.action(), parameters.join(" ")).trim().to_owned()
}

fn text(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Json(json) => json.to_string(),
        Value::Secret(secret) => secret.to_string(),
        Value::Settings(settings) => {
            let pairs = settings.iter().map(|(name, value)| format!("{name}={}", text(value)));
            format!("{{{}}}", pairs.collect::<Vec<_>>().join(","))
        }
    }
}

#[test]
fn a_script_that_only_looks_leaves_nothing() {
    let look = r#"
        [[case]]
        name = "look"
        done = [{ by = "source", call = "ecs:RunCommand", region = "r", with = { CommandContent = "look", InstanceId = ["i-1"], Type = "RunShellScript" } }]
    "#;
    let cases: Cases = toml::from_str(look).expect("a case");
    let entries = entries(&cases.case[0].done, 0);
    let looks = [host_runtime::digest(b"look")].into();
    let known = plan(&entries, &UndoInput { looks, ..UndoInput::default() });
    assert!(known.stays.is_empty() && known.steps.is_empty(), "{known:?}");
    assert_eq!(plan(&entries, &UndoInput::default()).stays.len(), 1);
}
