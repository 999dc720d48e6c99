//! Runs against the offline cloud in this process, with a journal on disk: of `delegate`, unless it is said.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use async_trait::async_trait;
use host_client::{Client, Endpoints, Network, Settings, Silent, StaticKey};
use host_journal::{Journal, Sqlite};
use host_model::{RunId, SecretText};
use host_policy::Allowances;
use host_runner::record::Place;
use host_runner::{
    Approver, Bound, BoundAccounts, Decision, InputSource, Mark, Origin, Question, Reporter, Run,
    RunEvent, RunSettings, Secrets, build_input,
};
use host_runtime::{Limits, Prepared};
use host_sign::AccessKey;
use host_simulator::{InProcess, OPERATOR, Scenario, SeededEntropy, Simulator, VirtualClock};
use host_vault::{Lock, Vault};
use host_wire::Transport;
use serde_json::Value as Json;

/// Hears nothing and is nobody.
#[derive(Debug)]
pub(crate) struct Quiet;

impl Reporter for Quiet {
    fn report(&self, _: &RunEvent) {}
}

#[async_trait]
impl Approver for Quiet {
    async fn ask(&self, _: &Question) -> Decision {
        Decision::Nobody
    }
}

/// A cloud, and the folder of an installation.
pub(crate) struct Bed {
    pub(crate) simulator: Arc<Simulator>,
    pub(crate) clock: Arc<VirtualClock>,
    entropy: Arc<SeededEntropy>,
    folder: PathBuf,
    workflow: &'static str,
}

impl Bed {
    pub(crate) fn new(folder: &Path) -> Self {
        Self::of("delegate", Scenario::builtin(), folder)
    }

    /// The same for another workflow, with the input that the scenario has for it.
    pub(crate) fn of(workflow: &'static str, scenario: Scenario, folder: &Path) -> Self {
        let clock = Arc::new(VirtualClock::new(scenario.start));
        let entropy = Arc::new(SeededEntropy::new(scenario.seed));
        let simulator = Arc::new(Simulator::new(scenario, clock.clone()));
        Self { simulator, clock, entropy, folder: folder.to_owned(), workflow }
    }

    pub(crate) fn journal(&self) -> Arc<Sqlite> {
        let journal = Sqlite::open(&self.folder, [5; 32], "a test");
        Arc::new(journal.expect("a temporary folder takes a journal"))
    }

    /// The way to the cloud.
    pub(crate) fn way(&self) -> InProcess {
        InProcess::new(Arc::clone(&self.simulator))
    }

    pub(crate) fn id(&self) -> RunId {
        Run::id_of(self.clock.as_ref(), self.entropy.as_ref())
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

    pub(crate) fn settings(
        &self,
        id: &RunId,
        way: Arc<dyn Transport>,
        journal: Arc<dyn Journal>,
    ) -> RunSettings {
        let folder = self.folder.join("vault");
        let (entropy, clock) = (self.entropy.clone(), self.clock.clone());
        let vault = Vault::open(&folder, &Lock::IdentityFile, entropy, clock)
            .expect("a temporary folder takes a vault");
        RunSettings {
            client: Arc::new(Client::new(
                way,
                self.clock.clone(),
                self.entropy.clone(),
                Settings::new(Endpoints::new(Network::Public)),
                Arc::new(Silent),
            )),
            clock: self.clock.clone(),
            entropy: self.entropy.clone(),
            accounts: self.accounts(),
            allowances: Allowances::default(),
            mark: Mark::new("host:workflow", self.workflow, Vec::new()),
            secrets: Arc::new(Secrets::new(vault, self.workflow, &[7; 32], id)),
            journal,
            vault: "vault".to_owned(),
            approver: Arc::new(Quiet),
            interrupted: Arc::new(AtomicBool::new(false)),
            limits: Limits::default(),
            offline: true,
            unattended: false,
            vetted: true,
            provoke: false,
        }
    }

    pub(crate) fn input(&self, workflow: &Prepared) -> Json {
        let schema = &workflow.package().manifest.parameters;
        let input = &self.simulator.scenario().parameters[self.workflow];
        let input = input.clone().into_iter().collect();
        build_input(schema, &[InputSource::Object(input)]).expect("the scenario's input")
    }

    pub(crate) async fn run(
        &self,
        (bytes, workflow): &(Vec<u8>, Prepared),
        way: Arc<dyn Transport>,
        journal: Arc<dyn Journal>,
    ) -> (RunId, host_runner::Ended) {
        let (id, input) = (self.id(), self.input(workflow));
        let place = Place::Offline { scenario: None };
        let origin = Origin { input: &input, allowed: &[], place: &place };
        let run = Run::new(id.clone(), self.settings(&id, way, journal));
        let ended = run.start(workflow, bytes, &origin, Arc::new(Quiet)).await;
        (id, ended.expect("the run begins"))
    }
}
