//! Two rehearsals make a plan, or a forecast.

use std::collections::BTreeMap;

use host_model::{RunId, Timestamp};
use host_plan::{Expected, Rehearsal, Seen, Unread, compose};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::bed;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    case: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    one: Json,
    #[serde(default)]
    swap: BTreeMap<String, String>,
    #[serde(default)]
    instead: BTreeMap<String, Json>,
    guessed: Option<(usize, String)>,
    /// After how many calls, and when an earlier run saw it.
    #[serde(default)]
    remembered: Vec<(usize, i64)>,
    placeholders: Vec<(String, u32, String)>,
    forecast: Option<Expectation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expectation {
    from: u32,
    says: Vec<String>,
    /// When it was seen, if that is all that it stands on.
    seen: Option<i64>,
}

impl Case {
    fn rehearsals(&self) -> (Rehearsal, Rehearsal) {
        let swapped = |text: String, (from, into): (&String, &String)| text.replace(from, into);
        let text = self.swap.iter().fold(self.one.to_string(), swapped);
        let mut other: Json = serde_json::from_str(&text).expect("still JSON");
        let calls = other.as_array_mut().expect("a list");
        for (number, instead) in &self.instead {
            let index = number.parse::<usize>().expect("a number") - 1;
            match instead {
                Json::Bool(_) => calls.truncate(index),
                call if index < calls.len() => calls[index] = call.clone(),
                call => calls.push(call.clone()),
            }
        }
        let (mut one, mut other) = (bed::rehearsal(&self.one), bed::rehearsal(&other));
        one.guessed.clone_from(&self.guessed);
        other.guessed.clone_from(&self.guessed);
        for (certain, at) in &self.remembered {
            let run = RunId::new(Timestamp::default(), [7; 4]);
            let seen = Seen { run, at: Timestamp::from_millis(*at) };
            one.remember(*certain, seen.clone());
            other.remember(*certain, seen);
        }
        (one, other)
    }
}

#[test]
fn cases() {
    let text = include_str!("composing.toml");
    let cases: Cases = toml::from_str(text).expect("the cases read");
    for case in cases.case {
        let name = &case.name;
        let (one, other) = case.rehearsals();
        let composed = compose(&one, &other);
        let found: Vec<(String, u32, String)> = composed
            .placeholders
            .iter()
            .map(|it| (it.text.clone(), it.step, it.at.clone()))
            .collect();
        assert_eq!(found, case.placeholders, "{name}: {:?}", composed.forecast);
        assert_eq!(composed.steps.len(), one.calls.len(), "{name}");
        match (&composed.forecast, &case.forecast) {
            (None, None) => {}
            (Some(found), Some(expected)) => {
                assert_eq!(found.from, expected.from, "{name}: {found:?}");
                let seen = found.seen.as_ref().map(|seen| seen.at.millis());
                assert_eq!(seen, expected.seen, "{name}: {found:?}");
                for says in &expected.says {
                    assert!(found.reason.contains(says), "{name}: `{}`", found.reason);
                }
            }
            (found, _) => panic!("{name}: {found:?}"),
        }
    }
}

#[test]
fn steps_are_the_first_rehearsal() {
    let one = bed::recorded("delegate", false);
    let composed = compose(&one, &bed::recorded("delegate", true));
    assert_eq!(composed.forecast, None);
    let numbers: Vec<u32> = composed.steps.iter().map(|it| it.number).collect();
    assert_eq!(numbers, (1..=12).collect::<Vec<u32>>());
    for (step, call) in composed.steps.iter().zip(&one.calls) {
        assert_eq!((&step.call, &step.sent), (&call.call, &call.sent));
        assert_eq!(step.within, call.within);
    }
    let refused = Expected::Refused { code: "NoPermission".to_owned() };
    assert_eq!(composed.steps.last().unwrap().expected, refused);
    let key = composed.placeholders.iter().find(|it| it.at == "/AccessKey/AccessKeyId").unwrap();
    assert_eq!((key.text.as_str(), key.step), ("LTAI5tS8kFE7sdqRepgYNcXV", 2));
    assert!(composed.steps[9].call.identity.0.contains(&key.text), "the key signs step 10");
}

#[test]
fn every_recorded_run_makes_a_plan_without_a_forecast() {
    for name in ["delegate", "ack", "ecs", "undo"] {
        let composed = compose(&bed::recorded(name, false), &bed::recorded(name, true));
        assert_eq!(composed.forecast, None, "{name}");
        assert!(!composed.steps.is_empty(), "{name}");
    }
}

#[test]
fn what_could_not_be_read_and_how_it_ended_are_kept() {
    let unread = |what: &str| Unread {
        account: "1234567890123456".parse().unwrap(),
        action: "ram:GetRole".to_owned(),
        what: what.to_owned(),
        code: "NoPermission".to_owned(),
    };
    let mut one = bed::recorded("ack", false);
    let mut other = bed::recorded("ack", true);
    one.unread = vec![unread("role/a"), unread("role/b")];
    other.unread = vec![unread("role/b"), unread("role/c")];
    one.error = Some(("LimitExceeded".to_owned(), "one".to_owned()));
    other.error = Some(("LimitExceeded".to_owned(), "other".to_owned()));
    let composed = compose(&one, &other);
    let what: Vec<&str> = composed.unread.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(what, ["role/a", "role/b", "role/c"]);
    assert_eq!(composed.error, one.error);
    assert_eq!(composed.forecast, None);

    other.error = None;
    let composed = compose(&one, &other);
    let steps = u32::try_from(one.calls.len()).unwrap();
    assert_eq!(composed.error, None);
    assert_eq!(composed.forecast.map(|it| it.from), Some(steps + 1));
}
