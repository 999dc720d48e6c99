//! Runs that go on.

use std::collections::BTreeMap;
use std::sync::Arc;

use host_journal::Journal;
use host_model::RunId;
use host_runner::record::{self, Entry};
use host_runner::{Decision, Ended, Past, RehearsalEnd, Run, RunError, Verdict, rehearse};
use host_runtime::{Answer, Event, Limits};
use host_simulator::Scenario;
use serde_json::Map;

use crate::bed::{Bed, person, prepared};

const WORKFLOW: &str = "delegate";

/// A cloud in which the workflow ran.
async fn after_a_run() -> (Bed, RunId) {
    let bed = Bed::new(Scenario::builtin());
    let (run, _) = bed.run(WORKFLOW, &Map::new(), &person(Decision::Nobody)).await;
    (bed, run)
}

/// A journal with the first entries of a run, as if it had been killed after them.
async fn cut(bed: &Bed, run: &RunId, first: usize) -> (tempfile::TempDir, Arc<dyn Journal>) {
    let lines = bed.journal.read(run).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let journal = host_journal::Sqlite::open(folder.path(), [5; 32], "a test").unwrap();
    let new = |line: &host_journal::Entry| host_journal::NewEntry {
        at: line.at,
        kind: line.kind.clone(),
        body: line.body.clone(),
    };
    let mut writer = journal.begin(run, None, new(&lines[0])).await.unwrap();
    let rest: Vec<_> = lines[1..first].iter().map(new).collect();
    writer.append(&rest, &[]).await.unwrap();
    (folder, Arc::new(journal))
}

/// How often each change was made, in all entries of the run.
async fn changes(bed: &Bed, run: &RunId) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for it in bed.entries(run).await {
        if let Entry::Intent(intent) = it.entry {
            *counts.entry(intent.sent.action).or_default() += 1;
        }
    }
    counts
}

#[tokio::test]
async fn a_run_that_came_to_a_limit_goes_on_there_with_a_higher_one() {
    let (whole, calm) = after_a_run().await;
    let calm = changes(&whole, &calm).await;
    let few_calls = |most| Limits { host_calls_max: most, ..Limits::default() };
    let few_handles = |most| Limits { handles_max: most, ..Limits::default() };
    let limits = [few_calls(5), few_calls(12), few_calls(20), few_calls(28), few_handles(1)];
    let mut changed = 0;
    for limits in limits {
        let mut bed = Bed::new(Scenario::builtin());
        bed.limits = limits;
        let (id, ended) = bed.run(WORKFLOW, &Map::new(), &person(Decision::Nobody)).await;
        assert_eq!(ended.record.code.as_deref(), Some("runtime.limit-reached"), "{limits:?}");
        changed += ended.record.changes;
        // The same limit is reached in the same place.
        let again = resume(&bed, &id).await.unwrap().record;
        assert_eq!((again.verdict, again.reason), (ended.record.verdict, ended.record.reason));
        bed.limits = Limits::default();
        let ended = resume(&bed, &id).await.unwrap().record;
        assert_eq!(ended.verdict, Verdict::Verified, "{limits:?}: {}", ended.reason);
        assert_eq!(changes(&bed, &id).await, calm, "{limits:?}");
        assert!(matches!(resume(&bed, &id).await, Err(RunError::Record(_))), "it is over");
    }
    assert!(changed > 2, "some limits are reached after changes");
}

async fn resume(bed: &Bed, run: &RunId) -> Result<Ended, RunError> {
    let (lines, writer) = bed.journal.reopen(run).await.unwrap();
    let past = Past { entries: record::read(run, &lines).unwrap(), writer };
    let (workflow, _) = prepared(WORKFLOW);
    let nobody = person(Decision::Nobody);
    let settings = bed.settings_of(run, &workflow.package().manifest, &nobody);
    Run::new(run.clone(), settings).resume(workflow, past, nobody).await
}

#[tokio::test]
async fn a_run_that_came_to_its_end_is_over() {
    let (bed, id) = after_a_run().await;
    let refused = resume(&bed, &id).await.unwrap_err();
    assert!(matches!(refused, RunError::Record(record::RecordError::Over { .. })), "{refused}");
}

#[tokio::test]
async fn a_clock_that_went_back_is_said_before_anything_is_done() {
    let (bed, id) = after_a_run().await;
    let all = bed.journal.read(&id).await.unwrap();
    let (_folder, journal) = cut(&bed, &id, all.len() - 1).await;
    // The clock of a new cloud begins where that of the first one began.
    let mut early = Bed::new(Scenario::builtin());
    early.journal = Arc::clone(&journal);
    let refused = resume(&early, &id).await.unwrap_err();
    assert!(matches!(refused, RunError::ClockBack { seconds, .. } if seconds > 0), "{refused}");
    assert_eq!(journal.read(&id).await.unwrap().len(), all.len() - 1);
}

#[tokio::test]
async fn another_answer_in_the_record_makes_the_workflow_diverge_and_both_are_shown() {
    let (bed, id) = after_a_run().await;
    let (workflow, _) = prepared(WORKFLOW);
    let mut all = bed.entries(&id).await;
    let same = rehearse(workflow, &all, Limits::default()).await;
    assert!(matches!(same.end, RehearsalEnd::Same), "{:?}", same.end);
    assert_eq!(same.same, same.recorded);
    // Another account behind the name: everything that follows is about other things.
    for it in &mut all {
        if let Entry::Answered(answered) = &mut it.entry
            && matches!(answered.event, Event::Open { .. })
            && let Answer::Identity { facts } = &mut answered.answer
        {
            facts.account = "9999999999999999".parse().unwrap();
            break;
        }
    }
    let other = rehearse(workflow, &all, Limits::default()).await;
    let shown = match &other.end {
        RehearsalEnd::Different { recorded, asked } => {
            assert_ne!(recorded, asked);
            true
        }
        RehearsalEnd::Less | RehearsalEnd::More { .. } => true,
        RehearsalEnd::Same | RehearsalEnd::Broken { .. } => false,
    };
    assert!(shown && other.same < same.same, "{:?}", other.end);
}
