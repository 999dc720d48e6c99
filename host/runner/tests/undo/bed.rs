//! The offline cloud in this process, a journal in a temporary folder, and runs in both.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use async_trait::async_trait;
use host_client::{Client, Endpoints, Network, Settings, Silent, StaticKey};
use host_journal::{Journal, Sqlite};
use host_model::{RunId, SecretText};
use host_policy::Allowances;
use host_runner::record::{self, Ended, Numbered, Place};
use host_runner::undo::{Scripts, Undo};
use host_runner::{
    Approver, Bound, BoundAccounts, Decision, InputSource, Mark, Origin, Question, Reporter, Run,
    RunEvent, RunSettings, Secrets, build_input,
};
use host_runtime::{Engine, Limits, Prepared};
use host_sign::AccessKey;
use host_simulator::{InProcess, OPERATOR, Scenario, SeededEntropy, Simulator, VirtualClock};
use host_vault::{Lock, Vault};
use serde_json::{Map, Value as Json};
use tempfile::TempDir;

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
                self.interrupted.store(true, std::sync::atomic::Ordering::Relaxed);
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
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) clock: Arc<VirtualClock>,
    entropy: Arc<SeededEntropy>,
    folder: TempDir,
    pub(crate) journal: Arc<dyn Journal>,
    /// Whether nobody has to be asked.
    pub(crate) offline: bool,
    pub(crate) unattended: bool,
}

impl Bed {
    pub(crate) fn new(scenario: Scenario) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let entropy = Arc::new(SeededEntropy::new(scenario.seed));
        let simulator = Arc::new(Simulator::new(scenario, clock.clone()));
        let journal = Sqlite::open(folder.path(), [7; 32], "a test").expect("a journal");
        let journal = Arc::new(journal);
        Self { simulator, clock, entropy, folder, journal, offline: true, unattended: false }
    }

    fn accounts(&self) -> BoundAccounts {
        let directory = self.simulator.scenario().directory();
        let wanted = |user: &str| user == OPERATOR || user == "outsider";
        let entries = directory.iter().filter(|entry| wanted(&entry.user));
        let bound = entries.map(|entry| {
            let secret = SecretText::new(entry.access_key_secret.expose());
            let key = AccessKey::permanent(entry.access_key_id.clone(), secret);
            let bound = Bound {
                account: entry.account_id.parse().expect("a scenario has account ids"),
                arn: format!("acs:ram::{}:user/{}", entry.account_id, entry.user),
                keys: Arc::new(StaticKey::new(key)),
            };
            let name = if entry.user == OPERATOR { &entry.account } else { &entry.user };
            (name.clone(), bound)
        });
        BoundAccounts(bound.collect::<BTreeMap<_, _>>())
    }

    pub(crate) fn vault(&self) -> Vault {
        let folder = self.folder.path().join("vault");
        Vault::open(&folder, &Lock::IdentityFile, self.entropy.clone(), self.clock.clone())
            .expect("a temporary folder takes a vault")
    }

    fn settings(&self, run: &RunId, lineage: &str, person: &Arc<Person>) -> RunSettings {
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
            mark: Mark::new("host:workflow", lineage, Vec::new()),
            secrets: Arc::new(Secrets::new(self.vault(), lineage, &[7; 32], run)),
            journal: Arc::clone(&self.journal),
            vault: "vault".to_owned(),
            approver: person.clone(),
            interrupted: person.interrupted.clone(),
            limits: Limits::default(),
            offline: self.offline,
            unattended: self.unattended,
            vetted: true,
            provoke: false,
        }
    }

    /// Runs a workflow with the scenario's input, and more.
    pub(crate) async fn run(
        &self,
        name: &str,
        input: &Map<String, Json>,
        person: &Arc<Person>,
    ) -> RunId {
        let (workflow, bytes) = prepared(name);
        let schema = &workflow.package().manifest.parameters;
        let scenario = self.simulator.scenario();
        let usual = scenario.parameters.get(name).cloned().unwrap_or_default();
        let sources =
            [InputSource::Object(usual.into_iter().collect()), InputSource::Object(input.clone())];
        let input = build_input(schema, &sources).expect("the scenario's input");
        let id = Run::id_of(self.clock.as_ref(), self.entropy.as_ref());
        let mut settings = self.settings(&id, name, person);
        settings.offline = true;
        let names: BTreeSet<&str> =
            workflow.package().manifest.accounts.iter().map(|it| it.name.as_str()).collect();
        settings.accounts.0.retain(|name, _| names.contains(name.as_str()));
        let place = Place::Offline { scenario: None };
        let origin = Origin { input: &input, allowed: &[], place: &place, plan: None };
        let run = Run::new(id.clone(), settings);
        run.start(workflow, bytes, &origin, person.clone()).await.expect("the run begins");
        id
    }

    pub(crate) async fn entries(&self, run: &RunId) -> Vec<Numbered> {
        let entries = self.journal.read(run).await.expect("the run is there");
        record::read(run, &entries).expect("its entries can be read")
    }

    /// Undoes a run of a workflow.
    pub(crate) async fn undo(&self, name: &str, run: &RunId, person: &Arc<Person>) -> Ended {
        let (workflow, _) = prepared(name);
        let commands = &workflow.package().manifest.commands;
        let scripts = Scripts {
            declared: commands.iter().map(|it| it.digest.clone()).collect(),
            looks: commands.iter().filter(|it| it.looks).map(|it| it.digest.clone()).collect(),
        };
        let entries = self.entries(run).await;
        self.undo_entries(name, run, &entries, scripts, person).await
    }

    pub(crate) async fn undo_entries(
        &self,
        lineage: &str,
        run: &RunId,
        entries: &[Numbered],
        scripts: Scripts,
        person: &Arc<Person>,
    ) -> Ended {
        let id = Run::id_of(self.clock.as_ref(), self.entropy.as_ref());
        let settings = self.settings(&id, lineage, person);
        let undo = Undo::new(id, settings, scripts);
        undo.start(run, entries, person.clone()).await.expect("the undo begins")
    }

    /// The cloud, apart from what time and numbers leave.
    pub(crate) fn cloud(&self) -> Json {
        let snapshot = self.simulator.snapshot().to_json();
        let mut snapshot: Json = serde_json::from_str(&snapshot).expect("JSON");
        let mut accounts = snapshot["cloud"]["state"]["accounts"].take();
        without_traces(&mut accounts);
        accounts
    }
}

/// What the cloud remembers of the past, and of data that came.
const TRACES: [&str; 22] = [
    "created",
    "updated",
    "visible_from",
    "attached",
    "effective_from",
    "lingering",
    "last_used",
    "usable_from",
    "tasks",
    "invocations",
    "client_tokens",
    "commands",
    "reports",
    "judged",
    "changed",
    "listed",
    "loaded",
    "version_count",
    "apps",
    "manner",
    "restarted",
    "state",
];

fn without_traces(tree: &mut Json) {
    match tree {
        Json::Object(fields) => {
            fields.retain(|name, _| !TRACES.contains(&name.as_str()));
            fields.values_mut().for_each(without_traces);
        }
        Json::Array(items) => items.iter_mut().for_each(without_traces),
        _ => {}
    }
}

/// What two clouds differ in, in words.
pub(crate) fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(before, after, "", &mut found);
    found
}

fn walk(before: &Json, after: &Json, at: &str, found: &mut Vec<String>) {
    match (before, after) {
        (Json::Object(one), Json::Object(other)) => {
            let names: BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            for name in names {
                let null = Json::Null;
                let part = |tree: &Map<String, Json>| tree.get(name).unwrap_or(&null).clone();
                walk(&part(one), &part(other), &format!("{at}/{name}"), found);
            }
        }
        _ if before == after => {}
        _ => found.push(format!("{at}: {before} → {after}")),
    }
}

/// Workflows by name, each with its bytes.
type Compiled = BTreeMap<String, &'static (Prepared, Vec<u8>)>;

/// A workflow, compiled once for all tests.
fn prepared(name: &str) -> &'static (Prepared, Vec<u8>) {
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

pub(crate) fn person(answer: Decision) -> Arc<Person> {
    Arc::new(Person { answer: Mutex::new(Some(answer)), ..Person::default() })
}
