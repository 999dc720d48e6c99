//! Machines that an earlier run saw: whether something may have to be changed, and what a person reads.

use host_model::{RunId, Timestamp};
use host_plan::{Plan, Rehearsal, Seen, compose, json as published, summary};
use serde_json::{Value as Json, json};

use crate::bed;
use crate::reading::text;

const NOBODY: &str = "nobody knows what is on a machine";

fn rehearsal(calls: &Json, is_remembered: bool, is_guessed: bool) -> Rehearsal {
    let mut rehearsal = bed::rehearsal(calls);
    if is_remembered {
        let run = RunId::new(bed::MADE, [7; 4]);
        rehearsal.remember(1, Seen { run, at: Timestamp::from_millis(1_767_600_000_000) });
    }
    if is_guessed {
        rehearsal.guess(1, None, NOBODY.to_owned());
    }
    rehearsal
}

fn plan(calls: &Json, is_remembered: bool, is_guessed: bool) -> Plan {
    let rehearsal = rehearsal(calls, is_remembered, is_guessed);
    bed::plan(compose(&rehearsal, &rehearsal))
}

fn look() -> Json {
    json!({ "do": "ecs:RunCommand", "with": { "Name": "look" }, "looks": true })
}

fn install() -> Json {
    json!({ "do": "ecs:RunCommand", "with": { "Name": "install" } })
}

fn maybe(holds: bool) -> Json {
    json!({ "maybe": "the agent comes", "holds": holds })
}

#[test]
fn what_an_earlier_run_saw_counts_as_known() {
    let end = || json!({ "end": true });
    let cases = [
        ("only a look", json!([look()]), false),
        ("nothing is needed", json!([look(), maybe(false), end()]), false),
        ("what is shown is not needed", json!([look(), maybe(false), install(), end()]), false),
        ("something is needed", json!([look(), maybe(true), install(), end()]), true),
        ("a part that holds and does nothing", json!([look(), maybe(true), end()]), false),
        ("a change for certain", json!([look(), install()]), true),
    ];
    for (what, calls, may_change) in cases {
        assert_eq!(plan(&calls, true, false).may_change(), may_change, "{what}");
        // Where anything else is not known, nobody can say that nothing comes.
        assert!(plan(&calls, true, true).may_change(), "{what}, and a guess");
        assert!(plan(&calls, false, true).may_change(), "{what}, guessed");
    }
    assert!(!plan(&json!([look()]), false, false).may_change(), "all is known");
}

#[test]
fn a_person_reads_which_run_saw_it_and_when() {
    let plan = plan(&json!([look()]), true, false);
    let words = text(&plan);
    let run = RunId::new(bed::MADE, [7; 4]);
    let said = format!("Machines are supposed to be as {run} saw them at 2026-01-05T08:00:00Z");
    assert!(words.contains(&said), "{words}");
    assert!(words.contains("somebody is asked if something else has to be done"), "{words}");
    let sum =
        "No changes. One step changes nothing. What is on machines was seen by an earlier run.";
    assert_eq!(summary(&plan), sum);
    let told = published(&plan);
    assert_eq!(told["forecast"]["seen"], json!({ "run": run, "at": "2026-01-05T08:00:00Z" }));
}

#[test]
fn a_guess_counts_unless_it_is_in_a_part_that_is_only_shown() {
    let end = || json!({ "end": true });
    let calls = |outer: bool, inner: bool| {
        json!([look(), maybe(outer), maybe(inner), install(), end(), end()])
    };
    let rows = [(true, true, true), (true, false, false), (false, true, false)];
    for (outer, inner, counts) in rows {
        let mut seen = rehearsal(&calls(outer, inner), true, false);
        seen.guess(2, Some(2), NOBODY.to_owned());
        assert_eq!(seen.guessed.is_some(), counts, "{outer} {inner}");
        // Where no run saw anything, nothing says that it is not needed.
        let mut unseen = rehearsal(&calls(outer, inner), false, false);
        unseen.guess(2, Some(2), NOBODY.to_owned());
        assert!(unseen.guessed.is_some(), "{outer} {inner}");
    }
}
