//! Rehearsals, and what two of them say.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use host_model::{AccountId, Call, Timestamp};
use host_plan::{Composed, Conditional, Observed, Rehearsal, Seen, compose, names_it};
use host_runtime::{Prepared, RuntimeError};
use host_simulator::{
    Caller, CallerIdentity, Ground, Guess, Known, Overlay, ReadId, Remembered, Replies,
};
use serde_json::Value as Json;

use super::clock::PlanClock;
use super::keys::introduced;
use super::nowhere::Nowhere;
use super::reads::OnceAsked;
use crate::ledger::Ledger;
use crate::live::LiveDriver;
use crate::record::{Recorder, Tape};
use crate::{Reporter, Run};

/// What a driver plans with.
#[derive(Debug)]
pub(crate) struct Planning {
    pub(crate) overlay: Arc<Overlay>,
    book: Mutex<Rehearsal>,
    /// Which observations of the book stand on a read.
    observations: Mutex<BTreeMap<ReadId, Vec<usize>>>,
}

impl Planning {
    /// Nothing is planned yet.
    fn over(overlay: Arc<Overlay>) -> Self {
        Self { overlay, book: Mutex::default(), observations: Mutex::default() }
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Rehearsal> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number of the step that is written down next.
    pub(crate) fn next_step(&self) -> u32 {
        u32::try_from(self.book().calls.len()).unwrap_or(u32::MAX).saturating_add(1)
    }

    /// Writes down what these reads showed together.
    pub(crate) fn note_observed(&self, observed: Observed, reads: &[ReadId]) {
        let mut book = self.book();
        let same = |it: &Observed| (it.step, &it.call) == (observed.step, &observed.call);
        if book.observed.iter().any(same) {
            return;
        }
        let mut observations = self.observations.lock().unwrap_or_else(PoisonError::into_inner);
        for read in reads {
            observations.entry(*read).or_default().push(book.observed.len());
        }
        book.observed.push(observed);
    }

    /// What the workflow read of the very things that a call names, and a call before it changed.
    pub(crate) fn changed_reads_of(&self, call: &Call) -> Vec<Call> {
        let book = self.book();
        let is_changed = |it: &Observed| {
            let mut earlier = book.calls.iter();
            !it.changed_by.is_empty() || earlier.any(|made| names_it(&it.call, &made.call))
        };
        let is_about = |it: &&Observed| it.step == 0 && names_it(&it.call, call) && is_changed(it);
        book.observed.iter().filter(is_about).map(|it| it.call.clone()).collect()
    }

    /// Writes down of what was observed that this step changed it.
    pub(crate) fn note_changes_by(&self, step: u32) {
        let changed = self.overlay.take_changed();
        let mut book = self.book();
        let observations = self.observations.lock().unwrap_or_else(PoisonError::into_inner);
        for index in changed.iter().filter_map(|read| observations.get(read)).flatten() {
            if let Some(observed) = book.observed.get_mut(*index) {
                observed.changed_by.push(step);
            }
        }
    }

    /// Takes note of what was guessed since the last time, in answers to the call that was written down last, or
    /// to reads after it.
    pub(crate) fn note_guesses_of_last(&self) {
        let mut book = self.book();
        let certain = book.calls.len();
        let conditional = book.calls.last().and_then(|call| call.conditional);
        self.note_guesses(&mut book, certain, conditional);
    }

    /// The same, in the answer to the call that is written down next, in that conditional.
    pub(crate) fn note_guesses_of_next(&self, conditional: Option<u32>) {
        let mut book = self.book();
        let certain = book.calls.len() + 1;
        self.note_guesses(&mut book, certain, conditional);
    }

    fn note_guesses(&self, book: &mut Rehearsal, certain: usize, conditional: Option<u32>) {
        for guess in self.overlay.take_guesses() {
            match guess {
                Guess::Unknown(why) => book.guess(certain, conditional, why),
                Guess::Remembered { run, at } => book.remember(certain, Seen { run, at }),
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

/// What all rehearsals of one plan share.
pub(super) struct Shared<'a> {
    pub(super) workflow: &'a Prepared,
    pub(super) input: &'a Json,
    /// When the planned run begins: all of them begin then.
    pub(super) start: Timestamp,
    /// Of the two rehearsals of a round: nothing but different, and nothing that a workflow could know.
    pub(super) seeds: [u64; 2],
    /// What was read already: no rehearsal sends what another one sent.
    pub(super) replies: Arc<Replies>,
    pub(super) remembered: Vec<Remembered>,
    pub(super) approver: Arc<OnceAsked>,
    pub(super) reporter: &'a Arc<dyn Reporter>,
}

/// What two rehearsals say together.
pub(super) struct Round {
    pub(super) composed: Composed,
    pub(super) ledger: Ledger,
}

impl Round {
    /// Whether it got further than another one.
    pub(super) fn is_beyond(&self, other: &Self) -> bool {
        let (here, there) = (&self.composed, &other.composed);
        here.steps.len() >= there.steps.len() && here.error != there.error
    }
}

impl Run {
    /// Rehearses twice. Whoever supposes takes it that nothing is there where nobody may look.
    pub(super) async fn rehearse_twice(
        &self,
        shared: &Shared<'_>,
        supposes: bool,
    ) -> Result<Round, RuntimeError> {
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let [first, second] = shared.seeds;
        let first = self.rehearse_once(shared, (first, supposes), &ledger).await?;
        let second = self.rehearse_once(shared, (second, supposes), &ledger).await?;
        let ledger = std::mem::take(&mut *ledger.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(Round { composed: compose(&first, &second), ledger })
    }

    async fn rehearse_once(
        &self,
        shared: &Shared<'_>,
        (seed, supposes): (u64, bool),
        ledger: &Arc<Mutex<Ledger>>,
    ) -> Result<Rehearsal, RuntimeError> {
        let settings = self.settings();
        let Shared { workflow, input, start, replies, remembered, approver, reporter, .. } = shared;
        let secrets = Arc::new(settings.secrets.scratch());
        let time: Arc<PlanClock> = Arc::new(PlanClock::new(*start));
        let ground = Ground {
            reads: settings.client.reads(),
            replies: Arc::clone(replies),
            gateway: settings.client.clock(),
            time: Arc::<PlanClock>::clone(&time),
        };
        let bound = settings.accounts.0.values().map(|bound| bound.account.clone());
        let overlay = Arc::new(Overlay::new(ground, bound, seed));
        remembered.iter().cloned().for_each(|it| overlay.remember(it));
        if supposes {
            overlay.suppose();
        }
        let recorder = Arc::new(Recorder::new(
            Arc::new(Nowhere),
            Arc::<PlanClock>::clone(&time),
            Arc::clone(&secrets),
            Box::new(Nowhere),
        ));
        let planning = Arc::new(Planning::over(Arc::clone(&overlay)));
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
