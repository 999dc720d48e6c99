//! A run, from start to end.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};

use host_catalog::Catalog;
use host_client::Client;
use host_model::{CallError, ErrorKind, Problem as _, RunId};
use host_policy::{Allowances, Scene};
use host_ports::{Clock, Entropy};
use host_runtime::{Limits, Manifest, Prepared, RuntimeError, Stop};
use serde_json::Value as Json;

use crate::ledger::{Ledger, Recorded};
use crate::live::{LiveDriver, Stage};
use crate::{
    Approver, BoundAccounts, Mark, ProofReport, Reporter, RunError, RunEvent, Secrets, Verdict,
    verdict,
};

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

/// How a run ended.
#[derive(Debug)]
pub struct Ended {
    /// The host's verdict.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
    /// The error that ended it, if one did.
    pub error: Option<RuntimeError>,
    /// What the workflow gave back.
    pub output: Option<Json>,
    /// What was seen of the proofs.
    pub proofs: Vec<ProofReport>,
    /// The exit status.
    pub exit: u8,
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

    /// The run's id.
    pub const fn id(&self) -> &RunId {
        &self.id
    }

    /// Runs the workflow to its end. `Err` means that nothing was begun.
    pub async fn start(
        self,
        workflow: &Prepared,
        input: &Json,
        reporter: Arc<dyn Reporter>,
    ) -> Result<Ended, RunError> {
        let manifest = &workflow.package().manifest;
        self.settings.accounts.check(manifest)?;
        self.report_start(workflow, reporter.as_ref());
        let ledger = Arc::new(Mutex::new(Ledger::default()));
        let driver = LiveDriver::new(self.stage(workflow, &reporter), Arc::clone(&ledger));
        let outcome =
            workflow.run(Box::new(driver), self.settings.limits, &input.to_string()).await;
        let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut verdict, mut reason, proofs) =
            verdict::judge(manifest, &self.settings.accounts, &ledger);
        let (output, error) = match outcome {
            Ok(output) => (Some(self.read_output(&output)), None),
            Err(error) => {
                let error = without_wishes(error, &ledger);
                verdict = verdict_of(&error, &ledger);
                reason = self.settings.secrets.redact(&error.to_string());
                (None, Some(error))
            }
        };
        let done = |looks: bool| {
            let calls = ledger.calls.iter().filter(|call| call.answer == Recorded::Reply);
            let count = calls.filter(|call| call.writes && call.looks == looks).count();
            u32::try_from(count).unwrap_or(u32::MAX)
        };
        reporter.report(&RunEvent::RunEnded {
            verdict,
            reason: reason.clone(),
            code: error.as_ref().map(code_of),
            hint: error
                .as_ref()
                .and_then(RuntimeError::hint)
                .map(|hint| self.settings.secrets.redact(&hint)),
            exit: verdict.exit(),
            changes: done(false),
            looks: done(true),
            calls: u32::try_from(ledger.calls.len()).unwrap_or(u32::MAX),
            proofs: proofs.clone(),
            output: output.clone(),
        });
        Ok(Ended { verdict, reason, error, output, proofs, exit: verdict.exit() })
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

    fn stage(&self, workflow: &Prepared, reporter: &Arc<dyn Reporter>) -> Stage {
        let settings = &self.settings;
        let manifest = &workflow.package().manifest;
        let bound = settings.accounts.0.values().map(|bound| bound.account.clone());
        Stage {
            run: self.id.clone(),
            catalog: Catalog::builtin(),
            client: Arc::clone(&settings.client),
            clock: Arc::clone(&settings.clock),
            entropy: Arc::clone(&settings.entropy),
            accounts: settings.accounts.clone(),
            scene: Scene {
                declared: manifest.actions.clone(),
                bound: bound.collect(),
                commands: manifest.commands.iter().map(|it| it.digest.clone()).collect(),
                allowances: settings.allowances.clone(),
                mark: settings.mark.text(),
                offline: settings.offline,
            },
            mark: settings.mark.clone(),
            secrets: Arc::clone(&settings.secrets),
            reporter: Arc::clone(reporter),
            approver: Arc::clone(&settings.approver),
            interrupted: Arc::clone(&settings.interrupted),
            unattended: settings.unattended,
            vetted: settings.vetted,
            provoke: settings.provoke,
            proofs: manifest.proofs.clone(),
            markers: markers(manifest),
            looks: looks(manifest),
        }
    }

    fn read_output(&self, output: &str) -> Json {
        let output = self.settings.secrets.redact(output);
        serde_json::from_str(&output).unwrap_or(Json::String(output))
    }
}

/// The scripts that only look.
fn looks(manifest: &Manifest) -> BTreeSet<String> {
    let commands = manifest.commands.iter().filter(|command| command.looks);
    commands.map(|command| command.digest.clone()).collect()
}

/// The markers of every script; one that is declared twice has those of both.
fn markers(manifest: &Manifest) -> BTreeMap<String, BTreeSet<String>> {
    let mut all: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for command in &manifest.commands {
        all.entry(command.digest.clone()).or_default().extend(command.markers.iter().cloned());
    }
    all
}

/// A grant that the host did not offer in this run is the workflow's wish, and no advice of the host's.
fn without_wishes(mut error: RuntimeError, ledger: &Ledger) -> RuntimeError {
    if let RuntimeError::Failed { error, .. } = &mut error {
        let offered = |grant: &String| {
            ledger.calls.iter().any(|call| call.grant.as_ref().is_some_and(|it| it == grant))
        };
        if !error.details.get("grant").is_some_and(offered) {
            error.details.remove("grant");
        }
    }
    error
}

/// The verdict of a run that did not come to its end.
///
/// What the workflow says of it is a claim: it was denied, or is unknown, if a call of this run was.
fn verdict_of(error: &RuntimeError, ledger: &Ledger) -> Verdict {
    let seen = |answer: Recorded| ledger.calls.iter().any(|call| call.answer == answer);
    match error {
        RuntimeError::Stopped(Stop::Declined { .. }) => Verdict::Denied,
        RuntimeError::Stopped(Stop::Indeterminate { .. }) => Verdict::Indeterminate,
        RuntimeError::Stopped(_) => Verdict::Stopped,
        RuntimeError::Failed { error: CallError { kind: ErrorKind::Denied, .. }, .. }
            if seen(Recorded::Denied) =>
        {
            Verdict::Denied
        }
        RuntimeError::Failed {
            error: CallError { kind: ErrorKind::OutcomeUnknown, .. }, ..
        } if seen(Recorded::Unknown) => Verdict::Indeterminate,
        _ if ledger.has_changed() => Verdict::Partial,
        _ => Verdict::Failed,
    }
}

/// The workflow's or the cloud's own code says more than that the workflow failed.
fn code_of(error: &RuntimeError) -> String {
    match error {
        RuntimeError::Failed { error, .. } => error.code.clone(),
        other => other.code().to_owned(),
    }
}
