//! `host check`: is the cloud still as a run left it?

use clap::Args;
use host_net::SystemClock;
use host_ports::Clock as _;
use host_runner::{Origin, Run, RunError};

use crate::command::plan::status;
use crate::command::proposal::reporter;
use crate::command::run::prepare;
use crate::context::Context;
use crate::failure::Failure;
use crate::narrow::Work;
use crate::recorded::{Recorded, Which};
use crate::session::Terms;
use crate::{output, vetted};

/// Say whether the cloud still is as a run left it; what differs is shown as a plan. Changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) which: Which,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let (session, recorded) = arguments.which.open(context).await?;
    let Recorded { id, begun, .. } = &recorded;
    if begun.undoes.is_some() {
        return Err(RunError::UndoOfUndo { run: id.clone() }.into());
    }
    let digest = &begun.workflow.digest;
    let bytes = session.journal.component(digest).await?;
    let workflow = prepare(&session, &begun.workflow.name, &bytes)?;
    let realm = recorded.realm(&session).await?;
    let terms =
        Terms { unattended: false, vetted: vetted::is_vetted(digest), provoke: begun.provoke };
    let names: Vec<String> = begun.accounts.keys().cloned().collect();
    let allowances = recorded.allowances(&session, None)?;
    let work = Work::Run { package: workflow.package(), allowances: &allowances };
    let cloud = session.cloud(&realm, &begun.place, &names, terms, work).await?;
    let new = session.new_id(&cloud).await?;
    let settings = session.settings(cloud, &new, &begun.workflow.lineage, allowances, terms);
    let origin =
        Origin { input: &begun.input, allowed: &begun.allowed, place: &begun.place, plan: None };
    let file = ("", SystemClock.now());
    let reporter = reporter(&session, &new);
    let planned = Run::new(new, settings).plan(&workflow, file, &origin, reporter).await?;
    output::plan::answer(&planned, session.json, context.is_colored);
    let status = status(&planned);
    if !session.json {
        let (changes, is_sure) = (planned.plan.has_changes(), planned.plan.forecast.is_none());
        output::line(match status {
            0 if is_sure => "\nthe cloud is as the run left it",
            0 => "\nthe cloud is as the run left it; machines are looked at by a run only",
            1 => "\nthe run would not do all of it now: what is in its way has to be looked at",
            _ if changes => {
                "\nthe cloud is not as the run left it: the plan says what would bring it back"
            }
            _ => {
                "\nwhat can be read is as the run left it; what else may be needed, only a run finds out"
            }
        });
    }
    Ok(status)
}
