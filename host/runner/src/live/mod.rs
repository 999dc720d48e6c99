//! The live driver: every event answered by the cloud that stands behind the client.

mod approved;
mod call;
mod conditional;
mod consent;
mod foresee;
mod host;
mod journal;
mod judge;
mod look;
mod lost;
mod output;
mod own;
mod recall;
mod register;
mod renewal;
#[cfg(test)]
mod tests;
mod token;
mod vault;
mod watch;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use host_catalog::Catalog;
use host_client::{Client, KeySource};
use host_model::{Call, CallError, ErrorKind, IdentityFacts, IdentityRef, RunId, SecretRef};
use host_policy::{Permit, Scene};
use host_ports::{Clock, Entropy};
use host_runtime::{Answer, Claim, Driver, Event, IdentityClass, LogLevel, Proof, Stop};

pub(crate) use self::output::tail;

use self::approved::Progress;
use self::output::Readable;
use self::renewal::{Fetched, Recipe};

use crate::ledger::{CheckRecord, Ledger};
use crate::plan::Planning;
use crate::record::{Answered, ApprovedPlan, Entry, Past, Recorder, Tape, Took};
use crate::settling::{Caller, Settling};
use crate::{Approver, BoundAccounts, Mark, Moment, Reporter, RunEvent, Secrets};

/// Everything that a live run stands on.
#[derive(Debug, Clone)]
pub(crate) struct Stage {
    pub(crate) run: RunId,
    pub(crate) catalog: &'static Catalog,
    pub(crate) client: Arc<Client>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) accounts: BoundAccounts,
    /// The names of accounts that the workflow cannot do without.
    pub(crate) needed: BTreeSet<String>,
    pub(crate) recorder: Arc<Recorder>,
    /// The vault's name in the journal: below the state folder.
    pub(crate) vault: String,
    pub(crate) scene: Scene,
    pub(crate) mark: Mark,
    pub(crate) secrets: Arc<Secrets>,
    pub(crate) reporter: Arc<dyn Reporter>,
    pub(crate) approver: Arc<dyn Approver>,
    pub(crate) interrupted: Arc<AtomicBool>,
    pub(crate) unattended: bool,
    pub(crate) vetted: bool,
    pub(crate) provoke: bool,
    /// The manifest's proofs: what is worth remembering of replies.
    pub(crate) proofs: Vec<Proof>,
    /// Lines of output that the workflow may read even of scripts that got a secret, by the digests of the
    /// scripts.
    pub(crate) markers: BTreeMap<String, BTreeSet<String>>,
    /// Digests of scripts that only look, as the manifest says.
    pub(crate) looks: BTreeSet<String>,
    /// Of a run that is only planned.
    pub(crate) planning: Option<Arc<Planning>>,
}

/// An identity that the run can call with.
#[derive(Debug, Clone)]
struct Identity {
    facts: IdentityFacts,
    keys: Arc<dyn KeySource>,
    class: IdentityClass,
}

impl Identity {
    /// As what waits for its own writes knows it.
    fn caller(&self) -> Caller<'_> {
        let name = match self.class {
            IdentityClass::Account => self.facts.arn.rsplit('/').next(),
            IdentityClass::Key | IdentityClass::Session => None,
        };
        Caller { account: &self.facts.account, name }
    }
}

/// The step that the workflow is in.
#[derive(Debug, Clone)]
struct Step {
    id: String,
    title: String,
}

/// Answers events with the cloud behind the client.
#[derive(Debug)]
pub(crate) struct LiveDriver {
    stage: Stage,
    ledger: Arc<Mutex<Ledger>>,
    identities: BTreeMap<IdentityRef, Identity>,
    /// What was answered before, of a run that is gone on with.
    tape: Tape,
    /// How keys of sessions are had again.
    recipes: BTreeMap<IdentityRef, Recipe>,
    /// How secrets that are never kept are had again.
    fetched: BTreeMap<SecretRef, Fetched>,
    step: Step,
    sessions: u32,
    settling: Settling,
    reads_approved: bool,
    /// How often each call with a token was made.
    tokens: BTreeMap<Vec<u8>, u32>,
    /// The invocations that this run began.
    invocations: BTreeMap<String, Readable>,
    /// Failed scripts whose output a person has seen: invocation and machine.
    failures_shown: BTreeSet<(String, String)>,
    /// How far the run has come in the plan that was approved.
    approved: Option<Progress>,
    /// How often the workflow has asked for randomness.
    draws: u64,
    /// The parts that were entered and are not over, the innermost last: each by its number in the plan that
    /// is made, if one is.
    conditionals: Vec<Option<u32>>,
}

impl LiveDriver {
    pub(crate) fn new(
        stage: Stage,
        ledger: Arc<Mutex<Ledger>>,
        tape: Tape,
        plan: Option<&ApprovedPlan>,
    ) -> Self {
        Self {
            stage,
            ledger,
            identities: BTreeMap::new(),
            tape,
            recipes: BTreeMap::new(),
            fetched: BTreeMap::new(),
            step: Step { id: "start".to_owned(), title: String::new() },
            sessions: 0,
            settling: Settling::default(),
            reads_approved: false,
            tokens: BTreeMap::new(),
            invocations: BTreeMap::new(),
            failures_shown: BTreeSet::new(),
            approved: plan.map(Progress::new),
            draws: 0,
            conditionals: Vec::new(),
        }
    }

    /// The same after other runs, which wrote that lately.
    pub(crate) fn after(self, settling: Settling) -> Self {
        Self { settling, ..self }
    }

    /// Waits until what was written lately can be read.
    pub(crate) async fn settle_recent(&self) {
        for (look, account) in self.settling.looks() {
            if self.stage.interrupted.load(Ordering::Relaxed) {
                return;
            }
            let Some(identity) = self.onlooker(&look, &account) else { continue };
            let look = Call { identity: identity.facts.identity.clone(), ..look };
            let found = self.resolve(&look).ok();
            let Some(permit) = found.and_then(|(it, read)| Permit::to_look(it, read)) else {
                continue;
            };
            let awaited = self.settling.awaited(&look, &account);
            let since = self.settling.made(&look, &account);
            let outgoing = self.outgoing(&look, &[], since, Some(&awaited));
            // Whatever it says, the wait is over.
            drop(self.stage.client.call(permit, identity.keys.as_ref(), outgoing).await);
        }
    }

    /// Reports an event, redacted by value.
    fn report(&self, event: &RunEvent) {
        self.stage.reporter.report(event);
    }

    /// What the operator calls the account of an identity.
    fn account_name(&self, facts: &IdentityFacts) -> Option<&str> {
        self.stage.accounts.name_of(facts, &self.stage.needed)
    }

    fn redact(&self, text: &str) -> String {
        self.stage.secrets.redact(text)
    }

    fn ledger(&self) -> std::sync::MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn identity(&self, name: &IdentityRef) -> Result<Identity, CallError> {
        self.identities.get(name).cloned().ok_or_else(|| {
            let message = format!("the run has no identity `{name}`");
            CallError::new(ErrorKind::Invalid, "run.identity-unknown", message)
        })
    }
}

impl LiveDriver {
    /// Answers what was not asked before.
    async fn answer_now(&mut self, event: &Event) -> Result<Answer, Stop> {
        Ok(match event {
            Event::Call(call) => return self.call(call.clone()).await,
            Event::Open { name } => self.open(name),
            Event::WithAccessKey { access_key_id, secret } => {
                self.with_access_key(access_key_id, secret)
            }
            Event::Fingerprint { secret } => self.fingerprint(secret),
            Event::FindSecret { caller, object } => self.find_secret(caller, object)?,
            Event::GeneratePassword { caller, object } => {
                self.generate_password(caller, object).await?
            }
            Event::Unsettled { caller, user_name } => self.unsettled(caller, user_name)?,
            Event::Now => Answer::Number { number: self.stage.clock.now().seconds() },
            Event::Random { bytes } => {
                let length = usize::try_from(*bytes).unwrap_or_default();
                let bytes = self.stage.secrets.randomness(self.draws, length);
                self.draws += 1;
                Answer::Bytes { bytes }
            }
            Event::Sleep { seconds } => self.sleep(*seconds).await?,
            Event::Step { id, title } => {
                self.enter_step(id, title);
                self.report_step();
                Answer::Done
            }
            Event::Log { level, message, fields } => {
                let fields = fields.iter().map(|(k, v)| (self.redact(k), self.redact(v))).collect();
                let message = self.redact(message);
                if *level == LogLevel::Warn {
                    self.ledger().warnings.push(message.clone());
                }
                self.report(&RunEvent::Log { level: *level, message, fields });
                Answer::Done
            }
            Event::Check { id, claim, detail } => {
                let check = self.note_check(id, *claim, detail);
                self.report(&check);
                Answer::Done
            }
            Event::RunId => Answer::Text { text: self.stage.run.to_string() },
            Event::HostVersion => Answer::Text { text: env!("CARGO_PKG_VERSION").to_owned() },
            Event::HasFeature { .. } => Answer::Flag { flag: false },
            Event::Mark => Answer::Text { text: self.stage.mark.text() },
            Event::Adopts => Answer::Flag { flag: self.stage.scene.allowances.adopt },
            Event::MayProvoke => Answer::Flag { flag: self.stage.provoke },
            Event::Register { call } => self.register(call),
            Event::Conditional { title, holds } => {
                Answer::Flag { flag: self.conditional(title, *holds) }
            }
            Event::ConditionalEnd => {
                self.conditional_end();
                Answer::Done
            }
        })
    }

    /// A second at a time, so that an interrupt ends a long wait.
    async fn sleep(&self, seconds: u32) -> Result<Answer, Stop> {
        let wait = std::time::Duration::from_secs(u64::from(seconds));
        self.stage.reporter.watch(&Moment::Sleep { wait });
        for _ in 0..seconds {
            self.stage.clock.sleep(std::time::Duration::from_secs(1)).await;
            if self.stage.interrupted.load(Ordering::Relaxed) {
                return Err(Stop::Interrupted);
            }
        }
        Ok(Answer::Done)
    }

    fn enter_step(&mut self, id: &str, title: &str) {
        self.ledger().steps.insert(id.to_owned());
        self.step = Step { id: id.to_owned(), title: title.to_owned() };
    }

    fn report_step(&self) {
        let (id, title) = (self.redact(&self.step.id), self.redact(&self.step.title));
        self.report(&RunEvent::Step { id, title });
    }

    fn note_check(&self, id: &str, claim: Claim, detail: &str) -> RunEvent {
        let (id, detail) = (self.redact(id), self.redact(detail));
        let check = CheckRecord { id: id.clone(), claim, detail: detail.clone() };
        self.ledger().checks.push(check);
        RunEvent::Check { id, claim, detail }
    }

    /// Writes down what was answered without an effect.
    async fn note_answered(
        &self,
        event: Event,
        answer: &Answer,
        took: Option<Took>,
    ) -> Result<(), Stop> {
        let entry = Entry::Answered(Answered { event, answer: answer.clone(), took });
        self.stage.recorder.note(&entry).await.map_err(|error| Stop::Unrecorded {
            reason: format!("what was answered could not be written down: {error}"),
        })
    }
}

#[async_trait]
impl Driver for LiveDriver {
    async fn answer(&mut self, event: Event) -> Result<Answer, Stop> {
        if self.stage.interrupted.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        let secrets = Arc::clone(&self.stage.secrets);
        match self.tape.next(&event, &|text| secrets.redact(text))? {
            Some(Past::Answered { at, event, answer, intent, .. }) => {
                self.recall(&event, &answer, intent.as_deref(), at)?;
                self.leave_tape();
                Ok(answer)
            }
            Some(Past::Open { at, intent }) => {
                self.leave_tape();
                self.recover(*intent, at).await
            }
            None => {
                let answer = self.answer_now(&event).await?;
                // Calls write down themselves.
                if !matches!(event, Event::Call(_)) {
                    self.note_answered(event, &answer, None).await?;
                }
                Ok(answer)
            }
        }
    }
}
