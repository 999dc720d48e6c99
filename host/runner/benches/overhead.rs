//! What a whole run costs over the same calls made raw, at a cloud that answers in 30 ms.
//!
//! The workflow is `ack` for ten clusters. Its requests are recorded as they leave; then they are sent again to
//! a new cloud, with nothing around them. What the run took more is its overhead, and is told apart: what
//! syncing the journal took (the same run without it took less by that), what the sandbox took (the run
//! answered from its record, nothing sent and nothing written), and the rest: judgement, client, signatures,
//! writing. The best of several runs each.

#[path = "../tests/bed/mod.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod bed;
#[path = "../../xtask/src/crowd.rs"]
mod crowd;

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use host_journal::Journal as _;
use host_model::{HttpReply, HttpRequest, Timestamp};
use host_policy::Attempt;
use host_ports::Clock as _;
use host_runner::{Decision, Verdict, record, rehearse};
use host_runtime::{Engine, Limits, Prepared};
use host_simulator::{Answer, InProcess, Scenario, VirtualClock};
use host_wire::{Transport, TransportError};
use serde_json::Map;
use tokio::runtime::Runtime;

use bed::{Bed, person};

const CLUSTERS: usize = 10;
const ANSWER: Duration = Duration::from_millis(30);
/// How often each way is tried.
const TRIES: u32 = 3;

/// A cloud that is far away, and remembers what it was asked.
#[derive(Debug)]
struct Late {
    cloud: InProcess,
    clock: Arc<VirtualClock>,
    asked: Mutex<Vec<(Timestamp, HttpRequest)>>,
}

#[expect(clippy::disallowed_methods, reason = "the cloud's own time, which is what is compared")]
fn far_away() {
    std::thread::sleep(ANSWER);
}

#[async_trait]
impl Transport for Late {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let asked = (self.clock.now(), request.clone());
        self.asked.lock().expect("nobody panicked").push(asked);
        far_away();
        self.cloud.send(attempt, request).await
    }
}

/// The wall clock is what is measured.
#[expect(clippy::disallowed_methods, reason = "benchmarks measure real time")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn bed() -> Bed {
    let text = crowd::scenario(CLUSTERS, false);
    Bed::new(Scenario::parse("clusters", &text).expect("a scenario"))
}

/// What was measured of one try.
struct Try {
    run: Duration,
    sandbox: Duration,
    asked: Vec<(Timestamp, HttpRequest)>,
}

fn run(runtime: &Runtime, workflow: &(Prepared, Vec<u8>), synced: bool) -> Try {
    let mut bed = bed();
    let journal = bed.cloud.journal();
    if !synced {
        journal.forgo_sync().expect("the journal is ours");
    }
    let (clock, asked) = (bed.cloud.clock.clone(), Mutex::default());
    let cloud = InProcess::new(Arc::clone(&bed.cloud.simulator));
    let late = Arc::new(Late { cloud, clock, asked });
    (bed.way, bed.journal) = (late.clone(), journal.clone());
    let person = person(Decision::Nobody);
    let more = Map::new();
    let work = bed.run_of(("ack", workflow), &more, &person);
    let ((id, ended), run) = timed(|| runtime.block_on(work));
    assert_eq!(ended.record.verdict, Verdict::Verified, "{:?}", ended.record.reason);
    let lines = runtime.block_on(journal.read(&id)).expect("the run was written down");
    let entries = record::read(&id, &lines).expect("entries of this version");
    let (rehearsed, sandbox) =
        timed(|| runtime.block_on(rehearse(&workflow.0, &entries, Limits::default())));
    assert_eq!(rehearsed.same, rehearsed.recorded);
    let asked = std::mem::take(&mut *late.asked.lock().expect("nobody panicked"));
    Try { run, sandbox, asked }
}

/// The same requests, with nothing around them.
fn raw(asked: &[(Timestamp, HttpRequest)]) -> Duration {
    let bed = bed();
    let send = || {
        for (at, request) in asked {
            bed.cloud.clock.advance(at.since(bed.cloud.clock.now()));
            far_away();
            let answer = bed.cloud.simulator.respond(request);
            assert!(matches!(answer, Answer::Reply { .. }), "{answer:?}");
        }
    };
    timed(send).1
}

#[expect(clippy::print_stderr, reason = "the result")]
fn say(name: &str, took: Duration, of: Duration) {
    let share = 100.0 * took.as_secs_f64() / of.as_secs_f64();
    eprintln!("{name:<34} {:8.1} ms  {share:6.2} %", took.as_secs_f64() * 1000.0);
}

fn main() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/ack.wasm");
    let bytes = std::fs::read(file).expect("the vetted workflow is committed");
    let engine = Engine::new(&Limits::default()).expect("an engine");
    let prepared = Prepared::new(&engine, None, "ack.wasm", &bytes).expect("a workflow");
    let workflow = (prepared, bytes);
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let tries = |synced| (0..TRIES).map(|_| run(&runtime, &workflow, synced)).collect::<Vec<_>>();
    let (synced, unsynced) = (tries(true), tries(false));
    let unsynced = unsynced.iter().map(|one| one.run).min().unwrap_or_default();
    let whole = synced.iter().map(|one| one.run).min().unwrap_or_default();
    let sandbox = synced.iter().map(|one| one.sandbox).min().unwrap_or_default();
    let asked = synced.first().map(|one| one.asked.as_slice()).unwrap_or_default();
    let raw = (0..TRIES).map(|_| raw(asked)).min().unwrap_or_default();
    say(&format!("overhead/raw, {} requests", asked.len()), raw, raw);
    say("overhead/run", whole, raw);
    let over = whole.saturating_sub(raw);
    say("overhead: all of it", over, raw);
    let sync = whole.saturating_sub(unsynced);
    say("overhead: syncing the journal", sync, raw);
    say("overhead: sandbox and record", sandbox, raw);
    say("overhead: judgement, client, rest", over.saturating_sub(sync + sandbox), raw);
}
