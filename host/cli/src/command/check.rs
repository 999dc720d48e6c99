//! `host check`: is the cloud still as a run left it?

use std::sync::Arc;

use clap::Args;
use host_history::Past;
use host_journal::Head;
use host_model::RunId;
use host_net::SystemClock;
use host_ports::Clock as _;
use host_runner::{Fault, Origin, Planned, Run, RunError};

use crate::command::plan::CHANGES;
use crate::command::proposal::reporter;
use crate::command::run::prepare;
use crate::context::Context;
use crate::failure::Failure;
use crate::journal::undo_of;
use crate::narrow::Work;
use crate::output::plan::Found;
use crate::recorded::{Recorded, Which};
use crate::select::Last;
use crate::session::Terms;
use crate::{output, vetted};

/// Say whether the cloud still is as a run left it; what differs is shown as a plan. Changes nothing.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) which: Which,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let (session, recorded) = arguments.which.open(context, Last::Made).await?;
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
    let run = Run::new(new, settings);
    let planned = run.plan(&workflow, file, &origin, Arc::clone(&reporter)).await?;
    let past = Past::new(id, &recorded.entries)?;
    let listed: Vec<Head> = session.journal.runs().await?.into_iter().flatten().collect();
    let undone = undo_of(id, &listed).map(taken_back_by);
    let drift = match &undone {
        // Of what was taken back, nothing is as it was.
        Some(_) => Vec::new(),
        None => run.drift_since(&workflow, &recorded.entries, &planned.plan, &reporter).await,
    };
    let warnings = warnings_since(&planned, &past);
    let found = Found { drift: &drift, warnings: &warnings };
    let (status, words) = compare(&planned, &found, &past, undone.as_deref());
    output::plan::check(&planned, &found, session.json, context.is_colored);
    if !session.json {
        output::line(&format!("\n{words}"));
        if let Some(next) = next(status, &planned, id, undone.is_some()) {
            output::line(&next);
        }
    }
    Ok(status)
}

/// What can be typed next, if there is anything to do.
fn next(status: u8, planned: &Planned, run: &RunId, is_undone: bool) -> Option<String> {
    match status {
        0 => None,
        CHANGES if is_undone => {
            Some("next: `host run …` with the words of the run makes it again".to_owned())
        }
        CHANGES if !planned.plan.may_change() => Some(format!(
            "next: mend by hand what the plan leaves as it is; `host check {run}` then looks again, and `host undo {run}` takes the run back"
        )),
        CHANGES => Some(format!(
            "next: `host run …` with the words of the run does what the plan shows; `host undo {run}` takes the run back"
        )),
        _ => Some(format!("next: once that is mended, `host check {run}` looks again")),
    }
}

/// What the workflow warns of now, and did not in the run. That something is gone which the run itself removed is
/// no news.
fn warnings_since<'a>(planned: &'a Planned, past: &Past) -> Vec<&'a str> {
    let (known, removed) = (past.warnings(), past.removed());
    let is_new = |it: &&str| !known.contains(it) && !removed.iter().any(|name| it.contains(name));
    planned.warnings.iter().map(String::as_str).filter(is_new).collect()
}

/// The exit status, and what a person is told, of a run and of what it would do now.
fn compare<'a>(
    planned: &Planned,
    found: &Found<'_>,
    past: &Past,
    undone: Option<&'a str>,
) -> (u8, &'a str) {
    let plan = &planned.plan;
    let known = past.faults();
    let is_new = |fault: &Fault| !known.contains(fault.id.as_str());
    let was_well = past.ended().is_some_and(|(_, ended)| ended.verdict.is_well());
    let differs =
        (CHANGES, undone.unwrap_or("the cloud is not as the run left it: that stands above"));
    match &planned.error {
        Some(error) if was_well && is_finding(&error.code, &plan.workflow.name) => differs,
        Some(_) => {
            (1, "the run would not do all of it now: what is in its way has to be looked at")
        }
        None if plan.has_changes() && undone.is_some() => differs,
        None if plan.has_changes() && was_well => (
            CHANGES,
            "the cloud is not as the run left it: the plan says what the workflow would bring back",
        ),
        None if plan.has_changes() => (
            CHANGES,
            "the run did not do all of it, or the cloud was changed since: the plan says what would mend that",
        ),
        None if planned.faults.iter().any(is_new) => differs,
        None if !found.warnings.is_empty() || !found.drift.is_empty() => differs,
        None if plan.may_change() => (
            CHANGES,
            "what can be read is as the run left it; what else may be needed, only a run finds out",
        ),
        None if plan.forecast.is_some() => {
            (0, "the cloud is as the run left it; machines are looked at by a run only")
        }
        None => (0, "the cloud is as the run left it"),
    }
}

/// What is to be said of a run that was taken back.
fn taken_back_by(undo: &Head) -> String {
    format!(
        "the run was taken back by {}, at {}: the plan makes again what that removed, and mends what else changed since",
        undo.run,
        host_history::iso(undo.last.at),
    )
}

/// Whether the workflow ended by itself, because of what it found. Other errors say nothing of the cloud.
fn is_finding(code: &str, workflow: &str) -> bool {
    code.split_once('.').is_some_and(|(room, _)| room == workflow || room == "workflow")
}
