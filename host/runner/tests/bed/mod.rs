//! Runs of the vetted workflows against the offline cloud in this process, with a journal on disk.

mod cloud;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use host_journal::Journal;
use host_model::RunId;
use host_policy::Allowances;
use host_runner::record::{self, Numbered, Place};
use host_runner::{
    Approver, Bound, BoundAccounts, Decision, Ended, InputSource, Mark, Origin, Question, Reporter,
    Run, RunEvent, RunSettings, Secrets, build_input,
};
use host_runtime::{Engine, Limits, Manifest, Prepared};
use host_simulator::{InProcess, OPERATOR, Scenario};
use host_vault::{Folder, Lock, Vault};
use host_wire::Transport;
use serde_json::{Map, Value as Json};
use tempfile::TempDir;

use self::cloud::Cloud;

/// Remembers what was reported and asked, and answers as it is told.
#[derive(Debug, Default)]
pub(crate) struct Person {
    pub(crate) events: Mutex<Vec<RunEvent>>,
    pub(crate) asked: Mutex<Vec<Question>>,
    pub(crate) answer: Mutex<Option<Decision>>,
    /// Set after so many calls, so that a run is interrupted.
    pub(crate) patience: Mutex<Option<u32>>,
    pub(crate) interrupted: Arc<AtomicBool>,
}

/// Whoever answers that.
pub(crate) fn person(answer: Decision) -> Arc<Person> {
    Arc::new(Person { answer: Mutex::new(Some(answer)), ..Person::default() })
}

/// What is behind a lock that no test poisons.
pub(crate) fn locked<T>(value: &Mutex<T>) -> MutexGuard<'_, T> {
    value.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Reporter for Person {
    fn report(&self, event: &RunEvent) {
        if let (RunEvent::Call { effect, .. }, Some(left)) =
            (event, locked(&self.patience).as_mut())
            && effect.is_write()
        {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.interrupted.store(true, Ordering::Relaxed);
            }
        }
        locked(&self.events).push(event.clone());
    }
}

#[async_trait]
impl Approver for Person {
    async fn ask(&self, question: &Question) -> Decision {
        locked(&self.asked).push(question.clone());
        locked(&self.answer).unwrap_or(Decision::Nobody)
    }
}

/// A cloud, and everything that a run stands on.
pub(crate) struct Bed {
    pub(crate) cloud: Cloud,
    _folder: TempDir,
    /// Where runs are written down.
    pub(crate) journal: Arc<dyn Journal>,
    /// How they reach the cloud.
    pub(crate) way: Arc<dyn Transport>,
    pub(crate) limits: Limits,
    /// Whether nobody has to be asked.
    pub(crate) offline: bool,
    pub(crate) unattended: bool,
}

impl Bed {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let cloud = Cloud::new(scenario, folder.path());
        let (journal, way) = (cloud.journal(), InProcess::new(Arc::clone(&cloud.simulator)));
        Self {
            cloud,
            _folder: folder,
            journal,
            way: Arc::new(way),
            limits: Limits::default(),
            offline: true,
            unattended: false,
        }
    }

    /// The operator of each account, and who has nothing to do with them.
    fn accounts(&self) -> BoundAccounts {
        let directory = self.cloud.simulator.scenario().directory();
        let bound = directory.iter().filter_map(|entry| {
            let name = match entry.user.as_str() {
                OPERATOR => &entry.account,
                "outsider" => &entry.user,
                _ => return None,
            };
            let caller = self.cloud.caller(&entry.account, &entry.user)?;
            let (account, arn, keys) = (caller.account, caller.arn, caller.keys);
            let bound = Bound { account, arn, keys, session: None };
            Some((name.clone(), bound))
        });
        BoundAccounts(bound.collect())
    }

    /// The vault of the installation, opened once more.
    pub(crate) fn vault(&self) -> Arc<dyn Vault> {
        let folder = self.cloud.folder.join("vault");
        let (entropy, clock) = (self.cloud.entropy.clone(), self.cloud.clock.clone());
        let vault = Folder::open(&folder, &Lock::IdentityFile, entropy, clock);
        Arc::new(vault.expect("a temporary folder takes a vault"))
    }

    pub(crate) fn new_id(&self) -> RunId {
        Run::id_of(self.cloud.clock.as_ref(), self.cloud.entropy.as_ref())
    }

    pub(crate) fn settings(&self, run: &RunId, lineage: &str, person: &Arc<Person>) -> RunSettings {
        let secrets = Secrets::new(self.vault(), lineage, &[7; 32], run);
        RunSettings {
            client: self.cloud.client(Arc::clone(&self.way)),
            clock: self.cloud.clock.clone(),
            entropy: self.cloud.entropy.clone(),
            accounts: self.accounts(),
            allowances: Allowances::default(),
            mark: Mark::new("host:workflow", lineage, Vec::new()),
            secrets: Arc::new(secrets),
            journal: Arc::clone(&self.journal),
            vault: "vault".to_owned(),
            approver: person.clone(),
            interrupted: person.interrupted.clone(),
            limits: self.limits,
            offline: self.offline,
            unattended: self.unattended,
            vetted: true,
            provoke: false,
        }
    }

    /// The same, with the accounts that a workflow names and no other.
    pub(crate) fn settings_of(
        &self,
        run: &RunId,
        manifest: &Manifest,
        person: &Arc<Person>,
    ) -> RunSettings {
        let mut settings = self.settings(run, &manifest.lineage, person);
        let names: BTreeSet<&str> = manifest.accounts.iter().map(|it| it.name.as_str()).collect();
        settings.accounts.0.retain(|name, _| names.contains(name.as_str()));
        settings
    }

    /// Runs a workflow with the scenario's input, and more.
    pub(crate) async fn run(
        &self,
        name: &str,
        input: &Map<String, Json>,
        person: &Arc<Person>,
    ) -> (RunId, Ended) {
        self.run_of((name, prepared(name)), input, person).await
    }

    /// The same of any workflow, which the scenario calls so.
    pub(crate) async fn run_of(
        &self,
        (name, (workflow, bytes)): (&str, &(Prepared, Vec<u8>)),
        input: &Map<String, Json>,
        person: &Arc<Person>,
    ) -> (RunId, Ended) {
        let manifest = &workflow.package().manifest;
        let input = self.input(name, manifest, input);
        let id = self.new_id();
        let settings = self.settings_of(&id, manifest, person);
        let place = Place::Offline { scenario: None, id: None, config: None };
        let origin = Origin { input: &input, allowed: &[], place: &place, plan: None };
        let run = Run::new(id.clone(), settings);
        let ended = run.start(workflow, bytes, &origin, person.clone()).await;
        (id, ended.expect("the run begins"))
    }

    /// The scenario's input for a workflow, and more.
    pub(crate) fn input(&self, name: &str, manifest: &Manifest, more: &Map<String, Json>) -> Json {
        let scenario = self.cloud.simulator.scenario();
        let usual = scenario.parameters.get(name).cloned().unwrap_or_default();
        let sources =
            [InputSource::Object(usual.into_iter().collect()), InputSource::Object(more.clone())];
        build_input(&manifest.parameters, &sources).expect("the scenario's input")
    }

    /// What is written down of a run.
    pub(crate) async fn entries(&self, run: &RunId) -> Vec<Numbered> {
        let entries = self.journal.read(run).await.expect("the run is there");
        record::read(run, &entries).expect("its entries can be read")
    }
}

/// Workflows by name, each with its bytes.
type Compiled = BTreeMap<String, &'static (Prepared, Vec<u8>)>;

/// A vetted workflow, compiled once for all tests.
pub(crate) fn prepared(name: &str) -> &'static (Prepared, Vec<u8>) {
    static ALL: OnceLock<Mutex<Compiled>> = OnceLock::new();
    let mut all = locked(ALL.get_or_init(Mutex::default));
    all.entry(name.to_owned()).or_insert_with(|| {
        let file =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../workflows/{name}.wasm"));
        let bytes = std::fs::read(file).expect("the vetted workflows are committed");
        let engine = Engine::new(&Limits::default()).expect("an engine");
        let workflow = Prepared::new(&engine, None, name, &bytes).expect("a workflow");
        Box::leak(Box::new((workflow, bytes)))
    })
}
