//! An undo from start to end: it looks, asks once, and takes back step by step. It is a run of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use host_journal::Writer;
use host_model::{CallError, ErrorKind, RunId, quote_within};
use host_policy::{Consent, Scene};
use serde_json::json;

use super::desk::{Desk, Halt, Seen};
use super::follow::{Followed, machine};
use super::now::{Around, Standing};
use super::object::texts;
use super::step::{Stays, Step, shown};
use super::{Others, UndoInput, order, plan};
use crate::record::{self, Begun, Entry, Numbered, Recorder};
use crate::{
    Decision, Mark, Question, Reporter, RunError, RunEvent, RunSettings, UndoLine, Verdict,
};

/// Characters of a value in the question; the longest is a script.
const VALUE_SHOWN: usize = 24 << 10;

/// The scripts of the component that the run was begun with, by their digests.
#[derive(Debug, Clone, Default)]
pub struct Scripts {
    /// All that its manifest declares.
    pub declared: BTreeSet<String>,
    /// Those that only look.
    pub looks: BTreeSet<String>,
}

/// An undo that is about to begin.
#[derive(Debug)]
pub struct Undo {
    id: RunId,
    settings: RunSettings,
    scripts: Scripts,
}

/// What came of a step.
enum Ran {
    Done,
    Gone(String),
    Stays(Vec<Stays>),
    /// Whether it took effect is not known.
    Unknown(Stays),
    /// It did not work, and might another time.
    Failed(Stays),
}

/// What came of all steps.
#[derive(Default)]
struct Report {
    removed: Vec<String>,
    gone: Vec<String>,
    /// Steps of which nothing is left; an earlier undo may have died before the vault forgot.
    gone_steps: Vec<Step>,
    stays: Vec<Stays>,
    is_unknown: bool,
    has_failed: bool,
    code: Option<String>,
}

impl Undo {
    /// An undo of that id.
    pub const fn new(id: RunId, settings: RunSettings, scripts: Scripts) -> Self {
        Self { id, settings, scripts }
    }

    /// Takes back the run of `entries`. `Err` means that nothing was begun.
    ///
    /// # Errors
    ///
    /// The run has no beginning, an account is another one than then, or nothing can be written down.
    pub async fn start(
        self,
        run: &RunId,
        entries: &[Numbered],
        reporter: Arc<dyn Reporter>,
    ) -> Result<record::Ended, RunError> {
        let begun = record::begun(entries)
            .ok_or_else(|| record::RecordError::BeginningMissing { run: run.clone() })?;
        if begun.undoes.is_some() {
            return Err(RunError::UndoOfUndo { run: run.clone() });
        }
        self.check_accounts(begun)?;
        let journal = Arc::clone(&self.settings.journal);
        let others = Others::of(journal.as_ref(), run, &begun.place).await?;
        let first = Entry::Begun(self.begun(run, begun));
        let first = record::new_entry(&first, self.settings.clock.as_ref());
        let writer = journal.begin(&self.id, None, first).await?;
        let input = UndoInput { others: &others.usages, looks: self.scripts.looks.clone() };
        let planned = plan(entries, &input);
        let mark = mark_of(begun);
        let mut desk = self.desk(writer, &reporter);
        report_start(&desk, begun);
        for reason in &others.unread {
            let message = format!("what one run uses is not known: {}", quote_within(reason, 300));
            desk.report(&RunEvent::Note { message });
        }
        let mut report = Report { stays: planned.stays, ..Report::default() };
        let ended = desk.carry_out(run, planned.steps, &mark, &mut report).await;
        Ok(desk.end(run, report, ended).await)
    }

    /// The account behind each name is the one of then; who signs in it may be somebody else.
    fn check_accounts(&self, begun: &Begun) -> Result<(), RunError> {
        for (name, party) in &begun.accounts {
            let Some(bound) = self.settings.accounts.0.get(name) else { continue };
            if bound.account.as_str() != party.account {
                return Err(RunError::AccountDifferent {
                    name: name.clone(),
                    before: party.account.clone(),
                    now: bound.account.to_string(),
                });
            }
        }
        Ok(())
    }

    fn begun(&self, run: &RunId, of: &Begun) -> Begun {
        let settings = &self.settings;
        let party = |(name, bound): (&String, &crate::Bound)| {
            let (account, arn) = (bound.account.to_string(), bound.arn.clone());
            (name.clone(), record::Party { account, arn })
        };
        Begun {
            format: record::FORMAT,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            workflow: of.workflow.clone(),
            input: serde_json::Value::Null,
            accounts: settings.accounts.0.iter().map(party).collect(),
            mark: of.mark.clone(),
            allowed: Vec::new(),
            adopt: false,
            provoke: false,
            unattended: settings.unattended,
            place: of.place.clone(),
            undoes: Some(run.to_string()),
        }
    }

    fn desk(self, writer: Box<dyn Writer>, reporter: &Arc<dyn Reporter>) -> Desk {
        let Self { id, settings, scripts } = self;
        let recorder = Recorder::new(
            Arc::clone(&settings.journal),
            Arc::clone(&settings.clock),
            Arc::clone(&settings.secrets),
            writer,
        );
        let scene = Scene {
            declared: BTreeSet::new(),
            bound: settings.accounts.0.values().map(|bound| bound.account.clone()).collect(),
            commands: scripts.declared,
            allowances: settings.allowances.clone(),
            mark: settings.mark.text(),
            offline: settings.offline,
        };
        Desk {
            id,
            settings,
            scene,
            recorder: Arc::new(recorder),
            reporter: Arc::clone(reporter),
            last_write: None,
            calls: 0,
            changes: 0,
        }
    }
}

/// What the run marked its things with, whatever is configured now.
fn mark_of(begun: &Begun) -> Mark {
    let (key, lineage) = begun.mark.split_once('=').unwrap_or((begun.mark.as_str(), ""));
    Mark::new(key, lineage, Vec::new())
}

fn report_start(desk: &Desk, of: &Begun) {
    let accounts = desk.settings.accounts.0.iter();
    desk.report(&RunEvent::RunStarted {
        workflow: of.workflow.name.clone(),
        workflow_version: of.workflow.version.clone(),
        digest: of.workflow.digest.clone(),
        vetted: of.workflow.vetted,
        simulated: desk.settings.offline,
        accounts: accounts.map(|(name, it)| (name.clone(), it.account.to_string())).collect(),
    });
}

/// Why not everything was tried.
enum End {
    Declined(String),
    Halted(Halt),
}

impl From<Halt> for End {
    fn from(halt: Halt) -> Self {
        Self::Halted(halt)
    }
}

impl Desk {
    async fn carry_out(
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
        let mut rest = steps;
        while !rest.is_empty() {
            if self.is_interrupted() {
                return Err(Halt::Interrupted.into());
            }
            let step = rest.remove(0);
            let mut all = vec![step.clone()];
            all.extend(rest.iter().cloned());
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

    fn report_plan(&self, run: &RunId, steps: &[Step], report: &Report) {
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
    async fn agree(&self, run: &RunId, steps: &[Step], report: &Report) -> Result<Consent, End> {
        if self.settings.offline {
            return Ok(Consent::Offline);
        }
        if self.settings.unattended {
            return Ok(Consent::Unattended);
        }
        let question = self.question(run, steps, report);
        match self.settings.approver.ask(&question).await {
            Decision::Yes | Decision::YesToReads => Ok(Consent::Person),
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
            for risk in self.risks(step, &step.call) {
                if !risks.contains(&risk) {
                    risks.push(risk);
                }
            }
            let words =
                format!("{} ({}, account {})", step.sentence(), step.action(), step.account);
            parameters.push((number.to_string(), self.redact(&words)));
            for (name, value) in &step.call.parameters {
                let text = match value {
                    host_model::Value::Text(text) => quote_within(&self.redact(text), VALUE_SHOWN),
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
            effect: host_model::Effect::Delete,
            sentence: format!("take back run `{run}`, in this order: {} calls", steps.len()),
            risks,
            parameters,
        }
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
        call: &host_model::Call,
        error: &CallError,
        around: Around<'_>,
        consent: Consent,
    ) -> Result<Ran, Halt> {
        let is_done = super::desk::resolve(call).is_ok_and(|(_, it)| it.done.contains(&error.code));
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
        call: &host_model::Call,
        consent: Consent,
    ) -> Result<Ran, Halt> {
        let mut stays = Vec::new();
        for id in texts(call, "InstanceId") {
            let mut one = call.clone();
            for (name, value) in &mut one.parameters {
                if name == "InstanceId" {
                    *value = host_model::Value::Json(json!([id]));
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

    /// The end: the verdict, the vault, and the last entry.
    async fn end(&mut self, run: &RunId, report: Report, ended: Result<(), End>) -> record::Ended {
        let (verdict, reason, code, stopped) = conclude(run, &report, &ended, self.changes);
        let output = json!({
            "undoes": run.to_string(),
            "removed": report.removed,
            "gone": report.gone,
            "stays": report.stays,
        });
        let output = self.redact(&output.to_string());
        let ended = record::Ended {
            verdict,
            reason: self.redact(&reason),
            code,
            exit: verdict.exit(),
            stopped,
            changes: self.changes,
            looks: 0,
            calls: self.calls,
            proofs: Vec::new(),
            output: serde_json::from_str(&output).ok(),
        };
        let written = self.write(Entry::Ended(ended.clone())).await;
        let record = ended.clone();
        self.report(&RunEvent::RunEnded {
            verdict,
            reason: record.reason,
            code: record.code,
            hint: hint_of(run, verdict),
            exit: record.exit,
            changes: record.changes,
            looks: 0,
            calls: record.calls,
            proofs: Vec::new(),
            output: record.output,
        });
        if let Err(Halt::Unrecorded(error)) = written {
            let message = format!("how the undo ended could not be written down: {error}");
            self.report(&RunEvent::Note { message });
        }
        ended
    }
}

impl Report {
    fn note(&mut self, step: &Step, ran: Ran) {
        match ran {
            Ran::Done => self.removed.push(step.sentence()),
            Ran::Gone(reason) => self.gone.push(format!("{}: {reason}", step.about)),
            Ran::Stays(stays) => {
                // Several scripts may find the same.
                for one in stays {
                    if !self.stays.contains(&one) {
                        self.stays.push(one);
                    }
                }
            }
            Ran::Unknown(stays) => {
                self.is_unknown = true;
                self.stays.push(stays);
            }
            Ran::Failed(stays) => {
                self.has_failed = true;
                self.stays.push(stays);
            }
        }
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

/// An error for people, with what would allow what was denied.
fn said(error: &CallError) -> String {
    let (code, message) = (quote_within(&error.code, 80), quote_within(&error.message, 300));
    match error.details.get("grant") {
        Some(grant) => format!("`{code}`: {message} (`{grant}` allows it)"),
        None => format!("`{code}`: {message}"),
    }
}

fn unread(error: &CallError) -> String {
    format!("what is there now cannot be read: {}", said(error))
}

fn conclude(
    run: &RunId,
    report: &Report,
    ended: &Result<(), End>,
    changes: u32,
) -> (Verdict, String, Option<String>, bool) {
    let count = report.stays.len();
    match ended {
        Err(End::Declined(reason)) => {
            (Verdict::Denied, reason.clone(), Some("run.declined".to_owned()), true)
        }
        Err(End::Halted(Halt::Interrupted)) => {
            let reason = "the undo was interrupted".to_owned();
            (Verdict::Stopped, reason, Some("run.interrupted".to_owned()), true)
        }
        Err(End::Halted(Halt::Unrecorded(error))) => {
            let reason =
                format!("nothing more was done, because it could not be written down: {error}");
            (Verdict::Stopped, reason, Some("run.journal-unkept".to_owned()), true)
        }
        Ok(()) if report.is_unknown => {
            let reason = format!("whether a call took effect is not known; {count} things stay");
            (Verdict::Indeterminate, reason, report.code.clone(), false)
        }
        Ok(()) if report.has_failed => {
            let verdict = if changes > 0 { Verdict::Partial } else { Verdict::Failed };
            let reason = format!("not everything could be taken back; {count} things stay");
            (verdict, reason, report.code.clone(), false)
        }
        Ok(()) => {
            let stays = match count {
                0 => "nothing stays".to_owned(),
                1 => "1 thing stays, as listed".to_owned(),
                many => format!("{many} things stay, as listed"),
            };
            (Verdict::Done, format!("run `{run}` is taken back; {stays}"), None, false)
        }
    }
}

fn hint_of(run: &RunId, verdict: Verdict) -> Option<String> {
    let again = matches!(
        verdict,
        Verdict::Stopped | Verdict::Indeterminate | Verdict::Partial | Verdict::Failed
    );
    again.then(|| format!("`host undo {run}` goes on: what is gone is skipped"))
}
