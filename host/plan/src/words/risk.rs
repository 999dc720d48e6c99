//! What to know first, worst first.

use std::collections::BTreeMap;

use super::names::Names;
use crate::{Expected, Plan, Step};

/// Classes of risk that were named by the operator, or are not taken; these stand first.
const HIGH: [&str; 5] = ["access-key", "console-login", "mfa", "command", "purchase"];

/// All risks of a plan, each once, with the steps that have it.
pub(crate) fn risks(plan: &Plan, names: &Names) -> Vec<(String, Vec<u32>)> {
    let mut all: Vec<(String, Vec<u32>)> = Vec::new();
    let mut at: BTreeMap<String, usize> = BTreeMap::new();
    for step in &plan.steps {
        for words in of(step) {
            let words = names.said(&words);
            let at = *at.entry(words.clone()).or_insert(all.len());
            if at == all.len() {
                all.push((words, Vec::new()));
            }
            if all[at].1.last() != Some(&step.number) {
                all[at].1.push(step.number);
            }
        }
    }
    all.sort_by_key(|(words, _)| !HIGH.contains(&words.split(':').next().unwrap_or_default()));
    all
}

fn of(step: &Step) -> Vec<String> {
    let mut risks = step.risks.clone();
    let is_done = step.expected == Expected::Done;
    if step.call.action == "CreateAccessKey" && is_done {
        risks.push("long-lived: the key works until somebody deletes it".to_owned());
    }
    if step.sent.carries_secret()
        && is_done
        && !risks.iter().any(|it| it.contains("the cloud can show"))
    {
        let is_shown = ["cs", "ecs"].contains(&step.call.product.as_str());
        let line = "secret: the cloud can show this secret to whoever may read there";
        risks.extend(is_shown.then(|| line.to_owned()));
    }
    if !is_done {
        risks.push(
            "alert: what is expected to be refused can raise an alert of the account's security"
                .to_owned(),
        );
    }
    risks
}

/// `step 3`, `steps 3, 4 and 7`.
pub(crate) fn steps(numbers: &[u32]) -> String {
    let texts: Vec<String> = numbers.iter().map(u32::to_string).collect();
    match texts.as_slice() {
        [one] => format!("step {one}"),
        [first @ .., last] => format!("steps {} and {last}", first.join(", ")),
        [] => String::new(),
    }
}
