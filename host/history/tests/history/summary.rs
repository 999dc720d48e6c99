//! What a run ends with: five lists, of what was recorded and of what happens now.

use host_history::{Ending, Past, Summary, Tally, What};
use host_runner::{CallOutcome, RunEvent, Verdict};

use crate::tape::Tape;

fn summary(past: &Past, verdict: Verdict, code: Option<&str>) -> Summary {
    let (run, changes) = (past.run.as_str(), past.changes());
    let ending = Ending { run, undoes: None, verdict, stopped: false, changes, code };
    let proofs = past.ended().map(|(_, ended)| ended.proofs.clone()).unwrap_or_default();
    Tally::of(past).summary(&ending, &proofs)
}

#[test]
fn every_change_is_listed_with_its_request_and_every_step_is_done_once() {
    for name in ["delegate", "ack", "ecs"] {
        let past = Tape::load(name).past();
        let ended = past.ended().expect("the run ended").1.clone();
        let summary = summary(&past, ended.verdict, None);
        let changed = usize::try_from(ended.changes + ended.looks).expect("they are few");
        assert_eq!(summary.changed.len(), changed, "{name}: {summary:#?}");
        assert!(summary.changed.iter().all(|it| it.request_id.is_some()), "{summary:#?}");
        let mut once = summary.done.clone();
        once.dedup();
        assert_eq!((once.is_empty(), &once), (false, &summary.done), "{name}");
        let changed_in = |step: &String| summary.changed.iter().any(|it| it.step == *step);
        assert!(!summary.unchanged.iter().any(changed_in), "{name}: {summary:#?}");
        let some = summary.done.iter().filter(|step| changed_in(step)).count();
        assert_eq!(some + summary.unchanged.len(), summary.done.len(), "{name}: {summary:#?}");
    }
}

#[test]
fn a_run_that_stopped_is_pending_where_it_stopped() {
    let past = Tape::load("delegate").until(|entry| entry.kind == "intent").past();
    let step = past.items.iter().rev().find_map(|item| match &item.what {
        What::Step { id, .. } => Some(id.clone()),
        _ => None,
    });
    let step = step.expect("it was in a step");
    let summary = summary(&past, Verdict::Stopped, Some("run.interrupted"));
    let [pending] = summary.pending.as_slice() else { panic!("{summary:#?}") };
    assert_eq!((&pending.step, pending.why.as_deref()), (&step, Some("run.interrupted")));
    assert!(!summary.done.contains(&step), "{summary:#?}");
}

#[test]
fn what_goes_on_is_added_to_what_was_recorded_and_a_call_that_works_later_did_not_fail() {
    let past = Tape::load("delegate").past();
    let (_, done) =
        past.calls().find(|(_, call)| call.has_changed()).expect("it changed something");
    let call = |sentence: &str, outcome, code: Option<&str>| RunEvent::Call {
        step: done.step.clone(),
        account_name: done.account_name.clone(),
        account: done.account.clone(),
        identity: String::new(),
        product: "ram".to_owned(),
        action: "CreateUser".to_owned(),
        effect: host_model::Effect::Create,
        changes: true,
        sentence: sentence.to_owned(),
        outcome,
        code: code.map(str::to_owned),
        message: code.map(|_| "no".to_owned()),
        grant: None,
        request_id: Some("R".to_owned()),
        attempts: 1,
        elapsed_ms: 1,
    };
    let mut tally = Tally::of(&past);
    tally.take(&call("create user `a`", CallOutcome::Failed, Some("Odd")));
    tally.take(&call("create user `b`", CallOutcome::Failed, Some("Odd")));
    tally.take(&call("create user `a`", CallOutcome::Ok, None));
    let ending = |verdict| Ending {
        run: past.run.as_str(),
        undoes: None,
        verdict,
        stopped: false,
        changes: 1,
        code: None,
    };
    let proofs = past.ended().expect("the run ended").1.proofs.clone();
    let summary = tally.summary(&ending(Verdict::Partial), &proofs);
    assert_eq!(summary.changed.len(), usize::try_from(past.changes()).expect("few") + 1);
    let failed: Vec<&str> = summary.failed.iter().map(|it| it.what.as_str()).collect();
    assert_eq!(failed, ["create user `b`"]);
    assert_eq!(summary.failed[0].why.as_deref(), Some("Odd: no"));
    assert!(!summary.done.contains(&done.step), "{summary:#?}");
    // What a workflow that succeeded coped with is no failure.
    assert_eq!(tally.summary(&ending(Verdict::Verified), &[]).failed, []);
}
