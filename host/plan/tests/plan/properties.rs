//! What holds of any rehearsal.

use host_model::{Call, Value};
use host_plan::{Allowed, Approved, Rehearsal, compose, open, seal};
use proptest::prelude::*;
use serde_json::json;

use crate::bed;

/// How a workflow uses a value that the cloud decided.
#[derive(Debug, Clone, Copy)]
enum Use {
    Text,
    Within,
    Document,
    Identity,
    Tree,
    Secret,
}

/// One call: what it carries of earlier values, by their numbers.
#[derive(Debug, Clone)]
struct Deed {
    uses: Vec<(Use, usize)>,
    brings: bool,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    let one = prop_oneof![
        Just(Use::Text),
        Just(Use::Within),
        Just(Use::Document),
        Just(Use::Identity),
        Just(Use::Tree),
        Just(Use::Secret),
    ];
    let uses = prop::collection::vec((one, any::<usize>()), 0..4);
    let deed = (uses, any::<bool>()).prop_map(|(uses, brings)| Deed { uses, brings });
    prop::collection::vec(deed, 1..12)
}

/// Values of a rehearsal: unlike each other, and unlike another rehearsal's in every character.
fn value(salt: char, number: usize) -> String {
    let code = number * 7 + 1_000_003;
    let shifted = |digit: char| char::from(salt as u8 + (digit as u8 - b'0'));
    code.to_string().chars().map(shifted).collect()
}

fn rehearsed(deeds: &[Deed], salt: char) -> Rehearsal {
    let mut known: Vec<String> = Vec::new();
    let mut rehearsal = Rehearsal::default();
    for (index, deed) in deeds.iter().enumerate() {
        let call = call(index, deed, &known);
        let answer = if deed.brings {
            let value = value(salt, index);
            known.push(value.clone());
            json!({ "Thing": { "Id": value }, "Arn": format!("acs:{value}") })
        } else {
            json!({ "RequestId": salt.to_string() })
        };
        rehearsal.calls.push(bed::rehearsed(call, Ok(answer)));
    }
    rehearsal
}

fn call(index: usize, deed: &Deed, known: &[String]) -> Call {
    let mut call =
        bed::call("ram:CreateUser", "source", &json!({ "UserName": format!("u{index}") }));
    for (at, (way, number)) in deed.uses.iter().enumerate() {
        let Some(value) = known.get(number % known.len().max(1)) else { continue };
        let name = format!("P{at}");
        let carried = match way {
            Use::Text => Value::Text(value.clone()),
            Use::Within => Value::Text(format!("acs:ram::1:user/{value}/{value}")),
            Use::Document => Value::Text(json!({ "Resource": [value, "*"] }).to_string()),
            Use::Tree => Value::Json(json!({ value: [1, { "a": value }] })),
            Use::Identity => {
                call.identity.0 = format!("source/key/{value}/session/1");
                continue;
            }
            Use::Secret => {
                let secret = json!({
                    "account": "6543210987654321", "kind": "access-key",
                    "object": format!("ram:access-key/{value}"),
                });
                let secret = Value::Secret(serde_json::from_value(secret).expect("a secret"));
                Value::Settings(vec![("/k".to_owned(), secret)])
            }
        };
        call.parameters.push((name, carried));
    }
    call
}

/// What a workflow can make of a value that is not the value.
fn apart(way: usize, value: &str) -> String {
    match way % 6 {
        0 => value[..4].to_owned(),
        1 => value[3..].to_owned(),
        2 => value.chars().rev().collect(),
        3 => value.chars().map(|it| char::from(it as u8 ^ 0x20)).collect(),
        4 => value.bytes().map(usize::from).sum::<usize>().to_string(),
        _ => format!("{}-{}", &value[..3], &value[3..]),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn values_that_are_only_carried_make_no_forecast(deeds in deeds()) {
        let composed = compose(&rehearsed(&deeds, 'A'), &rehearsed(&deeds, 'a'));
        prop_assert_eq!(&composed.forecast, &None);
        prop_assert_eq!(composed.placeholders.len(), deeds.iter().filter(|it| it.brings).count());
    }

    #[test]
    fn a_value_taken_apart_makes_one(deeds in deeds(), way in 0_usize..6, which: usize) {
        let (mut one, mut other) = (rehearsed(&deeds, 'A'), rehearsed(&deeds, 'a'));
        let brought: Vec<usize> =
            deeds.iter().enumerate().filter(|(_, it)| it.brings).map(|(index, _)| index).collect();
        prop_assume!(!brought.is_empty());
        let number = brought[which % brought.len()];
        for (rehearsal, salt) in [(&mut one, 'A'), (&mut other, 'a')] {
            let text = apart(way, &value(salt, number));
            let asked = bed::call("ram:CreateUser", "source", &json!({ "UserName": text }));
            rehearsal.calls.push(bed::rehearsed(asked, Ok(json!({}))));
        }
        let composed = compose(&one, &other);
        let from = u32::try_from(deeds.len()).unwrap() + 1;
        prop_assert_eq!(composed.forecast.map(|it| it.from), Some(from));
    }

    #[test]
    fn a_plan_lets_its_own_run_through_and_nothing_else(deeds in deeds(), which: usize) {
        let plan = bed::plan(compose(&rehearsed(&deeds, 'A'), &rehearsed(&deeds, 'a')));
        let live = rehearsed(&deeds, 'K');
        let mut approved = Approved::new(&plan);
        let odd = which % deeds.len();
        for (index, call) in live.calls.iter().enumerate() {
            if index == odd {
                let mut other = call.call.clone();
                let at = which % other.parameters.len();
                other.parameters[at].1 = Value::Text("anything else".to_owned());
                prop_assert!(approved.next(&other).is_err());
            }
            let found = approved.next(&call.call);
            prop_assert!(matches!(found, Ok(Allowed::Planned(_))), "{found:?}");
            let number = u32::try_from(index).unwrap() + 1;
            approved.answered(number, call.answer.as_ref().unwrap(), &call.secrets);
        }
        prop_assert!(approved.is_complete());
    }

    #[test]
    fn a_file_keeps_any_input(numbers: Vec<f64>, text: String, whole: i64) {
        let mut plan = bed::plan(compose(&Rehearsal::default(), &Rehearsal::default()));
        plan.input = json!({ "numbers": numbers, text.clone(): [text, whole] });
        let read = open(&seal(&plan, &bed::KEY), &bed::KEY, bed::MADE);
        prop_assert_eq!(read.map(|it| it.input.to_string()), Ok(plan.input.to_string()));
    }
}
