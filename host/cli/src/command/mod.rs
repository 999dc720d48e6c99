//! The subcommands: one file each.

mod apply;
mod approved;
mod build;
mod check;
mod doctor;
mod export;
mod inspect;
mod invocation;
mod plan;
mod policy;
mod proposal;
mod replay;
mod resume;
mod run;
mod runs;
mod show;
mod simulate;
mod undo;
mod vault;

use clap::{Parser, Subcommand};

use crate::context::Context;
use crate::failure::Failure;

/// Onboards Alibaba Cloud accounts to one place of monitoring, by sandboxed workflows.
#[derive(Debug, Parser)]
#[command(name = "host", version, max_term_width = 100)]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Run(run::Arguments),
    Plan(plan::Arguments),
    Apply(apply::Arguments),
    Check(check::Arguments),
    Resume(resume::Arguments),
    Undo(undo::Arguments),
    Replay(replay::Arguments),
    Runs(runs::Arguments),
    Show(show::Arguments),
    Export(export::Arguments),
    Inspect(inspect::Arguments),
    Policy(policy::Arguments),
    Simulate(simulate::Arguments),
    Doctor(doctor::Arguments),
    Vault(vault::Arguments),
    Build(build::Arguments),
}

impl Command {
    /// Whether the command was asked for JSON, so that a failure is JSON as well.
    pub(crate) fn json(&self) -> bool {
        match &self.verb {
            Verb::Run(arguments) => arguments.json(),
            Verb::Plan(arguments) => arguments.json(),
            Verb::Apply(arguments) => arguments.json,
            Verb::Check(arguments) => arguments.which.json,
            Verb::Resume(arguments) => arguments.which.json,
            Verb::Undo(arguments) => arguments.which.json,
            Verb::Replay(arguments) => arguments.json,
            Verb::Runs(arguments) => arguments.json,
            Verb::Show(arguments) => arguments.json,
            Verb::Export(_) => false,
            Verb::Inspect(arguments) => arguments.json,
            Verb::Policy(arguments) => arguments.json(),
            Verb::Simulate(arguments) => arguments.json,
            Verb::Doctor(arguments) => arguments.json,
            Verb::Vault(arguments) => arguments.json(),
            Verb::Build(arguments) => arguments.json,
        }
    }

    /// Runs the command; gives its exit status.
    pub(crate) async fn run(self, context: &Context) -> Result<u8, Failure> {
        match self.verb {
            Verb::Run(arguments) => run::run(arguments, context).await,
            Verb::Plan(arguments) => plan::run(arguments, context).await,
            Verb::Apply(arguments) => apply::run(arguments, context).await,
            Verb::Check(arguments) => check::run(arguments, context).await,
            Verb::Resume(arguments) => resume::run(arguments, context).await,
            Verb::Undo(arguments) => undo::run(arguments, context).await,
            Verb::Replay(arguments) => replay::run(arguments, context).await,
            Verb::Runs(arguments) => runs::run(&arguments, context).await,
            Verb::Show(arguments) => show::run(&arguments, context).await,
            Verb::Export(arguments) => export::run(&arguments, context).await,
            Verb::Inspect(arguments) => inspect::run(&arguments),
            Verb::Policy(arguments) => policy::run(&arguments),
            Verb::Simulate(arguments) => simulate::run(arguments, context).await,
            Verb::Doctor(arguments) => doctor::run(arguments, context).await,
            Verb::Vault(arguments) => vault::run(&arguments, context),
            Verb::Build(arguments) => build::run(&arguments),
        }
    }
}

/// The greatest size of a component, in bytes.
const COMPONENT_BYTES_MAX: u64 = 128 << 20;

/// Reads a component's bytes.
fn read_component(path: &std::path::Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |reason: String| {
        Failure::usage(
            "run.file-unreadable",
            format!("`{}` cannot be read: {reason}", path.display()),
        )
        .hint("give a workflow's component: those that come with the program are in `workflows/`")
    };
    let facts = std::fs::metadata(path).map_err(|error| unreadable(error.to_string()))?;
    if facts.is_dir() {
        return Err(unreadable("it is a folder".to_owned())
            .hint("`host build DIR -o FILE` makes a component of a folder of sources"));
    }
    if facts.len() > COMPONENT_BYTES_MAX {
        return Err(unreadable(format!("it is larger than {COMPONENT_BYTES_MAX} bytes")));
    }
    std::fs::read(path).map_err(|error| unreadable(error.to_string()))
}
