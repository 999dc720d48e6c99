//! A run from a plan: each write is the next step that was approved, on a cloud that is as it was, or
//! nothing.

use host_model::{Call, CallError, ErrorKind, Reply};
use host_plan::{Allowed, Approved, Concern, Foreseen, How, Observed, Shown, Step};
use host_policy::{Consent, Permit};
use host_runtime::{Answer, Event, Stop};

use super::judge::Brief;
use super::{Identity, LiveDriver};
use crate::ledger::Stale;
use crate::record::ApprovedPlan;

/// How far a run has come in its plan.
#[derive(Debug)]
pub(super) struct Progress {
    approved: Approved,
    observed: Vec<Observed>,
    how: How,
    /// The step that was begun last, until it is answered.
    current: Option<u32>,
    /// How many steps there are.
    of: u32,
}

impl Progress {
    pub(super) fn new(plan: &ApprovedPlan) -> Self {
        Self {
            approved: Approved::new(&plan.plan),
            observed: plan.plan.observed.clone(),
            how: plan.approval.how,
            current: None,
            of: u32::try_from(plan.plan.steps.len()).unwrap_or(u32::MAX),
        }
    }
}

/// Where a call stands.
enum Place {
    /// It is the next step.
    Step(u32),
    /// The plan could not say what comes here.
    Forecast,
}

impl LiveDriver {
    /// The consent that the approved plan gives to a write; `None` where there is no plan, or where it is a
    /// forecast, so that it is asked for again.
    pub(super) async fn consent_by_plan(
        &mut self,
        asked: &Call,
        brief: &Brief<'_>,
    ) -> Result<Option<Consent>, Stop> {
        if !brief.action.effect.is_write() || self.approved.is_none() {
            return Ok(None);
        }
        let step = match self.place(asked) {
            Ok(Place::Step(step)) => step,
            Ok(Place::Forecast) => return Ok(None),
            Err(reason) => return Err(self.violated(asked, reason).await?),
        };
        let ground = |it: &Progress| -> Vec<Observed> {
            it.approved.ground(step, &it.observed).into_iter().cloned().collect()
        };
        let ground = self.approved.as_ref().map(ground).unwrap_or_default();
        self.check_unchanged(&ground).await?;
        self.check_foreseen(step).await?;
        let how = self.approved.as_ref().map(|it| it.how);
        Ok(Some(match how {
            _ if self.stage.scene.offline => Consent::Offline,
            Some(How::Yes) => Consent::Unattended,
            _ => Consent::Person,
        }))
    }

    /// A step that was approved was permitted then. If the call in its place is denied now, that may be for what
    /// somebody changed since: then the plan is stale, and nobody should be told how to allow it.
    pub(super) async fn check_denied(&self, asked: &Call) -> Result<(), Stop> {
        let Some(progress) = &self.approved else { return Ok(()) };
        let left = progress.approved.left();
        let is_it = |step: &&&Step| {
            (&step.call.product, &step.call.action) == (&asked.product, &asked.action)
        };
        let Some(step) = left.first().filter(is_it) else { return Ok(()) };
        let number = step.number;
        let ground = progress.approved.ground(number, &progress.observed);
        let ground: Vec<Observed> = ground.into_iter().cloned().collect();
        self.check_unchanged(&ground).await?;
        self.check_foreseen(number).await
    }

    /// Whether the plan that was approved was made with reads of this kind.
    pub(super) fn reads_by_plan(&self, brief: &Brief<'_>) -> bool {
        let is_it = |it: &Observed| {
            it.call.product == brief.product.key && it.call.action == brief.action.name
        };
        self.approved.as_ref().is_some_and(|progress| progress.observed.iter().any(is_it))
    }

    /// The step of the plan that is under way, and how many there are.
    pub(super) fn planned(&self) -> Option<(u32, u32)> {
        let progress = self.approved.as_ref()?;
        Some((progress.current?, progress.of))
    }

    /// Whether the plan lets the host remove what a lost reply to the step under way leaves behind. What is a
    /// forecast was asked for by itself.
    pub(super) fn may_mend(&self) -> bool {
        let Some(progress) = &self.approved else { return true };
        progress.current.is_none_or(|step| progress.approved.may_mend(step))
    }

    /// Goes past a step that an earlier process took.
    pub(super) fn pass_planned(&mut self, asked: &Call) -> Result<(), Stop> {
        match self.place(asked) {
            Ok(_) => Ok(()),
            Err(reason) => Err(Stop::Unplanned { reason }),
        }
    }

    /// Takes note of a part that turned out to be needed.
    pub(super) fn enter_planned(&mut self, title: &str) {
        if let Some(progress) = &mut self.approved {
            progress.approved.enter(title);
        }
    }

    /// Takes note of its end.
    pub(super) fn leave_planned(&mut self) {
        if let Some(progress) = &mut self.approved {
            progress.approved.leave();
        }
    }

    /// Takes over what the reply to a step brought. A step that was approved as one that is refused, and is
    /// done, ends the run: nobody agreed to that.
    pub(super) fn note_planned(&mut self, answer: &Answer) -> Result<(), Stop> {
        let Some(progress) = &mut self.approved else { return Ok(()) };
        let (Some(step), Answer::Reply { reply }) = (progress.current.take(), answer) else {
            return Ok(());
        };
        if progress.approved.is_to_be_refused(step) {
            let reason = format!(
                "step {step} of the plan was approved as one that is refused, and the cloud did it"
            );
            return Err(Stop::Unplanned { reason });
        }
        progress.approved.answered(step, &reply.body, &reply.secrets);
        Ok(())
    }

    fn place(&mut self, asked: &Call) -> Result<Place, String> {
        let Some(progress) = &mut self.approved else { return Ok(Place::Forecast) };
        let (place, step) = match progress.approved.next(asked) {
            Ok(Allowed::Planned(step)) => (Place::Step(step.number), Some(step.number)),
            Ok(Allowed::Forecast { step, .. }) => (Place::Forecast, step.map(|step| step.number)),
            Err(mismatch) => return Err(mismatch.to_string()),
        };
        progress.current = step;
        Ok(place)
    }

    /// Looks again at what steps stand on.
    async fn check_unchanged(&self, ground: &[Observed]) -> Result<(), Stop> {
        let Some(progress) = &self.approved else { return Ok(()) };
        for observed in ground {
            let look = progress.approved.filled_call(&observed.call);
            let permit =
                self.resolve(&look).ok().and_then(|(product, read)| Permit::to_look(product, read));
            let (Some(permit), Ok(identity)) = (permit, self.looker(&look)) else {
                // What the workflow read for itself only explains a difference; a step stands on its looks.
                if observed.step == 0 {
                    continue;
                }
                let step = observed.step;
                let reason = format!(
                    "the plan is stale: what step {step} stands on cannot be looked at again"
                );
                return Err(Stop::Stale { reason, drift: Vec::new() });
            };
            let now = Shown::of(&self.send_own(&identity, permit, &look, None).await);
            if now.digest() != observed.digest {
                let Stale { reason, drift } = self.stale(observed, &look, &identity, now);
                return Err(Stop::Stale { reason, drift });
            }
        }
        Ok(())
    }

    /// Looks at what the run itself made or changed, before a step that is about it: others may not have put
    /// themselves in between.
    async fn check_foreseen(&self, step: u32) -> Result<(), Stop> {
        let foreseen = self.approved.as_ref().map(|it| it.approved.foreseen(step));
        for Foreseen { call: look, shown, .. } in foreseen.into_iter().flatten() {
            let permit =
                self.resolve(&look).ok().and_then(|(product, read)| Permit::to_look(product, read));
            let (Some(permit), Ok(identity)) = (permit, self.looker(&look)) else { continue };
            let now = Shown::of(&self.send_own(&identity, permit, &look, None).await).telling();
            let [was, now] = [shown, now].map(|it| self.redacted_shown(it));
            let drift = host_plan::differences(&was, &now);
            if !drift.is_empty() {
                let what = self.what_shows(&look, &identity);
                let reason = format!("the plan is stale: {what} is not what the run made of it");
                let drift = drift.iter().map(ToString::to_string).collect();
                return Err(Stop::Stale { reason, drift });
            }
        }
        Ok(())
    }

    /// Takes note of what a workflow reads for itself, if somebody changed it since the plan. A workflow that finds
    /// it may go on, give up, or ask for something else.
    pub(super) fn note_stale(&self, read: &Call, answer: &Result<Reply, CallError>) {
        let Some(progress) = &self.approved else { return };
        let is_it =
            |it: &&Observed| it.step == 0 && progress.approved.filled_call(&it.call) == *read;
        let Some(seen) = progress.observed.iter().find(is_it) else { return };
        let Some(concern) = progress.approved.concern(seen) else { return };
        let known = self.ledger().stale.as_ref().map(|(known, _)| *known);
        let now = Shown::of(&answer.as_ref().map(|it| it.body.clone()).map_err(Clone::clone));
        let Ok(identity) = self.identity(&read.identity) else { return };
        if concern >= self.least() && known < Some(concern) && now.digest() != seen.digest {
            self.ledger().stale = Some((concern, self.stale(seen, read, &identity, now)));
        }
    }

    /// What tells that somebody else was there. A run that has changed something may have changed lists as well that
    /// no step names, and nobody foresees when: agents that it installed begin to report.
    fn least(&self) -> Concern {
        if self.ledger().has_changed() { Concern::Named } else { Concern::Besides }
    }

    /// What somebody changed since the plan was made.
    fn stale(&self, observed: &Observed, look: &Call, identity: &Identity, now: Shown) -> Stale {
        let what = self.what_shows(look, identity);
        let reason = format!("the plan is stale: {what} is not what it was when the plan was made");
        // A secret that was not known when the plan was made may be known now.
        let was = observed.shown.clone().map(|it| self.redacted_shown(it));
        let drift = host_plan::drift(was.as_ref(), &self.redacted_shown(now));
        Stale { reason, drift: drift.iter().map(ToString::to_string).collect() }
    }

    /// A read and its thing, in words.
    fn what_shows(&self, look: &Call, identity: &Identity) -> String {
        let account = &identity.facts.account;
        let place = match self.account_name(&identity.facts) {
            Some(name) => format!("{name} ({account})"),
            None => format!("account {account}"),
        };
        let (product, action, subject) = (&look.product, &look.action, host_plan::subject(look));
        format!("what `{product}:{action}` shows of {subject} in {place}")
    }

    /// Why a call is no step of the plan: the cloud is another one than it was, or the workflow does
    /// something else. The latter is written down.
    async fn violated(&self, asked: &Call, reason: String) -> Result<Stop, Stop> {
        let least = self.least();
        let others = self.approved.as_ref().map(|it| it.approved.untouched(&it.observed, least));
        let others: Vec<Observed> = others.into_iter().flatten().cloned().collect();
        self.check_unchanged(&others).await.map_err(|stop| match stop {
            Stop::Stale { reason, drift } => {
                let reason = format!("{reason}; the workflow asks for something else by now");
                Stop::Stale { reason, drift }
            }
            other => other,
        })?;
        let error = CallError::new(ErrorKind::Denied, "plan.violated", reason.clone());
        self.note_answered(Event::Call(asked.clone()), &Answer::Error { error }, None).await?;
        Ok(Stop::Unplanned { reason })
    }
}
