//! An undo from its beginning in the journal to its end there: it is a run of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use host_journal::Writer;
use host_model::{RunId, quote_within};
use host_policy::Scene;

use super::desk::Desk;
use super::outcome::Report;
use super::{Others, UndoInput, plan};
use crate::record::{self, Begun, Entry, Numbered, Recorder};
use crate::settling::Settling;
use crate::{Mark, Reporter, RunError, RunEvent, RunSettings};

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
        let settling = self.settings.recent(&begun.place).await;
        let mut desk = self.desk(writer, &reporter, settling);
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
            let optional = of.accounts.get(name).is_some_and(|party| party.optional);
            (name.clone(), record::Party { account, arn, optional })
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
            policy: None,
            provoke: false,
            unattended: settings.unattended,
            place: of.place.clone(),
            plan: None,
            undoes: Some(run.to_string()),
        }
    }

    fn desk(
        self,
        writer: Box<dyn Writer>,
        reporter: &Arc<dyn Reporter>,
        settling: Settling,
    ) -> Desk {
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
            made_up: BTreeSet::new(),
        };
        Desk {
            id,
            settings,
            scene,
            recorder: Arc::new(recorder),
            reporter: Arc::clone(reporter),
            settling,
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
