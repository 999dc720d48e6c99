//! One rehearsal, and what two of them say.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use host_model::{AccountId, Timestamp};
use host_plan::{
    Composed, Conditional, Party, Plan, Rehearsal, Repair, Seen, Terms, Workflow, compose,
};
use host_runtime::{Claim, Prepared, RuntimeError};
use host_simulator::{Caller, CallerIdentity, Ground, Guess, Known, Overlay, Remembered, Replies};
use serde_json::Value as Json;

use super::clock::PlanClock;
use super::keys::introduced;
use super::nowhere::Nowhere;
use super::reads::OnceAsked;
use crate::ledger::Ledger;
use crate::live::LiveDriver;
use crate::record::{Recorder, Tape};
use crate::{Bound, Origin, Reporter, Run, RunError, Secrets, WouldDeny};

/// What a driver plans with.
#[derive(Debug)]
pub(crate) struct Planning {
    pub(crate) overlay: Arc<Overlay>,
    book: Mutex<Rehearsal>,
}

impl Planning {
    pub(crate) fn book(&self) -> MutexGuard<'_, Rehearsal> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes note of what was guessed since the last time, in answers to the call that was written down last, or
    /// to reads after it.
    pub(crate) fn note_guesses_of_last(&self) {
        let mut book = self.book();
        let index = book.calls.len().saturating_sub(1);
        let conditional = book.calls.last().and_then(|call| call.conditional);
        self.note_guesses(&mut book, index, conditional);
    }

    /// The same, in the answer to the call that is written down next, in that conditional.
    pub(crate) fn note_guesses_of_next(&self, conditional: Option<u32>) {
        let mut book = self.book();
        let index = book.calls.len();
        self.note_guesses(&mut book, index, conditional);
    }

    fn note_guesses(&self, book: &mut Rehearsal, index: usize, conditional: Option<u32>) {
        for guess in self.overlay.take_guesses() {
            match guess {
                Guess::Unknown(why) => book.guess(index, conditional, why),
                Guess::Remembered { run, at } => book.remember(index, Seen { run, at }),
            }
        }
    }

    /// Writes down that a part begins which may not be needed; its number.
    pub(crate) fn begin_conditional(&self, title: String, inside: Option<u32>, holds: bool) -> u32 {
        let mut book = self.book();
        let count = |length: usize| u32::try_from(length).unwrap_or(u32::MAX).saturating_add(1);
        let (number, from) = (count(book.conditionals.len()), count(book.calls.len()));
        book.conditionals.push(Conditional { number, title, inside, from, holds });
        number
    }

    /// A key of an earlier run that is about to sign.
    pub(crate) fn introduce_user(&self, key_id: &str, account: &AccountId, user: &str) {
        let identity = CallerIdentity::User(user.to_owned());
        let caller = Caller { account: account.clone(), identity };
        self.overlay.introduce(key_id, Known { caller, bound: false });
    }
}

/// For how long a plan can be applied.
const GOOD_FOR: Duration = Duration::from_hours(24);

/// What came of planning a run.
#[derive(Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// Code and words of the error that ended the rehearsals, if one did: the run will end so as well.
    pub error: Option<(String, String)>,
    /// What the workflow found to be wrong and would leave so.
    pub faults: Vec<Fault>,
    /// What it warned of, in its own words: they are redacted, and not escaped.
    pub warnings: Vec<String>,
    /// What the policy file would deny, if it only audits.
    pub would_deny: Option<Vec<WouldDeny>>,
    /// How many requests were sent to the cloud, all of them reads.
    pub requests: usize,
}

/// Something that the workflow found to be wrong, in its own words: they are redacted, and not escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The id of its check: the same in every run.
    pub id: String,
    /// What is wrong.
    pub detail: String,
}

impl Run {
    /// Plans the run: nothing is changed anywhere, and nothing is written down. `file` is where the component
    /// is, and `made` the operator's own time: a plan expires by it, also that of an offline cloud.
    ///
    /// # Errors
    ///
    /// An account is missing or unknown; the workflow cannot be run; or somebody said no to its reads.
    pub async fn plan(
        &self,
        workflow: &Prepared,
        (file, made): (&str, Timestamp),
        origin: &Origin<'_>,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Planned, RunError> {
        self.settings().accounts.check(&workflow.package().manifest)?;
        self.settle_recent(workflow, origin.place, &reporter).await;
        let replies = Arc::new(Replies::default());
        let approver = Arc::new(OnceAsked::new(Arc::clone(&self.settings().approver)));
        let mut rehearsals = Vec::new();
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let start = self.settings().clock.now();
        let remembered = self.remembered(workflow, origin.place).await;
        for seed in self.seeds() {
            let secrets = Arc::new(self.settings().secrets.scratch());
            let rehearsal = self
                .rehearse_once(
                    workflow,
                    origin.input,
                    (seed, start, &replies, &remembered),
                    (secrets, &approver, &ledger),
                    &reporter,
                )
                .await?;
            rehearsals.push(rehearsal);
        }
        let second = rehearsals.pop().unwrap_or_default();
        let first = rehearsals.pop().unwrap_or_default();
        let composed = compose(&first, &second);
        let plan = self.plan_of(workflow, file, origin, (made, &composed));
        let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let would_deny = self.settings().allowances.audits().then(|| ledger.would_deny.clone());
        let faults = faults(&ledger);
        let mut warnings: Vec<String> = Vec::new();
        for warning in &ledger.warnings {
            // Both rehearsals warned.
            if !warnings.contains(warning) {
                warnings.push(warning.clone());
            }
        }
        Ok(Planned {
            plan,
            error: composed.error,
            faults,
            warnings,
            would_deny,
            requests: replies.sent(),
        })
    }

    fn plan_of(
        &self,
        workflow: &Prepared,
        file: &str,
        origin: &Origin<'_>,
        (made, composed): (Timestamp, &Composed),
    ) -> Plan {
        let (package, settings) = (workflow.package(), self.settings());
        let party = |(name, bound): (&String, &Bound)| {
            let session = bound.session.clone();
            let party = Party { account: bound.account.clone(), arn: bound.arn.clone(), session };
            (name.clone(), party)
        };
        Plan {
            format: host_plan::FORMAT,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            run: self.id().clone(),
            made,
            expires: made.plus(GOOD_FOR),
            workflow: Workflow {
                name: package.manifest.name.clone(),
                version: package.manifest.version.clone(),
                lineage: package.manifest.lineage.clone(),
                digest: package.digest.clone(),
                vetted: settings.vetted,
            },
            input: origin.input.clone(),
            accounts: settings.accounts.0.iter().map(party).collect(),
            allowed: origin.allowed.to_vec(),
            terms: Terms {
                file: file.to_owned(),
                place: serde_json::to_value(origin.place).unwrap_or_default(),
                adopt: settings.allowances.adopt,
                provoke: settings.provoke,
                policy: settings.allowances.policy.as_ref().map(|it| it.text().to_owned()),
            },
            steps: composed.steps.clone(),
            conditionals: composed.conditionals.clone(),
            repairs: Repair::of(&composed.steps),
            placeholders: composed.placeholders.clone(),
            observed: composed.observed.clone(),
            reads: composed.reads.clone(),
            forecast: composed.forecast.clone(),
            unread: composed.unread.clone(),
        }
    }

    /// Seeds of the two rehearsals: nothing but different, and nothing that a workflow could know.
    fn seeds(&self) -> [u64; 2] {
        let mut drawn = [0; 8];
        self.settings().entropy.fill(&mut drawn);
        let first = u64::from_le_bytes(drawn);
        [first, !first]
    }

    async fn rehearse_once(
        &self,
        workflow: &Prepared,
        input: &Json,
        (seed, start, replies, remembered): (u64, Timestamp, &Arc<Replies>, &[Remembered]),
        (secrets, approver, ledger): (Arc<Secrets>, &Arc<OnceAsked>, &Arc<Mutex<Ledger>>),
        reporter: &Arc<dyn Reporter>,
    ) -> Result<Rehearsal, RuntimeError> {
        let settings = self.settings();
        let time: Arc<PlanClock> = Arc::new(PlanClock::new(start));
        let ground = Ground {
            reads: settings.client.reads(),
            replies: Arc::clone(replies),
            gateway: settings.client.clock(),
            time: Arc::<PlanClock>::clone(&time),
        };
        let bound = settings.accounts.0.values().map(|bound| bound.account.clone());
        let overlay = Arc::new(Overlay::new(ground, bound, seed));
        remembered.iter().cloned().for_each(|it| overlay.remember(it));
        let recorder = Arc::new(Recorder::new(
            Arc::new(Nowhere),
            Arc::<PlanClock>::clone(&time),
            Arc::clone(&secrets),
            Box::new(Nowhere),
        ));
        let planning = Arc::new(Planning { overlay: Arc::clone(&overlay), book: Mutex::default() });
        let mut stage = self.stage(workflow, reporter, &recorder);
        stage.client = Arc::new(settings.client.over(Arc::<Overlay>::clone(&overlay)));
        stage.approver = Arc::<OnceAsked>::clone(approver);
        stage.clock = time;
        stage.accounts = introduced(&settings.accounts, &overlay);
        stage.secrets = secrets;
        stage.planning = Some(Arc::clone(&planning));
        // Nothing of it can leave the machine but reads.
        stage.scene.allowances = self.allowances(workflow, true);
        let driver = LiveDriver::new(stage, Arc::clone(ledger), Tape::default(), None);
        let outcome = workflow.run(Box::new(driver), settings.limits, &input.to_string()).await;
        // What was guessed at last, the workflow may have ended by.
        planning.note_guesses_of_last();
        let mut rehearsal = std::mem::take(&mut *planning.book());
        match outcome {
            Ok(_) => Ok(rehearsal),
            // Whatever a workflow says at its end, a plan is what it did until then.
            Err(error @ (RuntimeError::Failed { .. } | RuntimeError::Trapped { .. })) => {
                rehearsal.error = Some((crate::run::code_of(&error), error.to_string()));
                Ok(rehearsal)
            }
            Err(error) => Err(error),
        }
    }
}

/// What the workflow found to be wrong, each once: both rehearsals found it.
fn faults(ledger: &Ledger) -> Vec<Fault> {
    let mut faults: Vec<Fault> = Vec::new();
    for check in ledger.checks.iter().filter(|check| check.claim == Claim::Fails) {
        if faults.iter().all(|fault| fault.detail != check.detail) {
            faults.push(Fault { id: check.id.clone(), detail: check.detail.clone() });
        }
    }
    faults
}
