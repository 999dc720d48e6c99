//! A run against the offline cloud, with a way to it that loses replies, lets others meddle, and dies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use host_catalog::Catalog;
use host_journal::{Journal, NewEntry};
use host_model::{
    AccountId, Call, CallError, IdentityRef, Reply, RunId, SecretKind, SecretRef, SecretText, Value,
};
use host_policy::{Allowances, Scene};
use host_ports::Clock as _;
use host_runtime::{Answer, Driver as _, Event, Stop};
use host_simulator::{OPERATOR, Scenario};
use host_vault::Memory;
use serde_json::Value as Json;

use super::cloud::{Caller, Cloud};
use super::gate::Gate;
pub(in crate::live) use super::gate::{Deed, Fate};
use crate::live::{LiveDriver, Stage};
use crate::record::{Entry, Intent, Known, Numbered, Recorder, Tape};
use crate::{
    Approver, Bound, BoundAccounts, Decision, Mark, Question, Reporter, RunEvent, Secrets,
};

/// The account that every call is about.
pub(in crate::live) const ACCOUNT: &str = "source";
/// This workflow, and another one.
pub(in crate::live) const LINEAGE: &str = "test";

/// The script that machines may run.
pub(in crate::live) const SCRIPT: &str = "echo hello";

#[derive(Debug, Default)]
struct Told(Mutex<Vec<RunEvent>>);

impl Reporter for Told {
    fn report(&self, event: &RunEvent) {
        self.0.lock().unwrap().push(event.clone());
    }
}

#[async_trait]
impl Approver for Told {
    async fn ask(&self, _: &Question) -> Decision {
        Decision::Nobody
    }
}

/// A run, and everything that can be seen of it.
pub(in crate::live) struct Bed {
    pub(in crate::live) cloud: Cloud,
    gate: Arc<Gate>,
    told: Arc<Told>,
    _folder: tempfile::TempDir,
    /// The installation's vault.
    pub(in crate::live) vault: Memory,
    run: RunId,
    driver: Option<LiveDriver>,
}

impl Bed {
    /// Ten minutes after everything in the cloud was made.
    pub(in crate::live) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let cloud = Cloud::new(Scenario::builtin(), folder.path());
        cloud.clock.advance(Duration::from_mins(10));
        let gate = Arc::new(Gate::new(&cloud.simulator));
        let at = cloud.clock.now();
        let mut bed = Self {
            vault: Memory::new(cloud.clock.clone()),
            cloud,
            gate,
            told: Arc::default(),
            _folder: folder,
            run: RunId::new(at, [1; 4]),
            driver: None,
        };
        let first = NewEntry { at, kind: "begun".into(), body: "{}".into() };
        let journal = bed.cloud.journal();
        let writer = journal.begin(&bed.run, None, first).await.unwrap();
        let recorder = bed.recorder(journal, writer);
        bed.driver =
            Some(LiveDriver::new(bed.stage(recorder), Arc::default(), Tape::default(), None));
        bed.open().await;
        bed
    }

    fn recorder(
        &self,
        journal: Arc<dyn Journal>,
        writer: Box<dyn host_journal::Writer>,
    ) -> Arc<Recorder> {
        let secrets = Arc::new(self.secrets());
        Arc::new(Recorder::new(journal, self.cloud.clock.clone(), secrets, writer))
    }

    fn secrets(&self) -> Secrets {
        Secrets::new(Arc::new(self.vault.clone()), LINEAGE, &[7; 32], &self.run)
    }

    fn caller(&self) -> Caller {
        self.cloud.caller(ACCOUNT, OPERATOR).expect("the scenario has an operator")
    }

    fn stage(&self, recorder: Arc<Recorder>) -> Stage {
        let Caller { account, arn, keys } = self.caller();
        let bound = Bound { account, arn, keys, session: None };
        let mark = Mark::new("host:workflow", LINEAGE, Vec::new());
        let actions = Catalog::builtin().products().flat_map(|product| {
            product.actions.keys().map(move |action| format!("{}:{action}", product.key))
        });
        Stage {
            run: self.run.clone(),
            catalog: Catalog::builtin(),
            client: self.cloud.client(self.gate.clone()),
            clock: self.cloud.clock.clone(),
            entropy: self.cloud.entropy.clone(),
            accounts: BoundAccounts(BTreeMap::from([(ACCOUNT.to_owned(), bound)])),
            needed: BTreeSet::new(),
            recorder,
            vault: "vault".to_owned(),
            scene: Scene {
                declared: actions.collect(),
                bound: BTreeSet::from([self.account()]),
                commands: BTreeSet::from([host_runtime::digest(SCRIPT.as_bytes())]),
                allowances: Allowances {
                    users: BTreeSet::from(["foreign".to_owned()]),
                    ..Allowances::default()
                },
                mark: mark.text(),
                offline: true,
                made_up: BTreeSet::new(),
            },
            mark,
            secrets: Arc::new(self.secrets()),
            reporter: self.told.clone(),
            approver: self.told.clone(),
            interrupted: Arc::clone(&self.gate.interrupted),
            unattended: false,
            vetted: true,
            provoke: false,
            proofs: Vec::new(),
            markers: BTreeMap::new(),
            looks: BTreeSet::new(),
            planning: None,
        }
    }

    async fn open(&mut self) {
        let driver = self.driver.as_mut().unwrap();
        let answer = driver.answer(Event::Open { name: ACCOUNT.to_owned() }).await;
        assert!(matches!(answer, Ok(Answer::Identity { .. })), "{answer:?}");
    }

    pub(in crate::live) fn account(&self) -> AccountId {
        self.caller().account
    }

    /// The next requests of an action meet these ends.
    pub(in crate::live) fn fate(&self, action: &str, fates: &[Fate]) {
        self.gate.fates.lock().unwrap().insert(action.to_owned(), fates.to_vec());
    }

    /// The next requests of an action are followed by this.
    pub(in crate::live) fn deeds(&self, action: &str, deeds: &[Deed]) {
        self.gate.deeds.lock().unwrap().insert(action.to_owned(), deeds.to_vec());
    }

    /// Makes a call and hears what came of it.
    pub(in crate::live) async fn call(
        &mut self,
        call: &Call,
    ) -> Result<Result<Reply, CallError>, Stop> {
        self.gate.seen.lock().unwrap().clear();
        let driver = self.driver.as_mut().unwrap();
        heard(driver.answer(Event::Call(call.clone())).await)
    }

    /// Makes a call in which the process dies.
    pub(in crate::live) async fn die_in(&mut self, call: &Call) {
        let mut driver = self.driver.take().unwrap();
        let event = Event::Call(call.clone());
        let going = tokio::spawn(async move { drop(driver.answer(event).await) });
        self.gate.died.notified().await;
        going.abort();
        assert!(going.await.is_err(), "it must die");
    }

    /// Another process goes on with the run, so much later, and makes the same call.
    pub(in crate::live) async fn resume(
        &mut self,
        call: &Call,
        later: Duration,
    ) -> Result<Result<Reply, CallError>, Stop> {
        self.driver = None;
        self.cloud.clock.advance(later);
        let journal = self.cloud.journal();
        let (_, writer) = journal.reopen(&self.run).await.unwrap();
        let tape = Tape::of(&self.run, &self.entries().await).unwrap().0;
        let recorder = self.recorder(journal, writer);
        self.driver = Some(LiveDriver::new(self.stage(recorder), Arc::default(), tape, None));
        self.open().await;
        // What was made before is answered from the tape.
        for made in self.intents().await.iter().rev().skip(1).rev() {
            let driver = self.driver.as_mut().unwrap();
            driver.answer(Event::Call(made.call.clone())).await.unwrap();
        }
        self.call(call).await
    }

    async fn entries(&self) -> Vec<Numbered> {
        let entries = self.cloud.journal().read(&self.run).await.unwrap();
        let read = |it: &host_journal::Entry| Numbered {
            number: it.number,
            at: it.at,
            entry: serde_json::from_str(&it.body).unwrap(),
        };
        entries.iter().skip(1).map(read).collect()
    }

    pub(in crate::live) async fn intents(&self) -> Vec<Intent> {
        let intent = |it: Numbered| match it.entry {
            Entry::Intent(intent) => Some(intent),
            _ => None,
        };
        self.entries().await.into_iter().filter_map(intent).collect()
    }

    /// How the last outcome is known; none if the last intent has none.
    pub(in crate::live) async fn known(&self) -> Option<Known> {
        match self.entries().await.pop()?.entry {
            Entry::Outcome(outcome) => Some(outcome.known),
            _ => None,
        }
    }

    /// Requests since the last call began, without those that read.
    pub(in crate::live) fn writes(&self) -> Vec<String> {
        let writes = |title: &&String| {
            let (product, action) = title.split_once(':').unwrap();
            let action = Catalog::builtin().action(product, action);
            action.is_some_and(|action| action.effect.is_write())
        };
        self.gate.seen.lock().unwrap().iter().filter(writes).cloned().collect()
    }

    /// How often that was asked for since the last call began.
    pub(in crate::live) fn requests(&self, title: &str) -> usize {
        self.gate.seen.lock().unwrap().iter().filter(|it| *it == title).count()
    }

    /// Lines of the host.
    pub(in crate::live) fn notes(&self) -> Vec<String> {
        let told = self.told.0.lock().unwrap();
        let note = |event: &RunEvent| match event {
            RunEvent::Note { message } => Some(message.clone()),
            _ => None,
        };
        told.iter().filter_map(note).collect()
    }

    /// Since when a key of that user is waited for.
    pub(in crate::live) fn is_unsettled(&self, user: &str) -> bool {
        self.secrets().unsettled(&self.account(), user).unwrap().is_some()
    }

    /// Leaves a note of a key that was asked for.
    pub(in crate::live) fn note(&self, user: &str) {
        self.secrets().intend(&self.account(), user, &self.run).unwrap();
    }

    /// Whether the vault has the secret of an object.
    pub(in crate::live) fn has_secret(&self, object: &str) -> bool {
        self.secrets().find(&self.account(), object).unwrap().is_some()
    }

    /// Puts a secret into the vault.
    pub(in crate::live) fn keep_secret(&self, object: &str) {
        let secrets = self.secrets();
        let secret = SecretRef {
            account: self.account(),
            kind: SecretKind::AccessKey,
            object: object.to_owned(),
        };
        let text = SecretText::new("FakeSecretOfAKeyThatIsKept0001");
        let sealed = secrets.seal(&secret, Some("user/u1".to_owned()), &text).unwrap();
        secrets.place(&sealed).unwrap();
    }

    /// A password for a user, as the workflow asks for it.
    pub(in crate::live) async fn password(&mut self, user: &str) -> SecretRef {
        let caller = IdentityRef(ACCOUNT.to_owned());
        let object = format!("ram:login-profile/{user}");
        let driver = self.driver.as_mut().unwrap();
        match driver.answer(Event::GeneratePassword { caller, object }).await {
            Ok(Answer::Secret { secret: Some(secret) }) => secret,
            other => panic!("{other:?}"),
        }
    }

    /// The operator interrupts after that request of an action.
    pub(in crate::live) fn interrupt_at(&self, action: &str, nth: usize) {
        *self.gate.interrupt.lock().unwrap() = Some((action.to_owned(), nth));
    }

    /// Looks at the account.
    pub(in crate::live) fn see<T>(&self, look: impl FnOnce(&host_simulator::Account) -> T) -> T {
        let account = self.account();
        self.cloud.simulator.inspect(|state| look(&state.accounts[&account]))
    }
}

fn heard(answer: Result<Answer, Stop>) -> Result<Result<Reply, CallError>, Stop> {
    Ok(match answer? {
        Answer::Reply { reply } => Ok(reply),
        Answer::Error { error } => Err(error),
        other => panic!("a call is answered with {other:?}"),
    })
}

/// A call of the account's operator.
pub(in crate::live) fn call(title: &str, parameters: &[(&str, Json)]) -> Call {
    let (product, action) = title.split_once(':').unwrap();
    let value = |value: &Json| match value {
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Json(other.clone()),
    };
    Call {
        identity: IdentityRef(ACCOUNT.to_owned()),
        product: product.to_owned(),
        version: Catalog::builtin().product(product).unwrap().version.clone(),
        action: action.to_owned(),
        region: matches!(product, "arms" | "cs" | "ecs").then(|| "cn-hangzhou".to_owned()),
        parameters: parameters.iter().map(|(name, it)| ((*name).to_owned(), value(it))).collect(),
    }
}
