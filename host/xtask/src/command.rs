//! The commands and their arguments.

use clap::{Parser, Subcommand};

use crate::error::XtaskError;
use crate::generated::Mode;
use crate::stage::{self, Stage};
use crate::workspace::Workspace;
use crate::{bench, conformance, guests, reference, tidy, wit};

/// Every developer command.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Does everything that a change has to pass; stops at the first stage that fails.
    Check {
        /// Only these stages, in the order of the list.
        stages: Vec<Stage>,
    },
    /// Runs all tests of all rooms.
    Test,
    /// Writes the product packages below `wit/deps` from the catalog; or releases the contract.
    Wit {
        #[command(flatten)]
        generate: Generate,
        #[command(subcommand)]
        verb: Option<WitVerb>,
    },
    /// Builds the workflows from source and writes their index.
    Guests(Generate),
    /// Writes the reference pages below `docs/reference` from the code.
    Docs(Generate),
    /// Checks the rules of the house that neither the compiler nor clippy knows.
    Tidy,
    /// Lets official clients talk to the offline cloud; checks the table of what they came to.
    Conformance {
        /// Writes the table below `docs/reference`.
        #[arg(long)]
        write: bool,
        /// Passed on to pytest, which then runs alone.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        pytest: Vec<String>,
    },
    /// Measures: the rooms' own benchmarks, then a whole run against the same calls from a script.
    Bench {
        /// How often each whole run is made; the best counts.
        #[arg(long, default_value_t = 5)]
        runs: u32,
        /// Leaves the rooms' own benchmarks out.
        #[arg(long)]
        whole_only: bool,
    },
}

#[derive(Debug, Subcommand)]
enum WitVerb {
    /// Releases every package whose version was not released yet: its text, its digest, and a component that imports
    /// all of it. Whatever was released stays as it is.
    Release {
        /// Makes the newest release anew. Only as long as nobody has it.
        #[arg(long)]
        replace: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Generate {
    /// Writes nothing; fails if something is stale.
    #[arg(long)]
    check: bool,
}

impl Generate {
    fn mode(&self) -> Mode {
        if self.check { Mode::Check } else { Mode::Write }
    }
}

impl Command {
    /// Does what was asked for.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<(), XtaskError> {
        match self.verb {
            Verb::Check { stages } => stage::run(workspace, &stages),
            Verb::Test => stage::test(workspace),
            Verb::Wit { verb: Some(WitVerb::Release { replace }), .. } => {
                wit::release(workspace, replace)
            }
            Verb::Wit { generate: Generate { check: true }, verb: None } => wit::check(workspace),
            Verb::Wit { .. } => wit::packages(workspace, Mode::Write),
            Verb::Guests(generate) => guests::build(workspace, generate.mode()),
            Verb::Docs(generate) => reference::pages(workspace, generate.mode()),
            Verb::Tidy => tidy::check(workspace),
            Verb::Conformance { write, pytest } => {
                let mode = if write { Mode::Write } else { Mode::Check };
                conformance::run(workspace, mode, &pytest)
            }
            Verb::Bench { runs, whole_only } => bench::run(workspace, runs, whole_only),
        }
    }
}
