//! `host undo`: takes a run back, from its journal alone.

use clap::Args;
use host_journal::Journal;
use host_model::Problem as _;
use host_runner::RunEvent;
use host_runner::record::Workflow;
use host_runner::undo::{Scripts, Undo};
use host_runtime::Package;

use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::Work;
use crate::output;
use crate::recorded::{Recorded, Which};
use crate::select::Last;
use crate::session::{Terms, allowances};

/// Take a run back: shows what it made and what would be removed, asks, and removes just that.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Ask nothing. Scripts on machines, and keys that are switched on again, are left out unless `--allow`
    /// names them.
    #[arg(long)]
    yes: bool,
    /// With `--yes`: allow a class of risk, `command` or `access-key`.
    #[arg(long, value_name = "WORD")]
    allow: Vec<String>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let (session, recorded) = arguments.which.open(context, Last::Made).await?;
    let Recorded { id: of, entries, begun, .. } = &recorded;
    let (scripts, unread) = scripts(session.journal.as_ref(), &begun.workflow).await;
    let realm = recorded.realm(&session).await?;
    let terms = Terms { unattended: arguments.yes, vetted: begun.workflow.vetted, provoke: false };
    let names: Vec<String> = begun.accounts.keys().cloned().collect();
    let work = Work::Undo { entries };
    let cloud = session.cloud(&realm, &begun.place, &names, terms, work).await?;
    let id = session.new_id(&cloud).await?;
    let mut words = arguments.allow.clone();
    words.extend(session.config.allow.risks.iter().cloned());
    let allowances = allowances(&words, false)?;
    let settings = session.settings(cloud, &id, &begun.workflow.lineage, allowances, terms);
    // A cloud that forgets that it gave this id would give it again.
    realm.save()?;
    let reporter = session.reporter_of_undo(&id, of);
    if let Some(message) = unread {
        reporter.report(&RunEvent::Note { message });
    }
    let ended = Undo::new(id, settings, scripts).start(of, entries, reporter).await?;
    match realm.save() {
        Ok(()) => Ok(ended.exit),
        Err(failure) => Ok(output::failure(&failure, false)),
    }
}

/// The scripts of the component that the journal kept. Without it no script runs, and those that only looked
/// are listed with the others.
async fn scripts(journal: &dyn Journal, workflow: &Workflow) -> (Scripts, Option<String>) {
    let unread = |reason: String| {
        let message = format!("the workflow's scripts are not known, so none runs: {reason}");
        (Scripts::default(), Some(message))
    };
    let bytes = match journal.component(&workflow.digest).await {
        Ok(bytes) => bytes,
        Err(error) => return unread(error.to_string()),
    };
    match Package::read(&workflow.name, &bytes) {
        Ok(package) => {
            let commands = package.manifest.commands.iter();
            let looks = commands.clone().filter(|it| it.looks).map(|it| it.digest.clone());
            let scripts = Scripts {
                looks: looks.collect(),
                declared: commands.map(|it| it.digest.clone()).collect(),
            };
            (scripts, None)
        }
        Err(error) => unread(format!("{} ({error})", error.code())),
    }
}
