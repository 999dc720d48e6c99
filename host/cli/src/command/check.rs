//! `host check`: is the cloud still as a run left it?

use clap::Args;
use host_net::SystemClock;
use host_ports::Clock as _;
use host_runner::record::{self, RecordError};
use host_runner::{Origin, Run, RunError};

use crate::command::plan::status;
use crate::command::proposal::Quiet;
use crate::command::run::prepare;
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Session, Terms, allowances};
use crate::{output, select, vetted};

/// Say whether the cloud still is as a run left it; what differs is shown as a plan. Changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run: its id, a beginning of it that no other has, or `last`.
    run: String,
    /// Another `host.toml` than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// One JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let session = Session::open(context, arguments.config.as_deref(), arguments.json, false)?;
    let id = select::run(session.journal.as_ref(), &arguments.run).await?;
    let entries = record::read(&id, &session.journal.read(&id).await?)?;
    let missing = || RecordError::BeginningMissing { run: id.clone() };
    let begun = record::begun(&entries).ok_or_else(missing)?;
    if begun.undoes.is_some() {
        return Err(RunError::UndoOfUndo { run: id.clone() }.into());
    }
    let digest = &begun.workflow.digest;
    let bytes = session.journal.component(digest).await?;
    let workflow = prepare(&session, &begun.workflow.name, &bytes)?;
    let realm = session.realm(&begun.place, false).await?;
    if let Some(last) = entries.last() {
        realm.not_before(last.at);
    }
    let terms =
        Terms { unattended: false, vetted: vetted::is_vetted(digest), provoke: begun.provoke };
    let names: Vec<String> = begun.accounts.keys().cloned().collect();
    let cloud = session.cloud(&realm, &begun.place, &names, terms).await?;
    let new = session.new_id(&cloud).await?;
    let allowances = allowances(&begun.allowed, begun.adopt)?;
    let settings = session.settings(cloud, &new, &begun.workflow.lineage, allowances, terms);
    let origin =
        Origin { input: &begun.input, allowed: &begun.allowed, place: &begun.place, plan: None };
    let file = ("", SystemClock.now());
    let planned =
        Run::new(new, settings).plan(&workflow, file, &origin, std::sync::Arc::new(Quiet)).await?;
    output::plan::answer(&planned, session.json);
    let status = status(&planned);
    if !session.json {
        output::line(match status {
            0 => "\nthe cloud is as the run left it",
            1 => "\nthe run would not come to its end now",
            _ => "\nthe cloud is not as the run left it: the plan says what would bring it back",
        });
    }
    Ok(status)
}
