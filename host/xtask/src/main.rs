//! Every developer command: `cargo xtask check` is what a change has to pass, and what CI calls.
//!
//! `stage.rs` lists the stages of `check`, cheapest first; each is a function of a file of its own and
//! can be asked for by name. Whatever a stage needs beyond Rust, Python and Node.js (a compile target,
//! packages) it installs itself, below `target/` where that is possible.
//!
//! What is generated is committed, and has two modes: write, and `--check`, which says what is stale.
//! `tidy/` holds the rules of the house that neither the compiler nor clippy knows.
//!
//! # Invariants
//!
//! - One target folder and one way to build (`artifact.rs`), so that nothing is compiled twice.
//! - `check` changes nothing outside `target/`, apart from the compile target that `rustup` keeps.

mod artifact;
mod bench;
mod command;
mod conformance;
mod contract;
mod crowd;
mod digest;
mod error;
mod generated;
mod guests;
mod print;
mod program;
mod python;
mod reference;
mod scale;
mod simulation;
mod stage;
mod tidy;
mod watch;
mod wit;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;
use host_model::Problem as _;

use crate::command::Command;
use crate::workspace::Workspace;

fn main() -> ExitCode {
    let command = Command::parse();
    match Workspace::read().and_then(|workspace| command.run(&workspace)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::line(&format!("error[{}]: {error}", error.code()));
            if let Some(hint) = error.hint() {
                print::line(&format!("hint: {hint}"));
            }
            ExitCode::FAILURE
        }
    }
}
