//! The steps of an undo, one after the other: each thing is looked at again, then called for, then waited
//! for.

use host_model::{Call, CallError, ErrorKind, RunId, Value, quote_within};
use host_policy::Consent;
use serde_json::json;

use super::desk::{Desk, Halt, Seen, resolve};
use super::follow::{Followed, machine};
use super::now::{Around, Standing};
use super::object::texts;
use super::order;
use super::outcome::{End, Ran, Report, said};
use super::step::{Stays, Step};
use crate::{Mark, RunEvent};

impl Desk {
    pub(super) async fn carry_out(
        &mut self,
        run: &RunId,
        steps: Vec<Step>,
        mark: &Mark,
        report: &mut Report,
    ) -> Result<(), End> {
        let steps = self.survey(steps, mark, report).await?;
        self.report_plan(run, &steps, report);
        let consent = match steps.as_slice() {
            [] => Consent::None,
            steps => self.agree(run, steps, report).await?,
        };
        report.gone_steps.iter().for_each(|step| self.forget(step));
        let all = steps.clone();
        let mut rest = steps;
        while !rest.is_empty() {
            if self.is_interrupted() {
                return Err(Halt::Interrupted.into());
            }
            let step = rest.remove(0);
            // Also those that are done: what they took away may be shown for a while.
            let around = Around { mark, steps: &all };
            let ran = self.run_step(&step, around, consent).await?;
            if matches!(ran, Ran::Done | Ran::Gone(_)) {
                self.forget(&step);
            }
            let before = report.stays.len();
            report.note(&step, ran);
            rest = order::without_held(rest, &mut report.stays);
            for stays in report.stays.iter().skip(before) {
                self.report(&stays_event(stays));
            }
        }
        Ok(())
    }

    /// The vault has no use for the secret of what is gone.
    fn forget(&self, step: &Step) {
        let Some(secret) = &step.forgets else { return };
        if let Err(error) = self.settings.secrets.forget(secret) {
            let message = format!("the {secret} stays in the vault: {error}");
            self.report(&RunEvent::Note { message: self.redact(&message) });
        }
    }

    /// Looks at each thing before anybody is asked: what is gone is no step, and what stays is known.
    async fn survey(
        &mut self,
        steps: Vec<Step>,
        mark: &Mark,
        report: &mut Report,
    ) -> Result<Vec<Step>, Halt> {
        let all = steps.clone();
        let mut kept = Vec::new();
        for step in steps {
            if self.is_interrupted() {
                return Err(Halt::Interrupted);
            }
            match self.standing(&step, Around { mark, steps: &all }).await? {
                Ok(Standing::There(..)) => kept.push(step),
                Ok(Standing::Gone(reason)) => {
                    report.gone.push(format!("{}: {reason}", step.about));
                    report.gone_steps.push(step);
                }
                Ok(Standing::Stays(reason)) => report.stays.push(order::held(&step, reason)),
                Err(error) => {
                    report.has_failed = true;
                    report.code.get_or_insert_with(|| error.code.clone());
                    report.stays.push(order::held(&step, unread(&error)));
                }
            }
        }
        Ok(order::without_held(kept, &mut report.stays))
    }

    /// Looks once more, then calls.
    async fn run_step(
        &mut self,
        step: &Step,
        around: Around<'_>,
        consent: Consent,
    ) -> Result<Ran, Halt> {
        self.await_settled(&step.call).await?;
        let (call, seen) = match self.standing(step, around).await? {
            Ok(Standing::There(call, seen)) => (call, seen),
            Ok(Standing::Gone(reason)) => return Ok(Ran::Gone(reason)),
            Ok(Standing::Stays(reason)) => return Ok(Ran::Stays(vec![order::held(step, reason)])),
            Err(error) => return Ok(Ran::Failed(order::held(step, unread(&error)))),
        };
        match self.send(step, &call, &seen, consent).await? {
            Ok(reply) => {
                let followed = self.follow(step, &call, &reply).await?;
                Ok(followed_by(step, followed))
            }
            Err(error) => self.refused(step, &call, &error, around, consent).await,
        }
    }

    async fn refused(
        &mut self,
        step: &Step,
        call: &Call,
        error: &CallError,
        around: Around<'_>,
        consent: Consent,
    ) -> Result<Ran, Halt> {
        let is_done = resolve(call).is_ok_and(|(_, it)| it.done.contains(&error.code));
        if is_done || error.kind == ErrorKind::NotFound && call.action != "RunCommand" {
            return Ok(Ran::Gone("it is gone already".to_owned()));
        }
        if call.action == "RunCommand" && error.code.starts_with("InvalidInstance") {
            return self.one_by_one(step, call, consent).await;
        }
        let words = said(error);
        Ok(match error.kind {
            ErrorKind::OutcomeUnknown => match self.standing(step, around).await? {
                Ok(Standing::Gone(_)) => Ran::Done,
                _ => Ran::Unknown(order::held(
                    step,
                    format!("whether it took effect is not known: {words}"),
                )),
            },
            // Something of others stands on it.
            ErrorKind::Conflict => Ran::Stays(vec![order::held(step, words)]),
            _ => Ran::Failed(order::held(step, words)),
        })
    }

    /// One machine that the cloud does not accept fails the call for all.
    async fn one_by_one(
        &mut self,
        step: &Step,
        call: &Call,
        consent: Consent,
    ) -> Result<Ran, Halt> {
        let mut stays = Vec::new();
        for id in texts(call, "InstanceId") {
            let mut one = call.clone();
            for (name, value) in &mut one.parameters {
                if name == "InstanceId" {
                    *value = Value::Json(json!([id]));
                }
            }
            match self.send(step, &one, &Seen::default(), consent).await? {
                Ok(reply) => {
                    if let Followed::Failed(failed) = self.follow(step, &one, &reply).await? {
                        stays.extend(failed.into_iter().map(|(it, why)| Stays::new(it, why)));
                    }
                }
                Err(error) if error.code == "InvalidInstance.NotFound" => {}
                Err(error) => {
                    let words = format!("`{}`: {}", error.code, quote_within(&error.message, 300));
                    stays.push(Stays::new(machine(&id), words));
                }
            }
        }
        Ok(if stays.is_empty() { Ran::Done } else { Ran::Stays(stays) })
    }
}

fn followed_by(step: &Step, followed: Followed) -> Ran {
    match followed {
        Followed::Done => Ran::Done,
        Followed::Failed(failed) => {
            let stays = failed.into_iter().map(|(object, reason)| {
                let stays = Stays::new(object, reason);
                Stays { holds: step.touches.clone(), ..stays }
            });
            Ran::Stays(stays.collect())
        }
    }
}

fn stays_event(stays: &Stays) -> RunEvent {
    RunEvent::Stays { object: stays.object.clone(), reason: stays.reason.clone() }
}

fn unread(error: &CallError) -> String {
    format!("what is there now cannot be read: {}", said(error))
}
