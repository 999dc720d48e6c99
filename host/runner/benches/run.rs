//! What a run costs besides the network: the sandbox, the judgement, signing, verifying.
//!
//! `run/unchanged` is a whole second run of `delegate` against the offline cloud in this process, about
//! twenty calls: every one through WIT, policy, client, signature, its verification, and evaluation of
//! permissions. `component/compile` and `component/cached` are the first and every later start.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use host_client::{Client, Endpoints, Network, Settings, Silent, StaticKey};
use host_model::SecretText;
use host_policy::Allowances;
use host_runner::{
    Approver, Bound, BoundAccounts, Decision, InputSource, Mark, Question, Reporter, Run, RunEvent,
    RunSettings, Secrets, Verdict, build_input,
};
use host_runtime::{Cache, CacheKey, Engine, Limits, Prepared};
use host_sign::AccessKey;
use host_simulator::{InProcess, OPERATOR, Scenario, SeededEntropy, Simulator, VirtualClock};
use host_vault::{Lock, Vault};

#[derive(Debug)]
struct Quiet;

impl Reporter for Quiet {
    fn report(&self, _: &RunEvent) {}
}

#[async_trait]
impl Approver for Quiet {
    async fn ask(&self, _: &Question) -> Decision {
        Decision::Nobody
    }
}

struct Bench {
    simulator: Arc<Simulator>,
    clock: Arc<VirtualClock>,
    entropy: Arc<SeededEntropy>,
    folder: PathBuf,
}

impl Bench {
    fn new(folder: &Path) -> Self {
        let scenario = Scenario::builtin();
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let entropy = Arc::new(SeededEntropy::new(scenario.seed));
        let simulator = Arc::new(Simulator::new(scenario, clock.clone()));
        Self { simulator, clock, entropy, folder: folder.to_owned() }
    }

    fn accounts(&self) -> BoundAccounts {
        let directory = self.simulator.scenario().directory();
        let operators = directory.iter().filter(|entry| entry.user == OPERATOR);
        let bound = operators.map(|entry| {
            let secret = SecretText::new(entry.access_key_secret.expose());
            let key = AccessKey::permanent(entry.access_key_id.clone(), secret);
            let bound = Bound {
                account: entry.account_id.parse().expect("a scenario has account ids"),
                arn: format!("acs:ram::{}:user/{OPERATOR}", entry.account_id),
                keys: Arc::new(StaticKey::new(key)),
            };
            (entry.account.clone(), bound)
        });
        BoundAccounts(bound.collect::<BTreeMap<_, _>>())
    }

    fn settings(&self) -> RunSettings {
        let vault = Vault::open(
            &self.folder,
            &Lock::IdentityFile,
            self.entropy.clone(),
            self.clock.clone(),
        )
        .expect("a temporary folder takes a vault");
        RunSettings {
            client: Arc::new(Client::new(
                Arc::new(InProcess::new(Arc::clone(&self.simulator))),
                self.clock.clone(),
                self.entropy.clone(),
                Settings::new(Endpoints::new(Network::Public)),
                Arc::new(Silent),
            )),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            accounts: self.accounts(),
            allowances: Allowances::default(),
            mark: Mark::new("host:workflow", "delegate", Vec::new()),
            secrets: Arc::new(Secrets::new(vault, "delegate", [7; 32])),
            approver: Arc::new(Quiet),
            interrupted: Arc::new(AtomicBool::new(false)),
            limits: Limits::default(),
            offline: true,
            unattended: false,
            vetted: true,
            provoke: false,
        }
    }

    async fn run(&self, workflow: &Prepared) {
        let schema = &workflow.package().manifest.parameters;
        let scenario = self.simulator.scenario();
        let input = scenario.parameters["delegate"].clone().into_iter().collect();
        let input =
            build_input(schema, &[InputSource::Object(input)]).expect("the scenario's input");
        let id = Run::id_of(self.clock.as_ref(), self.entropy.as_ref());
        let ended = Run::new(id, self.settings()).start(workflow, &input, Arc::new(Quiet)).await;
        assert_eq!(ended.expect("the run begins").verdict, Verdict::Verified);
    }
}

fn runs(criterion: &mut Criterion) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/delegate.wasm");
    let bytes = std::fs::read(file).expect("the vetted workflow is committed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let engine = Engine::new(&Limits::default()).expect("an engine");
    let cache = Cache::new(folder.path().to_owned(), CacheKey::new([3; 32]));
    let prepare =
        |cache| Prepared::new(&engine, cache, "delegate.wasm", &bytes).expect("a workflow");
    let workflow = prepare(Some(&cache));
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let bench = Bench::new(&folder.path().join("vault"));
    runtime.block_on(bench.run(&workflow));
    criterion
        .bench_function("run/unchanged", |b| b.iter(|| runtime.block_on(bench.run(&workflow))));
    criterion.bench_function("component/cached", |b| b.iter(|| prepare(Some(&cache))));
    let mut slow = criterion.benchmark_group("component");
    slow.sample_size(10);
    slow.bench_function("compile", |b| b.iter(|| prepare(None)));
    slow.finish();
}

criterion_group!(benches, runs);
criterion_main!(benches);
