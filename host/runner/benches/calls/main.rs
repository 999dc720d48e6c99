//! One call of a workflow, and what a journal of ten thousand of them costs.
//!
//! `call/live` is one host call alone, a read: out of the sandbox, through dispatch, judgement, client and
//! signature to the offline cloud in this process, which verifies and answers, and back, with its note in the
//! journal.
//! `journal/replay` answers a whole run from its record, reading not counted; `journal/resume` goes on with a
//! run that died after its last call, everything counted.

#[expect(dead_code, reason = "tests need more of it")]
#[path = "../../tests/recorded/bed.rs"]
mod bed;
mod guest;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use host_journal::{Entry, Journal, NewEntry, Sqlite};
use host_model::RunId;
use host_ports::Clock as _;
use host_runner::record::{self, Numbered};
use host_runner::{Past, RehearsalEnd, Run, rehearse};
use host_runtime::{Engine, Limits, Prepared};
use host_simulator::Scenario;
use serde_json::json;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use bed::{Bed, Quiet};

/// Calls of a run of which one is the share: so many that its beginning and its end do not matter.
const BATCH: u32 = 1000;
/// Calls of a large run.
const LARGE: u64 = 10_000;

type Workflow = (Vec<u8>, Prepared);

/// The wall clock is what is measured.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn folder() -> TempDir {
    TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).expect("the target folder can be written")
}

/// A cloud whose workflow makes so many calls.
fn bed(count: u64, folder: &Path) -> Bed {
    let mut scenario = Scenario::builtin();
    let input = [("count".to_owned(), json!(count))];
    scenario.parameters.insert(guest::NAME.to_owned(), input.into());
    Bed::of(guest::NAME, scenario, folder)
}

/// Makes so many calls, and gives the run, its journal, and how long it took.
fn run(
    runtime: &Runtime,
    workflow: &Workflow,
    count: u64,
    folder: &Path,
) -> (RunId, Arc<Sqlite>, Duration) {
    let bed = bed(count, folder);
    let journal = bed.journal();
    let work = || runtime.block_on(bed.run(workflow, Arc::new(bed.way()), journal.clone()));
    let ((id, ended), elapsed) = timed(work);
    assert_eq!(u64::from(ended.record.calls), count);
    (id, journal, elapsed)
}

fn read(runtime: &Runtime, journal: &Sqlite, id: &RunId) -> (Vec<Entry>, Vec<Numbered>) {
    let lines = runtime.block_on(journal.read(id)).expect("the run was written down");
    let entries = record::read(id, &lines).expect("entries of this version");
    (lines, entries)
}

fn replay(runtime: &Runtime, workflow: &Workflow, entries: &[Numbered]) {
    let rehearsed = runtime.block_on(rehearse(&workflow.1, entries, Limits::default()));
    assert!(matches!(rehearsed.end, RehearsalEnd::Same), "{:?}", rehearsed.end);
}

/// The journal of a run that died after its last call, in a folder of its own.
fn died(runtime: &Runtime, lines: &[Entry], id: &RunId) -> (TempDir, Bed) {
    let folder = folder();
    let bed = bed(LARGE, folder.path());
    let journal = bed.journal();
    let new = |entry: &Entry| {
        let Entry { at, kind, body, .. } = entry.clone();
        NewEntry { at, kind, body }
    };
    // The client's bucket let the first run wait, in the cloud's own time.
    let last = lines.last().map(|entry| entry.at).unwrap_or(bed.clock.now());
    bed.clock.advance(last.since(bed.clock.now()));
    let mut lines = lines.iter().filter(|entry| entry.kind != "ended").map(new);
    let first = lines.next().expect("a run has a beginning");
    let rest: Vec<NewEntry> = lines.collect();
    runtime.block_on(async {
        let mut writer = journal.begin(id, None, first).await.expect("it is new");
        writer.append(&rest, &[]).await.expect("the disk takes it");
    });
    (folder, bed)
}

fn resume(runtime: &Runtime, workflow: &Workflow, id: &RunId, bed: &Bed) {
    let journal = bed.journal();
    let (lines, writer) = runtime.block_on(journal.reopen(id)).expect("it is sound");
    let past = Past { entries: record::read(id, &lines).expect("entries"), writer };
    let settings = bed.settings(id, Arc::new(bed.way()), journal);
    let resumed = Run::new(id.clone(), settings).resume(&workflow.1, past, Arc::new(Quiet));
    let ended = runtime.block_on(resumed).expect("it goes on");
    assert_eq!(u64::from(ended.record.calls), LARGE);
}

#[expect(clippy::print_stderr, reason = "the size is a result of its own")]
fn calls(criterion: &mut Criterion) {
    let bytes = guest::component();
    let engine = Engine::new(&Limits::default()).expect("an engine");
    let prepared = Prepared::new(&engine, None, guest::NAME, &bytes).expect("a workflow");
    let workflow = (bytes, prepared);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    criterion.bench_function("call/live", |bencher| {
        bencher.iter_custom(|count| {
            let (.., took) = run(&runtime, &workflow, BATCH.into(), folder().path());
            took / BATCH * u32::try_from(count).unwrap_or(u32::MAX)
        });
    });
    let kept = folder();
    let (id, journal, _) = run(&runtime, &workflow, LARGE, kept.path());
    let (lines, entries) = read(&runtime, &journal, &id);
    drop(journal);
    let size = std::fs::metadata(kept.path().join("journal.sqlite")).expect("it is there").len();
    eprintln!("journal/size: {} bytes on the disk for a read that was answered", size / LARGE);
    let mut slow = criterion.benchmark_group("journal");
    slow.sample_size(10);
    slow.bench_function(format!("replay/{LARGE}"), |b| {
        b.iter(|| replay(&runtime, &workflow, &entries))
    });
    slow.bench_function(format!("read/{LARGE}"), |b| {
        let journal = bed(LARGE, kept.path()).journal();
        b.iter(|| read(&runtime, &journal, &id));
    });
    slow.bench_function(format!("resume/{LARGE}"), |b| {
        let setup = || died(&runtime, &lines, &id);
        let each = |(folder, bed): (TempDir, Bed)| {
            resume(&runtime, &workflow, &id, &bed);
            folder
        };
        b.iter_batched(setup, each, BatchSize::PerIteration);
    });
    slow.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
