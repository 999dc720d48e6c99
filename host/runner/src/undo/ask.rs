//! What a person sees of an undo before it begins, and the one question.

use std::collections::BTreeSet;

use host_model::{Effect, RunId, Value, quote_within};
use host_policy::Consent;

use super::desk::{Desk, Halt};
use super::outcome::{End, Report};
use super::step::{Step, shown};
use crate::{Decision, Question, RunEvent, UndoLine};

/// Characters of a value in the question; the longest is a script.
const VALUE_SHOWN: usize = 24 << 10;

impl Desk {
    pub(super) fn report_plan(&self, run: &RunId, steps: &[Step], report: &Report) {
        let line = |step: &Step| UndoLine {
            account_name: step.call.identity.to_string(),
            account: step.account.to_string(),
            action: step.action(),
            sentence: self.redact(&step.sentence()),
        };
        self.report(&RunEvent::UndoPlanned {
            undoes: run.to_string(),
            steps: steps.iter().map(line).collect(),
            stays: report.stays.clone(),
        });
    }

    /// Asks once, with the whole list.
    pub(super) async fn agree(
        &self,
        run: &RunId,
        steps: &[Step],
        report: &Report,
    ) -> Result<Consent, End> {
        if self.settings.offline {
            return Ok(Consent::Offline);
        }
        if self.settings.unattended {
            return Ok(Consent::Unattended);
        }
        let question = self.question(run, steps, report);
        match self.settings.approver.ask(&question).await {
            Decision::Yes | Decision::YesToReads => Ok(Consent::Person),
            Decision::Interrupted => Err(Halt::Interrupted.into()),
            Decision::No => Err(End::Declined("the undo was declined; nothing was done".to_owned())),
            Decision::Nobody => Err(End::Declined(
                "an undo needs a person's yes, and there is no terminal to ask at: say `--yes` where \
                 nobody is there"
                    .to_owned(),
            )),
        }
    }

    fn question(&self, run: &RunId, steps: &[Step], report: &Report) -> Question {
        let mut risks: Vec<String> = Vec::new();
        let mut parameters = Vec::new();
        for (number, step) in (1..).zip(steps) {
            for risk in self.risks(step, steps) {
                if !risks.contains(&risk) {
                    risks.push(risk);
                }
            }
            let words =
                format!("{} ({}, account {})", step.sentence(), step.action(), step.account);
            parameters.push((number.to_string(), self.redact(&words)));
            for (name, value) in &step.call.parameters {
                let text = match value {
                    Value::Text(text) => quote_within(&self.redact(text), VALUE_SHOWN),
                    other => shown(other),
                };
                parameters.push((format!("{number} {name}"), text));
            }
        }
        for stays in &report.stays {
            parameters.push(("stays".to_owned(), format!("{}: {}", stays.object, stays.reason)));
        }
        let accounts: BTreeSet<String> = steps.iter().map(|it| it.account.to_string()).collect();
        let names: BTreeSet<String> = steps.iter().map(|it| it.call.identity.to_string()).collect();
        Question {
            account_name: names.into_iter().collect::<Vec<_>>().join(", "),
            account: accounts.into_iter().collect::<Vec<_>>().join(", "),
            action: "undo".to_owned(),
            effect: Effect::Delete,
            sentence: format!("take back run `{run}`, in this order: {} calls", steps.len()),
            risks,
            parameters,
        }
    }
}
