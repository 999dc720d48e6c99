//! Every ending, and the command that it offers.

use host_model::Effect;
use host_runner::Verdict;

use super::*;

/// Verdict, code of the error that ended it, whether it was stopped from outside, whether it changed
/// something, the run that it takes back; and the commands that are offered.
type Row =
    (Verdict, Option<&'static str>, bool, bool, Option<&'static str>, &'static [&'static str]);

#[test]
fn every_ending_says_what_to_type_next() {
    let (open, undo) = (false, Some("run-1"));
    let rows: &[Row] = &[
        (Verdict::Verified, None, open, false, None, &["host check run-2"]),
        (Verdict::Verified, None, open, true, None, &["host check run-2", "host undo run-2"]),
        (Verdict::AccessOnly, None, open, false, None, &["host run …"]),
        (Verdict::Pending, None, open, true, None, &["host run …", "host undo run-2"]),
        (Verdict::Partial, Some("Odd"), open, true, None, &["host run …", "host undo run-2"]),
        (Verdict::Failed, Some("Odd"), open, false, None, &["host run …"]),
        (Verdict::Failed, Some("runtime.limit-reached"), true, false, None, &["host resume run-2"]),
        (Verdict::Denied, Some("policy.call-ungranted"), open, false, None, &["host run …"]),
        (Verdict::Denied, Some("run.declined"), true, false, None, &["host resume run-2"]),
        (
            Verdict::Stopped,
            Some("run.interrupted"),
            true,
            true,
            None,
            &["host resume run-2", "host undo run-2"],
        ),
        (Verdict::Stopped, Some("run.journal-unkept"), true, false, None, &["host resume run-2"]),
        (
            Verdict::Indeterminate,
            Some("run.indeterminate"),
            true,
            false,
            None,
            &["host resume run-2"],
        ),
        (Verdict::Failed, Some("plan.stale"), true, false, None, &["host plan …"]),
        (
            Verdict::Stopped,
            Some("plan.stale"),
            true,
            true,
            None,
            &["host plan …", "host undo run-2"],
        ),
        (Verdict::Denied, Some("plan.violated"), true, false, None, &["host show run-2"]),
        (
            Verdict::Partial,
            Some("plan.violated"),
            true,
            true,
            None,
            &["host show run-2", "host undo run-2"],
        ),
        (Verdict::Failed, Some("run.replay-diverged"), true, false, None, &["host run …"]),
        (Verdict::Done, None, open, true, undo, &["host show run-2"]),
        (Verdict::Denied, Some("run.declined"), true, false, undo, &["host undo run-1"]),
        (Verdict::Stopped, Some("run.interrupted"), true, true, undo, &["host undo run-1"]),
        (Verdict::Partial, Some("Odd"), open, true, undo, &["host undo run-1"]),
        (Verdict::Failed, Some("Odd"), open, false, undo, &["host undo run-1"]),
        (Verdict::Indeterminate, None, open, true, undo, &["host undo run-1"]),
    ];
    for row in rows {
        let (verdict, code, stopped, has_changed, undoes, expected) = *row;
        let changes = u32::from(has_changed);
        let ending = Ending { run: "run-2", undoes, verdict, stopped, changes, code };
        let said = next(&ending, None);
        let commands: Vec<&str> = said.iter().filter_map(|it| it.split('`').nth(1)).collect();
        assert_eq!(commands, expected, "{row:?}");
        // A hint that has the command already is not repeated.
        let hint = format!("`{}`", expected[0]);
        assert_eq!(next(&ending, Some(&hint)).len(), expected.len() - 1, "{row:?}");
    }
}

fn thing(step: &str, what: &str) -> Thing {
    Thing {
        step: step.to_owned(),
        account_name: Some("source".to_owned()),
        account: Some("6543210987654321".to_owned()),
        effect: Some(Effect::Create),
        what: what.to_owned(),
        why: None,
        request_id: Some("0A1B".to_owned()),
    }
}

#[test]
fn lists_are_bounded_and_name_requests() {
    let claim = Thing {
        account_name: None,
        account: None,
        effect: None,
        why: Some("Odd: \u{1b}[2Jno".to_owned()),
        ..thing("user/bob", "no key")
    };
    let summary = Summary {
        done: vec!["start".to_owned(), "users".to_owned()],
        unchanged: vec!["start".to_owned()],
        changed: (1..=12)
            .map(|number| thing("users", &format!("create user `u{number}`")))
            .collect(),
        pending: Vec::new(),
        failed: vec![claim],
    };
    let text = lists(&summary, "run-2").join("\n");
    assert_eq!(text.matches("\n  + source: ").count(), 10, "{text}");
    assert!(text.starts_with("\nchanged (12):\n  + source: create user `u1` (request id 0A1B)\n"));
    assert!(text.contains("`u10`") && !text.contains("`u11`"), "{text}");
    insta::assert_snapshot!(text.lines().skip(12).collect::<Vec<_>>().join("\n"), @r"
      and 2 more: `host show run-2`
    failed (1):
      ✗ user/bob: no key (request id 0A1B)
          Odd: \u{1b}[2Jno
    unchanged (1): start
    ");
    let said = counts(&summary);
    assert_eq!(said, "2 steps done, 1 of them unchanged; 12 changed, 0 pending, 1 failed");
}

#[test]
fn what_changed_has_the_signs_of_plans() {
    let thing = |effect, what| Thing { effect: Some(effect), ..thing("users", what) };
    let changed = vec![
        thing(Effect::Create, "create user `u`"),
        thing(Effect::Update, "attach policy `p` to user `u`"),
        thing(Effect::Delete, "delete user `v`"),
    ];
    let summary = Summary { changed, ..Summary::default() };
    let text = lists(&summary, "run-2").join("\n");
    for line in ["+ source: create user", "~ source: attach policy", "- source: delete user"] {
        assert!(text.contains(&format!("\n  {line}")), "{line}: {text}");
    }
}
