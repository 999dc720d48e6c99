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
}

impl Arguments {
    pub(super) const fn json(&self) -> bool {
        self.what.json
    }
}

/// The exit status of a plan that changes something.
const CHANGES: u8 = 4;

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let ready = arguments.what.ready(context).await?;
    let run = proposal::run(&ready, arguments.what.terms(&ready, false)).await?;
    let planned = proposal::plan(&run, &ready).await?;
    if let Some(path) = &arguments.output {
        save(&planned.plan, path, &ready.session)?;
    }
    output::plan::answer(&planned, ready.session.json);
    if let Some(path) = arguments.output.filter(|_| !ready.session.json) {
        output::line(&format!("\nsaved: `host apply {}` does exactly this", path.display()));
    }
    Ok(status(&planned))
}

fn status(planned: &Planned) -> u8 {
    match &planned.error {
        Some(_) => 1,
        None if !planned.plan.has_changes() && planned.plan.forecast.is_none() => 0,
        None => CHANGES,
    }
}

/// Writes the plan where nobody else can change it unseen: it is sealed with the installation's key.
fn save(plan: &Plan, path: &Path, session: &Session<'_>) -> Result<(), Failure> {
    let text = host_plan::seal(plan, &session.key);
    std::fs::write(path, text).map_err(|error| {
        let message = format!("the plan cannot be written to `{}`: {error}", path.display());
        Failure::usage("plan.file-unwritable", message)
    })
}
