//! One call of a workflow, and what a journal of ten thousand of them costs.
//!
//! `call/live` is one host call alone, a read: out of the sandbox, through dispatch, judgement, client and
//! signature to the offline cloud in this process, which verifies and answers, and back, with its note in the
//! journal.
//! `journal/replay` answers a whole run from its record, reading not counted; `journal/resume` goes on with a
//! run that died after its last call, everything counted.

#[expect(dead_code, reason = "tests need more of it")]
#[path = "../../tests/bed/mod.rs"]
mod bed;
mod guest;

use std::time::{Duration, Instant};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use host_journal::{Entry, Journal, NewEntry};
use host_model::RunId;
use host_ports::Clock as _;
use host_runner::record::{self, Numbered};
use host_runner::{Decision, Past, RehearsalEnd, Run, rehearse};
use host_runtime::{Engine, Limits, Prepared};
use host_simulator::Scenario;
use serde_json::{Map, json};
use tokio::runtime::Runtime;

use bed::{Bed, person};

/// Calls of a run of which one is the share: so many that its beginning and its end do not matter.
const BATCH: u32 = 1000;
/// Calls of a large run.
const LARGE: u64 = 10_000;

type Workflow = (Prepared, Vec<u8>);

/// The wall clock is what is measured.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

/// A cloud whose workflow makes so many calls.
fn bed(count: u64) -> Bed {
    let mut scenario = Scenario::builtin();
    let input = [("count".to_owned(), json!(count))];
    scenario.parameters.insert(guest::NAME.to_owned(), input.into());
    Bed::new(scenario)
}

/// Makes so many calls, and gives the run, its journal, and how long it took.
fn run(runtime: &Runtime, workflow: &Workflow, count: u64) -> (RunId, Bed, Duration) {
    let bed = bed(count);
    let person = person(Decision::Nobody);
    let more = Map::new();
    let work = bed.run_of((guest::NAME, workflow), &more, &person);
    let ((id, ended), elapsed) = timed(|| runtime.block_on(work));
    assert_eq!(u64::from(ended.record.calls), count);
    (id, bed, elapsed)
}

fn read(runtime: &Runtime, journal: &dyn Journal, id: &RunId) -> (Vec<Entry>, Vec<Numbered>) {
    let lines = runtime.block_on(journal.read(id)).expect("the run was written down");
    let entries = record::read(id, &lines).expect("entries of this version");
    (lines, entries)
}

fn replay(runtime: &Runtime, workflow: &Workflow, entries: &[Numbered]) {
    let rehearsed = runtime.block_on(rehearse(&workflow.0, entries, Limits::default()));
    assert!(matches!(rehearsed.end, RehearsalEnd::Same), "{:?}", rehearsed.end);
}

/// The journal of a run that died after its last call, in a folder of its own.
fn died(runtime: &Runtime, lines: &[Entry], id: &RunId) -> Bed {
    let bed = bed(LARGE);
    let (journal, clock) = (&bed.journal, &bed.cloud.clock);
    let new = |entry: &Entry| {
        let Entry { at, kind, body, .. } = entry.clone();
        NewEntry { at, kind, body }
    };
    // The client's bucket let the first run wait, in the cloud's own time.
    let last = lines.last().map_or_else(|| clock.now(), |entry| entry.at);
    clock.advance(last.since(clock.now()));
    let mut lines = lines.iter().filter(|entry| entry.kind != "ended").map(new);
    let first = lines.next().expect("a run has a beginning");
    let rest: Vec<NewEntry> = lines.collect();
    runtime.block_on(async {
        let mut writer = journal.begin(id, None, first).await.expect("it is new");
        writer.append(&rest, &[]).await.expect("the disk takes it");
    });
    bed
}

fn resume(runtime: &Runtime, workflow: &Workflow, id: &RunId, bed: &Bed) {
    let (lines, writer) = runtime.block_on(bed.journal.reopen(id)).expect("it is sound");
    let past = Past { entries: record::read(id, &lines).expect("entries"), writer };
    let person = person(Decision::Nobody);
    let settings = bed.settings_of(id, &workflow.0.package().manifest, &person);
    let resumed = Run::new(id.clone(), settings).resume(&workflow.0, past, person);
    let ended = runtime.block_on(resumed).expect("it goes on");
    assert_eq!(u64::from(ended.record.calls), LARGE);
}

#[expect(clippy::print_stderr, reason = "the size is a result of its own")]
fn calls(criterion: &mut Criterion) {
    let bytes = guest::component();
    let engine = Engine::new(&Limits::default()).expect("an engine");
    let prepared = Prepared::new(&engine, None, guest::NAME, &bytes).expect("a workflow");
    let workflow = (prepared, bytes);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    criterion.bench_function("call/live", |bencher| {
        bencher.iter_custom(|count| {
            let (.., took) = run(&runtime, &workflow, BATCH.into());
            took / BATCH * u32::try_from(count).unwrap_or(u32::MAX)
        });
    });
    let (id, kept, _) = run(&runtime, &workflow, LARGE);
    let (lines, entries) = read(&runtime, kept.journal.as_ref(), &id);
    let file = kept.cloud.folder.join("state/journal.sqlite");
    let size = std::fs::metadata(file).expect("it is there").len();
    eprintln!("journal/size: {} bytes on the disk for a read that was answered", size / LARGE);
    let mut slow = criterion.benchmark_group("journal");
    slow.sample_size(10);
    slow.bench_function(format!("replay/{LARGE}"), |b| {
        b.iter(|| replay(&runtime, &workflow, &entries));
    });
    slow.bench_function(format!("read/{LARGE}"), |b| {
        b.iter(|| read(&runtime, kept.journal.as_ref(), &id));
    });
    slow.bench_function(format!("resume/{LARGE}"), |b| {
        let setup = || died(&runtime, &lines, &id);
        let each = |bed: Bed| {
            resume(&runtime, &workflow, &id, &bed);
            bed
        };
        b.iter_batched(setup, each, BatchSize::PerIteration);
    });
    slow.finish();
}

criterion_group!(benches, calls);
criterion_main!(benches);
