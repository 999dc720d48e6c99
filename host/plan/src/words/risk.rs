//! What to know first, worst first.

use std::collections::BTreeMap;

use super::names::Names;
use crate::{Expected, Plan, Step};

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
    all.sort_by_key(|(words, _)| rank(words.split(':').next().unwrap_or_default()));
    all
}

/// Classes in the order in which `policy` puts the risks of one call; what documents give away in that of
/// `ram`.
const CLASSES: [&[&str]; 14] = [
    &["access-key", "console-login", "mfa", "command", "purchase"],
    &["addon", "secret"],
    &["unread"],
    &["administrator-access"],
    &["ram-full-access"],
    &["unreadable"],
    &["trusts-anyone"],
    &["trusts-outside"],
    &["trusts-whole-account", "trusts-service", "trusts-federated"],
    &["pass-everything", "allows-all-but"],
    &["foreign-user"],
    &["long-lived"],
    &["session", "license-key"],
    &["alert"],
];

/// An unknown class stands first.
fn rank(class: &str) -> usize {
    CLASSES.iter().position(|known| known.contains(&class)).unwrap_or_default()
}

fn of(step: &Step) -> Vec<String> {
    let mut risks = step.risks.clone();
    let is_refused = matches!(step.expected, Expected::Refused { .. });
    if step.call.action == "CreateAccessKey" && !is_refused {
        risks.push("long-lived: the key works until somebody deletes it".to_owned());
    }
    if step.sent.carries_secret()
        && !is_refused
        && !risks.iter().any(|it| it.contains("the cloud can show"))
    {
        let is_shown = ["cs", "ecs"].contains(&step.call.product.as_str());
        let line = "secret: the cloud can show this secret to whoever may read there";
        risks.extend(is_shown.then(|| line.to_owned()));
    }
    if is_refused {
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

#[cfg(test)]
mod tests {
    use host_catalog::Catalog;

    use super::rank;

    #[test]
    fn every_class_of_the_catalog_has_its_place() {
        let catalog = Catalog::builtin();
        let actions = catalog.products().flat_map(|product| product.actions.values());
        for class in actions.filter_map(|action| action.risk).map(host_catalog::Risk::as_str) {
            let is_known = rank(class) > 0 || super::CLASSES[0].contains(&class);
            assert!(is_known, "{class}");
        }
        assert_eq!(rank("a class of tomorrow"), 0);
    }
}
