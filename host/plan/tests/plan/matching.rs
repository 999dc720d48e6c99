//! A run does what was approved, or is stopped.

use host_model::{Blame, Call, Problem as _, Value};
use host_plan::{Allowed, Approved, Expected, Forecast, Mismatch, Plan, Rehearsal, Rehearsed};
use serde_json::{Value as Json, json};

use crate::bed;

/// What a live run of `tests/runs` asks, with values that are in no rehearsal.
fn live(name: &str) -> Rehearsal {
    let decided = |text: &str| {
        let renamed = |it: &host_plan::Placeholder| (it.text.clone(), format!("live-{}", it.step));
        let plan = bed::recorded_plan(name);
        plan.placeholders
            .iter()
            .map(renamed)
            .fold(text.to_owned(), |text, (from, into)| text.replace(&from, &into))
    };
    let mut live = bed::recorded(name, false);
    for call in &mut live.calls {
        let text = serde_json::to_string(&(&call.call, &call.secrets)).expect("JSON");
        (call.call, call.secrets) = serde_json::from_str(&decided(&text)).expect("JSON");
        if let Ok(body) = &mut call.answer {
            *body = serde_json::from_str(&decided(&body.to_string())).expect("JSON");
        }
    }
    live
}

fn answered(approved: &mut Approved, number: u32, call: &Rehearsed) {
    if let Ok(body) = &call.answer {
        approved.answered(number, body, &call.secrets);
    }
}

/// The step's number; 0 for what is a forecast.
fn number(allowed: Allowed<'_>) -> u32 {
    match allowed {
        Allowed::Planned(step) => step.number,
        Allowed::Forecast { .. } => 0,
    }
}

#[test]
fn what_was_approved_goes_through_with_the_values_of_the_cloud() {
    for name in ["delegate", "ack", "ecs", "undo"] {
        let mut approved = Approved::new(&bed::recorded_plan(name));
        let live = live(name);
        for (index, call) in live.calls.iter().enumerate() {
            assert_eq!(approved.left().len(), live.calls.len() - index, "{name}");
            assert!(!approved.is_complete());
            let found = approved.next(&call.call).map(number);
            let found = found.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(usize::try_from(found), Ok(index + 1), "{name}");
            answered(&mut approved, found, call);
        }
        assert!(approved.is_complete(), "{name}");
        let more = approved.next(&live.calls[0].call).unwrap_err();
        assert_eq!(more.code(), "plan.call-unplanned");
        assert!(more.to_string().contains("nothing follows"), "{more}");
    }
}

/// What a mismatch says, and what was twisted.
type Twist = (&'static str, fn(&mut Call));

fn twists() -> Vec<Twist> {
    vec![
        ("the identity", |call| call.identity.0.push('x')),
        ("the action", |call| "DeleteUser".clone_into(&mut call.action)),
        ("the action", |call| "ims".clone_into(&mut call.product)),
        ("the version", |call| "2014-01-01".clone_into(&mut call.version)),
        ("the region", |call| call.region = Some("cn-beijing".to_owned())),
        ("parameter", |call| call.parameters[0].1 = Value::Text("other".to_owned())),
        ("parameter `Extra`", |call| {
            call.parameters.push(("Extra".to_owned(), Value::Json(json!(true))));
        }),
        ("is not given", |call| drop(call.parameters.remove(0))),
        ("order or number", |call| {
            let again = call.parameters[0].clone();
            call.parameters.push(again);
        }),
    ]
}

#[test]
fn anything_else_is_stopped_and_said() {
    for name in ["delegate", "ack", "ecs"] {
        let plan = bed::recorded_plan(name);
        let live = live(name);
        let mut approved = Approved::new(&plan);
        for call in &live.calls {
            for (says, twist) in twists() {
                let mut asked = call.call.clone();
                twist(&mut asked);
                let error = approved.next(&asked).unwrap_err();
                assert_eq!((error.code(), error.blame()), ("plan.call-different", Blame::Policy));
                let text = error.to_string();
                assert!(text.contains(says), "{says}: {text}");
                assert!(text.len() < 6_000 && !text.contains('\n'), "{text}");
            }
            // A refused call is no step: the right one still is next.
            let found = approved.next(&call.call).map(number).unwrap();
            answered(&mut approved, found, call);
        }
    }
}

#[test]
fn a_step_left_out_or_out_of_order_is_stopped() {
    let live = live("delegate");
    let mut approved = Approved::new(&bed::recorded_plan("delegate"));
    let error = approved.next(&live.calls[1].call).unwrap_err();
    let Mismatch::Different { step, planned, .. } = &error else { panic!("{error}") };
    assert_eq!((*step, planned.as_str()), (1, "create user `alice`"));
}

#[test]
fn a_value_that_did_not_come_stops_what_needs_it() {
    let live = live("delegate");
    let mut approved = Approved::new(&bed::recorded_plan("delegate"));
    for call in &live.calls[..9] {
        approved.next(&call.call).unwrap();
    }
    let error = approved.next(&live.calls[9].call).unwrap_err();
    assert!(error.to_string().contains("the identity is"), "{error}");
}

#[test]
fn a_value_of_another_run_is_not_taken() {
    let live = live("delegate");
    let mut approved = Approved::new(&bed::recorded_plan("delegate"));
    for (index, call) in live.calls[..9].iter().enumerate() {
        approved.next(&call.call).unwrap();
        answered(&mut approved, u32::try_from(index).unwrap() + 1, call);
    }
    // The text of the rehearsal itself is no value any more.
    let rehearsed = bed::recorded("delegate", false);
    assert!(approved.next(&rehearsed.calls[9].call).is_err());
    assert!(approved.next(&live.calls[9].call).is_ok());
}

#[test]
fn a_journal_told_again_comes_to_the_same_state() {
    let plan = bed::recorded_plan("ack");
    let live = live("ack");
    for cut in 0..=live.calls.len() {
        let mut approved = Approved::new(&plan);
        for call in &live.calls[..cut] {
            let found = approved.next(&call.call).map(number).unwrap();
            answered(&mut approved, found, call);
        }
        let mut resumed = Approved::new(&plan);
        for call in &live.calls[..cut] {
            let found = resumed.next(&call.call).map(number).unwrap();
            answered(&mut resumed, found, call);
        }
        for call in &live.calls[cut..] {
            let found = approved.next(&call.call).map(number);
            assert_eq!(found, resumed.next(&call.call).map(number));
            let found = found.unwrap();
            answered(&mut approved, found, call);
            answered(&mut resumed, found, call);
        }
        assert!(approved.is_complete() && resumed.is_complete());
    }
}

fn forecast(from: u32) -> Plan {
    let mut plan = bed::recorded_plan("delegate");
    plan.forecast = Some(Forecast { from, reason: "nobody knows".to_owned(), seen: None });
    plan
}

#[test]
fn from_a_forecast_on_somebody_is_asked_again() {
    let live = live("delegate");
    let mut approved = Approved::new(&forecast(3));
    for (index, call) in live.calls[..2].iter().enumerate() {
        assert_eq!(approved.left().len(), 2 - index);
        assert_eq!(approved.next(&call.call).map(number), Ok(u32::try_from(index).unwrap() + 1));
        answered(&mut approved, u32::try_from(index).unwrap() + 1, call);
    }
    assert!(approved.is_complete());
    // As forecast: the step is said.
    let Ok(Allowed::Forecast { step: Some(step), why }) = approved.next(&live.calls[2].call) else {
        panic!("the step is as forecast")
    };
    assert_eq!((step.number, why.reason.as_str()), (3, "nobody knows"));
    // Not as forecast: no step any more, not even one that the plan has.
    let other = bed::call("ram:DeleteUser", "source", &json!({ "UserName": "alice" }));
    for call in [&other, &live.calls[3].call] {
        let found = approved.next(call);
        assert!(matches!(found, Ok(Allowed::Forecast { step: None, .. })), "{found:?}");
    }
}

#[test]
fn before_a_forecast_nothing_else_is_let_through() {
    let mut approved = Approved::new(&forecast(3));
    let other = bed::call("ram:DeleteUser", "source", &json!({ "UserName": "alice" }));
    assert!(approved.next(&other).is_err());
}

#[test]
fn a_forecast_after_the_last_step_is_one() {
    let live = live("delegate");
    let steps = u32::try_from(live.calls.len()).unwrap();
    let mut approved = Approved::new(&forecast(steps + 1));
    for (index, call) in live.calls.iter().enumerate() {
        let found = approved.next(&call.call).map(number);
        assert_eq!(found, Ok(u32::try_from(index).unwrap() + 1));
        answered(&mut approved, found.unwrap(), call);
    }
    assert!(approved.is_complete());
    let more = approved.next(&live.calls[0].call);
    assert!(matches!(more, Ok(Allowed::Forecast { step: None, .. })));
}

#[test]
fn a_mismatch_is_bounded_and_harmless() {
    let many: Vec<(String, Json)> = (0..100)
        .map(|it| (format!("P{it}\u{1b}[31m\n"), json!("x\u{202e}\n".repeat(1000))))
        .collect();
    let asked: Json = many.into_iter().collect::<serde_json::Map<String, Json>>().into();
    let asked = bed::call("ram:CreateUser", "source", &asked);
    let mut approved = Approved::new(&bed::recorded_plan("delegate"));
    let error = approved.next(&asked).unwrap_err();
    let text = error.to_string();
    assert!(text.len() < 10_000, "{}", text.len());
    assert!(!text.chars().any(|it| it.is_control() || it == '\u{202e}'), "{text}");
    assert!(text.ends_with("and 89 differences more"), "{text}");
}

#[test]
fn long_documents_show_where_they_part() {
    let document = |end: &str| format!("{{\"Statement\":\"{}{end}\"}}", "a".repeat(4000));
    let step = |end: &str| {
        let with = json!({ "PolicyName": "p", "PolicyDocument": document(end) });
        bed::call("ram:CreatePolicy", "source", &with)
    };
    let one = Rehearsal {
        calls: vec![bed::rehearsed(step("planned-end"), Ok(json!({})))],
        ..Rehearsal::default()
    };
    let plan = bed::plan(host_plan::compose(&one, &one));
    let error = Approved::new(&plan).next(&step("other-end")).unwrap_err().to_string();
    assert!(error.contains("planned-end") && error.contains("other-end"), "{error}");
    assert!(error.contains("(3990 characters) …"), "{error}");
}

#[test]
fn a_step_that_was_approved_as_refused_is_told_from_others() {
    let mut plan = bed::recorded_plan("ack");
    let expected = Expected::Refused { code: "NoPermission".to_owned() };
    for step in &mut plan.steps {
        step.expected = Expected::Done;
    }
    plan.steps[1].expected = expected;
    let told = |plan: &Plan| {
        let approved = Approved::new(plan);
        (0..5).filter(|step| approved.is_to_be_refused(*step)).collect::<Vec<_>>()
    };
    assert_eq!(told(&plan), [2]);
    plan.forecast = Some(Forecast { from: 2, reason: "nobody knows".to_owned(), seen: None });
    assert_eq!(told(&plan), [] as [u32; 0], "what is a forecast is asked for again");
}
