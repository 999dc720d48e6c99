//! `host resume`: goes on with a run that died or was stopped.

use std::sync::Arc;

use clap::Args;
use host_history::{Past as Told, State, next};
use host_policy::PolicyFile;
use host_runner::{Ended, Past, Run, RunEvent, record};

use crate::command::approved::{self, Held};
use crate::command::run::{finish, prepare};
use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::Work;
use crate::recorded::{Recorded, Which};
use crate::select::Last;
use crate::session::{Realm, Session, Terms};
use crate::{policy, vetted};

/// Go on with a run that was killed, interrupted or stopped: what was done is not done again.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) which: Which,
    /// Ask nothing: only for vetted workflows, and for no risk that was not allowed when the run began. A run
    /// that began so goes on so.
    #[arg(long)]
    yes: bool,
    /// Another policy file than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    policy: Option<std::path::PathBuf>,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let (session, recorded) = arguments.which.open(context, Last::Any).await?;
    if let Some(ended) = record::over(&recorded.id, &recorded.entries) {
        return over(&session, &recorded, ended);
    }
    let realm = recorded.realm(&session).await?;
    let policy = arguments.policy.as_deref().map(policy::read).transpose()?;
    go_on(&session, &realm, recorded, arguments.yes, policy).await
}

/// Goes on with a run in its cloud, by the policy file that it began with if no other is given.
pub(super) async fn go_on(
    session: &Session<'_>,
    realm: &Realm,
    recorded: Recorded,
    yes: bool,
    policy: Option<Arc<PolicyFile>>,
) -> Result<u8, Failure> {
    recorded.not_before(realm);
    // By another policy file, the cloud holds a session to something else.
    let held = if policy.is_some() { Held::ToSomething } else { Held::ToTheSame };
    let allowances = recorded.allowances(session, policy)?;
    policy::refuse_audit(allowances.policy.as_deref(), &recorded.begun.place)?;
    let Recorded { id, entries, begun, writer } = recorded;
    let digest = &begun.workflow.digest;
    let bytes = session.journal.component(digest).await?;
    let workflow = prepare(session, &begun.workflow.name, &bytes)?;
    let terms = Terms {
        unattended: yes || begun.unattended,
        vetted: vetted::is_vetted(digest),
        provoke: begun.provoke,
    };
    let names: Vec<String> = begun.accounts.keys().cloned().collect();
    let work = Work::Run { package: workflow.package(), allowances: &allowances };
    let cloud = session.cloud(realm, &begun.place, &names, terms, work).await?;
    if let Some(plan) = &begun.plan {
        approved::same_accounts(&plan.plan, &cloud.accounts, held)?;
    }
    let settings = session.settings(cloud, &id, &begun.workflow.lineage, allowances, terms);
    let reporter = session.reporter_after(&Told::new(&id, &entries)?);
    let past = Past { entries, writer };
    let ended = Run::new(id, settings).resume(&workflow, past, reporter).await?;
    Ok(finish(realm, &ended))
}

/// A run whose end was written down, which nobody may have heard of: it is told, as it would have been.
fn over(session: &Session<'_>, recorded: &Recorded, ended: &record::Ended) -> Result<u8, Failure> {
    let past = Told::new(&recorded.id, &recorded.entries)?;
    let advice = next(&past, &State::Ended(ended.verdict)).into_iter().next();
    let hint = advice.filter(|_| ended.exit != 0);
    let ended = Ended { record: ended.clone(), hint, error: None };
    let reporter = session.reporter_after(&past);
    let message = "it had come to its end before: nothing is done, and this is how it ended";
    reporter.report(&RunEvent::Note { message: message.to_owned() });
    reporter.report(&ended.event());
    Ok(ended.record.exit)
}
