//! `host plan`: what a run would change, without changing anything.

use std::path::{Path, PathBuf};

use clap::Args;
use host_plan::Plan;
use host_runner::Planned;

use crate::command::invocation::Invocation;
use crate::command::proposal;
use crate::context::Context;
use crate::failure::Failure;
use crate::output;
use crate::session::Session;

/// Show what a workflow would change in both accounts, without changing anything.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    what: Invocation,
    /// Save the plan, so that `host apply FILE` does exactly this, or nothing.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Draw it as well, as Mermaid text: to a file, or `-` for standard output in place of the words.
    #[arg(long, value_name = "FILE")]
    graph: Option<PathBuf>,
}

impl Arguments {
    pub(super) const fn json(&self) -> bool {
        self.what.json
    }
}

/// The exit status of a plan that changes something.
pub(super) const CHANGES: u8 = 4;

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    if arguments.what.fresh {
        let message = "`--fresh` removes the offline cloud, and a plan changes nothing".to_owned();
        return Err(Failure::usage("plan.cloud-kept", message)
            .hint("`host run … --fresh` begins with a new one"));
    }
    let ready = arguments.what.ready(context).await?;
    let run = proposal::run(&ready, arguments.what.terms(&ready, false)).await?;
    let planned = proposal::plan(&run, &ready).await?;
    if let Some(path) = &arguments.output {
        save(&planned.plan, path, &ready.session)?;
    }
    match &arguments.graph {
        Some(path) if path.as_os_str() == "-" => {
            output::data(host_plan::graph(&planned.plan).trim_end());
        }
        Some(path) => {
            write(path, &host_plan::graph(&planned.plan))?;
            output::plan::answer(&planned, ready.session.json, context.is_colored);
        }
        None => output::plan::answer(&planned, ready.session.json, context.is_colored),
    }
    if let Some(path) = arguments.output.filter(|_| !ready.session.json) {
        let path = host_model::quote(&path.display().to_string());
        output::line(&format!("\nsaved: `host apply {path}` does exactly this"));
    }
    Ok(status(&planned))
}

fn status(planned: &Planned) -> u8 {
    match (&planned.error, planned.plan.may_change()) {
        (None, true) => CHANGES,
        (None, false) if planned.faults.is_empty() => 0,
        _ => 1,
    }
}

/// Writes the plan where nobody else can change it unseen: it is sealed with the installation's key.
fn save(plan: &Plan, path: &Path, session: &Session<'_>) -> Result<(), Failure> {
    write(path, &host_plan::seal(plan, &session.key))
}

fn write(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text).map_err(|error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        Failure::usage("plan.file-unwritable", message)
    })
}
