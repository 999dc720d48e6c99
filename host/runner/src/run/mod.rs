//! A run, from start to end.

mod ending;
mod stage;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use host_client::Client;
use host_journal::{Journal, Writer};
use host_model::RunId;
use host_plan::How;
use host_policy::Allowances;
use host_ports::{Clock, Entropy};
use host_runtime::{Limits, Prepared, RuntimeError};
use serde_json::Value as Json;

use crate::ledger::{CallRecord, Ledger, Recorded};
use crate::live::LiveDriver;
use crate::plan::Nowhere;
use crate::record::{
    self, ApprovedPlan, Begun, Entry, FORMAT, Numbered, Party, Place, Recorder, Resumed, Tape,
};
use crate::settling::Settling;
use crate::{
    Approver, BoundAccounts, Mark, Reporter, RunError, RunEvent, Secrets, Verdict, is_same_caller,
    verdict,
};

use self::ending::{drift_of, hint_of, is_stopped, stale_rather, verdict_of, without_wishes};

pub(crate) use ending::code_of;
pub(crate) use stage::looks;

/// What a run stands on. Everything outside is reached through ports, so that the offline cloud and the
/// real one differ only in what is put here.
#[derive(Debug)]
pub struct RunSettings {
    /// What sends calls.
    pub client: Arc<Client>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The accounts, confirmed.
    pub accounts: BoundAccounts,
    /// What the operator named.
    pub allowances: Allowances,
    /// The mark on what the run makes.
    pub mark: Mark,
    /// The secrets.
    pub secrets: Arc<Secrets>,
    /// Where the run is written down.
    pub journal: Arc<dyn Journal>,
    /// What the journal calls the vault: its folder below the state folder.
    pub vault: String,
    /// Whoever can be asked.
    pub approver: Arc<dyn Approver>,
    /// Set when the operator interrupts.
    pub interrupted: Arc<AtomicBool>,
    /// What the workflow may use up.
    pub limits: Limits,
    /// Whether the cloud is the offline one: nothing is asked.
    pub offline: bool,
    /// `--yes`.
    pub unattended: bool,
    /// Whether the component's digest is in the vetted index.
    pub vetted: bool,
    /// Whether calls that are meant to be refused may be sent.
    pub provoke: bool,
}

/// A run that is about to begin.
#[derive(Debug)]
pub struct Run {
    id: RunId,
    settings: RunSettings,
}

/// How far a clock may be behind the last entry of a run that is gone on with.
const CLOCK_BACK_MAX: Duration = Duration::from_secs(5);

/// What a run begins with, for the journal.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// Its input.
    pub input: &'a Json,
    /// The words of `--allow` and of `host.toml`.
    pub allowed: &'a [String],
    /// Where the cloud is.
    pub place: &'a Place,
    /// The plan that was approved; without one, each write needs a consent of its own.
    pub plan: Option<&'a ApprovedPlan>,
}

/// What is there of a run that is gone on with.
#[derive(Debug)]
pub struct Past {
    /// Its entries.
    pub entries: Vec<Numbered>,
    /// Its writer.
    pub writer: Box<dyn Writer>,
}

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// What the journal has of it.
    pub record: record::Ended,
    /// What to do next, if the host knows.
    pub hint: Option<String>,
    /// The error that ended it, if one did.
    pub error: Option<RuntimeError>,
}

impl Ended {
    /// The event that tells it.
    pub fn event(&self) -> RunEvent {
        let record = self.record.clone();
        RunEvent::RunEnded {
            verdict: record.verdict,
            reason: record.reason,
            code: record.code,
            hint: self.hint.clone(),
            exit: record.exit,
            stopped: record.stopped,
            changes: record.changes,
            looks: record.looks,
            calls: record.calls,
            proofs: record.proofs,
            output: record.output,
            drift: record.drift,
        }
    }
}

impl RunSettings {
    /// What runs of this installation wrote so lately that not everybody may see it.
    pub(crate) async fn recent(&self, place: &Place) -> Settling {
        let until = self.clock.now();
        let window = i64::try_from(self.client.settle_window().as_millis()).unwrap_or(i64::MAX);
        let from = until.plus_millis(-window);
        Settling::recent(self.journal.as_ref(), place, (from, until)).await
    }
}

impl Run {
    /// A run of that id, which [`Run::id_of`] made.
    pub const fn new(id: RunId, settings: RunSettings) -> Self {
        Self { id, settings }
    }

    /// An id for a run that begins now.
    pub fn id_of(clock: &dyn Clock, entropy: &dyn Entropy) -> RunId {
        let mut randomness = [0; 4];
        entropy.fill(&mut randomness);
        RunId::new(clock.now(), randomness)
    }

    pub(crate) const fn settings(&self) -> &RunSettings {
        &self.settings
    }

    /// The run's id.
    pub const fn id(&self) -> &RunId {
        &self.id
    }

    /// Runs the workflow to its end. `bytes` are the component's own, which the journal keeps: going on with
    /// a run, and taking it back, need no file. `Err` means that nothing was begun.
    pub async fn start(
        self,
        workflow: &Prepared,
        bytes: &[u8],
        origin: &Origin<'_>,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Ended, RunError> {
        self.settings.accounts.check(&workflow.package().manifest)?;
        let begun = Entry::Begun(self.begun(workflow, origin));
        let first = record::new_entry(&begun, self.settings.clock.as_ref());
        let component = Some((workflow.package().digest.as_str(), bytes));
        let writer = self.settings.journal.begin(&self.id, component, first).await?;
        self.report_start(workflow, reporter.as_ref());
        self.go(
            workflow,
            (origin.input, origin.plan, origin.place),
            writer,
            Tape::default(),
            reporter,
        )
        .await
    }

    /// Goes on with a run that died or was stopped: from the journal up to where it was, then live. `Err`
    /// means that nothing was done.
    pub async fn resume(
        self,
        workflow: &Prepared,
        past: Past,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Ended, RunError> {
        let Past { entries, mut writer } = past;
        let manifest = &workflow.package().manifest;
        self.settings.accounts.check(manifest)?;
        let (tape, again_from) = Tape::of(&self.id, &entries)?;
        let begun = record::begun(&entries)
            .ok_or_else(|| record::RecordError::BeginningMissing { run: self.id.clone() })?;
        if let Some(undoes) = begun.undoes.clone() {
            return Err(RunError::UndoResumed { run: self.id.clone(), undoes });
        }
        self.check_same(begun, &entries)?;
        let host_version = env!("CARGO_PKG_VERSION").to_owned();
        let resumed = Entry::Resumed(Resumed { host_version, again_from });
        let resumed = record::new_entry(&resumed, self.settings.clock.as_ref());
        writer.append(&[resumed], &[]).await?;
        self.report_start(workflow, reporter.as_ref());
        let beginning = (&begun.input, begun.plan.as_deref(), &begun.place);
        self.go(workflow, beginning, writer, tape, reporter).await
    }

    /// Settles what runs of this workflow left that died while they asked for an AccessKey: before a run
    /// is planned, since nothing is settled then. A run without a plan does so when it begins.
    pub async fn settle_notes(&self, workflow: &Prepared, reporter: &Arc<dyn Reporter>) {
        let mut driver = self.unrecorded(workflow, reporter);
        driver.settle_notes(self.settings.journal.as_ref()).await;
    }

    /// Waits until what other runs wrote lately can be read: before a run is planned, since a plan takes what
    /// it reads as it is. What cannot be read is not waited for.
    pub(crate) async fn settle_recent(
        &self,
        workflow: &Prepared,
        place: &Place,
        reporter: &Arc<dyn Reporter>,
    ) {
        let recent = self.settings.recent(place).await;
        self.unrecorded(workflow, reporter).after(recent).settle_recent().await;
    }

    /// What calls for the host itself, of which nothing is written down.
    pub(crate) fn unrecorded(
        &self,
        workflow: &Prepared,
        reporter: &Arc<dyn Reporter>,
    ) -> LiveDriver {
        let RunSettings { journal, clock, secrets, .. } = &self.settings;
        let writer = Box::new(Nowhere);
        let recorder =
            Recorder::new(Arc::clone(journal), Arc::clone(clock), Arc::clone(secrets), writer);
        let stage = self.stage(workflow, reporter, &Arc::new(recorder));
        LiveDriver::new(stage, Arc::default(), Tape::default(), None)
    }

    async fn go(
        self,
        workflow: &Prepared,
        (input, plan, place): (&Json, Option<&ApprovedPlan>, &Place),
        writer: Box<dyn Writer>,
        tape: Tape,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Ended, RunError> {
        let RunSettings { journal, clock, secrets, .. } = &self.settings;
        let recorder = Arc::new(Recorder::new(
            Arc::clone(journal),
            Arc::clone(clock),
            Arc::clone(secrets),
            writer,
        ));
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let stage = self.stage(workflow, &reporter, &recorder);
        let recent = self.settings.recent(place).await;
        let mut driver = LiveDriver::new(stage, Arc::clone(&ledger), tape, plan).after(recent);
        // What was planned was planned in the cloud as it is.
        if plan.is_none() {
            driver.settle_notes(journal.as_ref()).await;
        }
        let outcome =
            workflow.run(Box::new(driver), self.settings.limits, &input.to_string()).await;
        let left = match &outcome {
            Ok(_) => self.look_back(workflow, place, &reporter).await,
            Err(_) => Vec::new(),
        };
        let mut ended = {
            let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
            self.report_audit(&ledger, reporter.as_ref());
            let applied = plan.is_some_and(|plan| plan.approval.how == How::File);
            self.end(workflow, outcome, &ledger, applied)
        };
        ended.record.left = left;
        let written = recorder.write(&Entry::Ended(ended.record.clone()), &[]).await;
        reporter.report(&ended.event());
        if let Err(error) = written {
            reporter.report(&RunEvent::Note {
                message: format!("how the run ended could not be written down: {error}"),
            });
        }
        Ok(ended)
    }

    /// The verdict, and everything that is said of the end.
    fn end(
        &self,
        workflow: &Prepared,
        outcome: Result<String, RuntimeError>,
        ledger: &Ledger,
        applied: bool,
    ) -> Ended {
        let manifest = &workflow.package().manifest;
        let (mut verdict, mut reason, proofs) =
            verdict::judge(manifest, &self.settings.accounts, ledger);
        let (output, error) = match outcome {
            Ok(output) => (Some(self.read_output(&output)), None),
            Err(error) => {
                let error = without_wishes(stale_rather(error, ledger), ledger);
                verdict = verdict_of(&error, ledger);
                reason = self.settings.secrets.redact(&error.to_string());
                (None, Some(error))
            }
        };
        let done = |looks: bool| {
            let is_done =
                |call: &&CallRecord| matches!(call.answer, Recorded::Reply | Recorded::Unknown);
            let calls = ledger.calls.iter().filter(is_done);
            let count = calls.filter(|call| call.writes && call.looks == looks).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        let drift = error.as_ref().map(drift_of).unwrap_or_default();
        let hint = error.as_ref().and_then(|error| hint_of(error, applied));
        let hint = hint.or_else(|| {
            (verdict == Verdict::Stopped).then(|| format!("go on with `host resume {}`", self.id))
        });
        let record = record::Ended {
            verdict,
            reason,
            code: error.as_ref().map(code_of),
            exit: verdict.exit(),
            stopped: error.as_ref().is_some_and(is_stopped),
            changes: done(false),
            looks: done(true),
            calls: u32::try_from(ledger.calls.len()).unwrap_or(u32::MAX),
            proofs,
            output,
            drift: drift.iter().map(|line| self.settings.secrets.redact(line)).collect(),
            left: Vec::new(),
        };
        Ended { record, hint: hint.map(|hint| self.settings.secrets.redact(&hint)), error }
    }

    fn begun(&self, workflow: &Prepared, origin: &Origin<'_>) -> Begun {
        let package = workflow.package();
        let settings = &self.settings;
        let needed = stage::needed(&package.manifest);
        let party = |(name, bound): (&String, &crate::Bound)| {
            let party = Party {
                account: bound.account.to_string(),
                arn: bound.arn.clone(),
                optional: !needed.contains(name),
            };
            (name.clone(), party)
        };
        Begun {
            format: FORMAT,
            host_version: env!("CARGO_PKG_VERSION").to_owned(),
            workflow: record::Workflow {
                name: package.manifest.name.clone(),
                version: package.manifest.version.clone(),
                lineage: package.manifest.lineage.clone(),
                digest: package.digest.clone(),
                vetted: settings.vetted,
            },
            input: origin.input.clone(),
            accounts: settings.accounts.0.iter().map(party).collect(),
            mark: settings.mark.text(),
            allowed: origin.allowed.to_vec(),
            adopt: settings.allowances.adopt,
            policy: settings.allowances.policy.as_ref().map(|policy| policy.text().to_owned()),
            provoke: settings.provoke,
            unattended: settings.unattended,
            place: origin.place.clone(),
            undoes: None,
            plan: origin.plan.cloned().map(Box::new),
        }
    }

    /// A run goes on with what it began with: this component, these accounts, a clock that did not go back.
    fn check_same(&self, begun: &Begun, entries: &[Numbered]) -> Result<(), RunError> {
        for (name, party) in &begun.accounts {
            let now = self.settings.accounts.0.get(name);
            if now.is_none_or(|bound| {
                bound.account.as_str() != party.account || !is_same_caller(&bound.arn, &party.arn)
            }) {
                return Err(RunError::AccountDifferent {
                    name: name.clone(),
                    before: party.arn.clone(),
                    now: now.map_or_else(|| "nobody".to_owned(), |bound| bound.arn.clone()),
                });
            }
        }
        let last = entries.last().map(|it| it.at).unwrap_or_default();
        let now = self.settings.clock.now();
        if now.plus(CLOCK_BACK_MAX) < last {
            let seconds = last.since(now).as_secs();
            return Err(RunError::ClockBack { run: self.id.clone(), seconds });
        }
        Ok(())
    }

    fn report_start(&self, workflow: &Prepared, reporter: &dyn Reporter) {
        let package = workflow.package();
        let accounts = self.settings.accounts.0.iter();
        reporter.report(&RunEvent::RunStarted {
            workflow: package.manifest.name.clone(),
            workflow_version: package.manifest.version.clone(),
            digest: package.digest.clone(),
            vetted: self.settings.vetted,
            simulated: self.settings.offline,
            accounts: accounts.map(|(name, b)| (name.clone(), b.account.to_string())).collect(),
        });
    }

    /// What the policy file would have denied, if it is only audited.
    fn report_audit(&self, ledger: &Ledger, reporter: &dyn Reporter) {
        if self.settings.allowances.audits() {
            reporter.report(&RunEvent::PolicyAudited { denials: ledger.would_deny.clone() });
        }
    }

    fn read_output(&self, output: &str) -> Json {
        let output = self.settings.secrets.redact(output);
        serde_json::from_str(&output).unwrap_or(Json::String(output))
    }
}
