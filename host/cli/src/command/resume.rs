//! `host resume`: goes on with a run that died or was stopped.

use std::sync::Arc;

use clap::Args;
use host_model::RunId;
use host_policy::{Allowances, PolicyFile};
use host_runner::record::{self, Begun};
use host_runner::{Past, Run};

use crate::command::run::{finish, prepare};
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Realm, Session, Terms, allowances};
use crate::{policy, select, vetted};

/// Go on with a run that was killed, interrupted or stopped: what was done is not done again.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run: its id, a beginning of it that no other has, or `last`.
    run: String,
    /// Ask nothing: only for vetted workflows, and for no risk that was not allowed when the run began. A run
    /// that began so goes on so.
    #[arg(long)]
    yes: bool,
    /// Another policy file than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    policy: Option<std::path::PathBuf>,
    /// Another `host.toml` than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    config: Option<std::path::PathBuf>,
    /// Show reads as well.
    #[arg(short, long)]
    verbose: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let config = arguments.config.as_deref();
    let session = Session::open(context, config, arguments.json, arguments.verbose)?;
    let id = select::run(session.journal.as_ref(), &arguments.run).await?;
    let entries = record::read(&id, &session.journal.read(&id).await?)?;
    let begun = begun(&id, &entries)?;
    let realm = session.realm(&begun.place, false).await?;
    let policy = arguments.policy.as_deref().map(policy::read).transpose()?;
    go_on(&session, &realm, &id, arguments.yes, policy).await
}

/// Goes on with a run in its cloud, by the policy file that it began with if no other is given.
pub(super) async fn go_on(
    session: &Session<'_>,
    realm: &Realm,
    id: &RunId,
    yes: bool,
    policy: Option<Arc<PolicyFile>>,
) -> Result<u8, Failure> {
    let (entries, writer) = session.journal.reopen(id).await?;
    let entries = record::read(id, &entries)?;
    let begun = begun(id, &entries)?.clone();
    if let Some(last) = entries.last() {
        realm.not_before(last.at);
    }
    let digest = &begun.workflow.digest;
    let bytes = session.journal.component(digest).await?;
    let workflow = prepare(session, &begun.workflow.name, &bytes)?;
    let terms = Terms {
        unattended: yes || begun.unattended,
        vetted: vetted::is_vetted(digest),
        provoke: begun.provoke,
    };
    let names: Vec<String> = begun.accounts.keys().cloned().collect();
    let cloud = session.cloud(realm, &begun.place, &names, terms).await?;
    let policy = match (policy, &begun.policy) {
        (Some(policy), _) => Some(policy),
        (None, Some(text)) => Some(policy::parse("the policy file that the run began with", text)?),
        (None, None) => policy::chosen(None, &session.config)?,
    };
    policy::refuse_audit(policy.as_deref(), &begun.place)?;
    let allowances = Allowances { policy, ..allowances(&begun.allowed, begun.adopt)? };
    let settings = session.settings(cloud, id, &begun.workflow.lineage, allowances, terms);
    let reporter = session.reporter(id);
    let past = Past { entries, writer };
    let ended = Run::new(id.clone(), settings).resume(&workflow, past, reporter).await?;
    Ok(finish(session, realm, &ended))
}

fn begun<'a>(id: &RunId, entries: &'a [record::Numbered]) -> Result<&'a Begun, Failure> {
    let missing = || record::RecordError::BeginningMissing { run: id.clone() };
    Ok(record::begun(entries).ok_or_else(missing)?)
}
