//! `host replay`: would a workflow do what a recorded run did?

use std::path::PathBuf;

use clap::Args;
use host_runner::record;
use host_runner::{RehearsalEnd, Rehearsed, rehearse};
use serde_json::json;

use crate::command::read_component;
use crate::command::run::prepare;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{data, event};
use crate::select::{self, Last};
use crate::session::Session;

/// Run a workflow against the record of a run, offline: says where it would do something else.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The run: its id, a beginning of it that no other has, or `last`.
    run: String,
    /// Another component than the one that the run began with.
    #[arg(long, value_name = "FILE")]
    component: Option<PathBuf>,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let session = Session::open(context, None, arguments.json, false)?;
    let id = select::run(session.journal.as_ref(), &arguments.run, Last::Made).await?;
    let entries = record::read(&id, &session.journal.read(&id).await?)?;
    let begun = record::begun(&entries)
        .ok_or_else(|| record::RecordError::BeginningMissing { run: id.clone() })?;
    let (name, bytes) = if let Some(path) = &arguments.component {
        (path.display().to_string(), read_component(path)?)
    } else {
        let digest = &begun.workflow.digest;
        (begun.workflow.name.clone(), session.journal.component(digest).await?)
    };
    let workflow = prepare(&session, &name, &bytes)?;
    let rehearsed = rehearse(&workflow, &entries, session.config.limits).await;
    if arguments.json {
        event("replayed", as_json(id.as_str(), &rehearsed));
    } else {
        data(&words(id.as_str(), &rehearsed));
    }
    Ok(u8::from(!matches!(rehearsed.end, RehearsalEnd::Same)))
}

fn words(run: &str, rehearsed: &Rehearsed) -> String {
    let Rehearsed { same, recorded, end } = rehearsed;
    let begin = format!("{same} of {recorded} answers of `{run}` were asked for in the same order");
    match end {
        RehearsalEnd::Same => format!("{begin}: the workflow does what the run did"),
        RehearsalEnd::Different { recorded, asked } => format!(
            "{begin}; then it does something else\n  the run:      {}\n  the workflow: {}",
            recorded.brief(),
            asked.brief()
        ),
        RehearsalEnd::More { asked } => {
            format!("{begin}; then it goes on where the run ended: {}", asked.brief())
        }
        RehearsalEnd::Less => format!("{begin}; then it ends, where the run went on"),
        RehearsalEnd::Broken { error } => {
            let error = host_model::quote_within(&error.to_string(), 500);
            format!("{begin}; then it breaks: {error}")
        }
    }
}

fn as_json(run: &str, rehearsed: &Rehearsed) -> serde_json::Value {
    let (end, recorded, asked) = match &rehearsed.end {
        RehearsalEnd::Same => ("same", None, None),
        RehearsalEnd::Different { recorded, asked } => ("different", Some(recorded), Some(asked)),
        RehearsalEnd::More { asked } => ("more", None, Some(asked)),
        RehearsalEnd::Less => ("less", None, None),
        RehearsalEnd::Broken { .. } => ("broken", None, None),
    };
    json!({
        "run": run,
        "end": end,
        "same": rehearsed.same,
        "recorded": rehearsed.recorded,
        "before": recorded,
        "now": asked,
    })
}
