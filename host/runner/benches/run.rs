//! What a run costs besides the network: the sandbox, the judgement, signing, verifying.
//!
//! `run/unchanged` is a whole second run of `delegate` against the offline cloud in this process, about
//! twenty calls: every one through WIT, policy, client, signature, its verification, and evaluation of
//! permissions, and written to a journal on disk. `run/replayed` is the first run, answered from its record.
//! `component/compile` and `component/cached` are the first and every later start.

#[path = "../tests/bed/mod.rs"]
mod bed;

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use host_runner::{Decision, Verdict, rehearse};
use host_runtime::{Cache, CacheKey, Engine, Limits, Prepared};
use host_simulator::Scenario;
use serde_json::Map;

use bed::{Bed, person, prepared};

fn runs(criterion: &mut Criterion) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/delegate.wasm");
    let bytes = std::fs::read(file).expect("the vetted workflow is committed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Engine::new(&Limits::default()).expect("an engine");
    let cache = Cache::new(folder.path().to_owned(), CacheKey::new([3; 32]));
    let prepare =
        |cache| Prepared::new(&engine, cache, "delegate.wasm", &bytes).expect("a workflow");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let bed = Bed::new(Scenario::builtin());
    let run = || async {
        let (id, ended) = bed.run("delegate", &Map::new(), &person(Decision::Nobody)).await;
        assert_eq!(ended.record.verdict, Verdict::Verified);
        id
    };
    let first = runtime.block_on(run());
    criterion.bench_function("run/unchanged", |b| b.iter(|| runtime.block_on(run())));
    let entries = runtime.block_on(bed.entries(&first));
    let (workflow, _) = prepared("delegate");
    criterion.bench_function("run/replayed", |b| {
        b.iter(|| runtime.block_on(rehearse(workflow, &entries, Limits::default())));
    });
    criterion.bench_function("component/cached", |b| b.iter(|| prepare(Some(&cache))));
    let mut slow = criterion.benchmark_group("component");
    slow.sample_size(10);
    slow.bench_function("compile", |b| b.iter(|| prepare(None)));
    slow.finish();
}

criterion_group!(benches, runs);
criterion_main!(benches);
