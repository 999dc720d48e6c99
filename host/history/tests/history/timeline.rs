//! The timeline, for people and for programs; rows; what to do next.

use host_history::{Past, Row, State, lines, next, stream};
use host_runner::Verdict;
use serde_json::{Value as Json, json};

use crate::tape::{ALL, Tape};

fn shown(past: &Past, holder: Option<&str>, verbose: bool) -> String {
    lines(past, &State::of(past, holder), verbose).join("\n")
}

#[test]
fn a_run_reads_as_a_story() {
    insta::assert_snapshot!("delegate", shown(&Tape::load("delegate").past(), None, false));
    insta::assert_snapshot!("interrupted", shown(&Tape::load("interrupted").past(), None, true));
}

#[test]
fn a_part_that_was_needed_is_told() {
    let past = Tape::load("ecs").past();
    let text = shown(&past, None, false);
    let words = "needed: “the agent comes to machines that turn out to lack it”";
    assert_eq!(text.matches(words).count(), 1, "{text}");
    let told = stream(&past, &State::of(&past, None));
    let parts: Vec<&Json> =
        told.iter().filter(|(name, _)| *name == "conditional").map(|(_, line)| line).collect();
    assert_eq!(parts.len(), 1);
    assert_eq!(parts[0]["needed"], true);
}

#[test]
fn every_line_fits_into_a_hundred_columns() {
    for name in ALL {
        for verbose in [false, true] {
            for line in shown(&Tape::load(name).past(), None, verbose).lines() {
                assert!(line.chars().count() <= 100, "{name}: {line}");
                assert!(!line.contains('\u{1b}'), "{name}: {line}");
            }
        }
    }
}

#[test]
fn a_run_that_was_killed_says_what_is_not_known_and_what_to_do() {
    let past = Tape::load("delegate").until(|entry| entry.kind == "intent").past();
    let text = shown(&past, None, false);
    for words in [
        "? source (6543210987654321): create user `alice`",
        "ram:CreateUser has no known outcome",
        "it may have taken effect",
        "did not end; last heard of at 2026-01-05 09:00:04 UTC; no changes so far",
        "next: `host resume run-19b8d627a80-b4b30787` finds out whether this took effect",
    ] {
        assert!(text.contains(words), "no `{words}` in\n{text}");
    }
    let held = shown(&past, Some("process 7 on ops"), false);
    assert!(held.contains("under way, held by process 7 on ops"), "{held}");
}

#[test]
fn what_to_do_next_follows_from_how_it_stands() {
    let past = Tape::load("delegate").past();
    let cases = [
        (State::Ended(Verdict::Verified), vec!["host check", "host undo"]),
        (State::Ended(Verdict::Pending), vec!["again later", "host undo"]),
        (State::Ended(Verdict::Failed), vec!["mend", "host undo"]),
        (State::Ended(Verdict::Stopped), vec!["host resume", "host undo"]),
        (State::Ended(Verdict::Indeterminate), vec!["host resume", "host undo"]),
        (State::UnderWay { holder: "process 7".to_owned() }, vec!["process 7"]),
        (State::Open, vec!["host resume"]),
    ];
    for (state, expected) in cases {
        let next = next(&past, &state);
        assert_eq!(next.len(), expected.len(), "{state:?}: {next:?}");
        for (text, words) in next.iter().zip(expected) {
            assert!(text.contains(words), "{state:?}: {text}");
        }
    }
}

#[test]
fn an_undo_says_what_it_takes_back_and_is_not_undone() {
    let past = Tape::load("undo").past();
    let text = shown(&past, None, false);
    assert!(text.contains("takes back what run-19b8d627a80-b4b30787 made"), "{text}");
    assert!(!text.contains("next:"), "{text}");
    let row = Row::new(&past, None);
    assert_eq!(row.to_json()["undoes"], "run-19b8d627a80-b4b30787");
    for state in [State::Open, State::Ended(Verdict::Partial)] {
        let next = next(&past, &state);
        assert!(
            next.len() == 1 && next[0].contains("`host undo run-19b8d627a80-b4b30787`"),
            "{next:?}"
        );
    }
}

#[test]
fn words_of_others_are_quoted_and_bounded() {
    let hostile = "\u{1b}[2J\u{202e}evil\nrun-ended";
    let past = Tape::load("delegate").with("the role is there", hostile).past();
    let text = shown(&past, None, true);
    assert!(text.contains("\\u{1b}[2J\\u{202e}evil\\u{a}run-ended"), "{text}");
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    let long = "x".repeat(100_000);
    let past = Tape::load("delegate").with("alice", &long).past();
    let text = shown(&past, None, true);
    assert!(text.len() < 100_000 && text.contains("characters more)"));
}

#[test]
fn a_row_says_how_a_run_stands() {
    let tape = Tape::load("delegate");
    let past = tape.past();
    let row = Row::new(&past, None);
    assert_eq!(row.state, State::Ended(Verdict::Verified));
    assert_eq!((row.workflow.as_str(), row.offline, row.changes), ("delegate", true, 9));
    assert_eq!(row.to_json()["verdict"], "verified");
    // First and last entry are enough for the row of a run that ended.
    let short = Tape {
        run: tape.run.clone(),
        entries: vec![tape.entries[0].clone(), tape.entries.last().unwrap().clone()],
    };
    assert_eq!(Row::new(&short.past(), None).to_json(), row.to_json());
    let open = tape.until(|entry| entry.kind == "outcome").past();
    let row = Row::new(&open, None);
    assert_eq!((row.state.clone(), row.changes), (State::Open, 1));
    assert_eq!(row.to_json()["verdict"], Json::Null);
    let row = Row::new(&open, Some("process 7"));
    assert_eq!(row.to_json()["holder"], "process 7");
}

#[test]
fn calls_have_their_account_their_step_and_how_they_are_known() {
    let past = Tape::load("interrupted").past();
    let state = State::of(&past, None);
    let lines = stream(&past, &state);
    let calls: Vec<&Json> =
        lines.iter().filter(|(name, _)| *name == "call").map(|(_, line)| line).collect();
    let of = |action: &str| {
        calls.iter().find(|call| call["action"] == action && call["outcome"] == "ok").unwrap()
    };
    let role = of("CreateRole");
    assert_eq!(role["account_name"], "monitoring");
    assert_eq!((&role["step"], &role["known"]), (&json!("role"), &json!("found")));
    assert_eq!(role["consent"], "person");
    assert_eq!(of("CreatePolicy")["known"], "repeated");
    assert_eq!(of("CreateAccessKey")["known"], "remade");
    let apps = of("ListTraceApps");
    assert_eq!(apps["account"], "1234567890123456");
    assert!(apps["arn"].as_str().unwrap().contains("arms-admin"), "{apps}");
    let kinds = |kind: &str| lines.iter().filter(|(name, _)| *name == kind).count();
    assert_eq!((kinds("resumed"), kinds("renewed"), kinds("run-ended")), (2, 1, 2));
    assert_eq!(lines.last().unwrap().0, "run-ended");
    assert!(!lines.last().unwrap().1["next"].as_array().unwrap().is_empty());
}

#[test]
fn a_stream_ends_with_its_end_or_with_how_it_stands() {
    let past = Tape::load("delegate").until(|entry| entry.kind == "intent").past();
    let open = stream(&past, &State::Open);
    let (name, line) = open.last().unwrap();
    assert_eq!((*name, &line["state"]), ("run-open", &json!("open")));
    let unsettled = line["unsettled"].as_u64().unwrap();
    let call = &open.iter().find(|(_, line)| line["number"] == unsettled).unwrap().1;
    assert_eq!(
        (&call["outcome"], &call["code"]),
        (&json!("unknown"), &json!("run.outcome-unrecorded"))
    );
}
