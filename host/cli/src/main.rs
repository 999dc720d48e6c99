//! Words in, exit status out: the only room that prints and the only one that picks adapters.
//!
//! Each file under `command/` is one subcommand: its arguments, and one function that turns them into
//! an outcome. `output/` writes events and reports; nothing else does. `offline.rs` and `online.rs` put
//! the offline or the real cloud behind the same ports.

mod command;
mod config;
mod context;
mod environment;
mod failure;
mod folders;
mod interrupt;
mod journal;
mod narrow;
mod offline;
mod online;
mod output;
mod policy;
mod recorded;
mod select;
mod session;
mod terminal;
mod unlock;
mod vetted;

use std::process::ExitCode;

use clap::Parser as _;

use crate::command::Command;
use crate::context::Context;

fn main() -> ExitCode {
    // A core file would hold every secret of the run (`security.md`, rule 14).
    no_core_dumps();
    let command = match Command::try_parse() {
        Ok(command) => command,
        Err(error) => {
            let json = std::env::args_os().any(|word| word == "--json");
            return output::usage(&error, json);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => return output::broken(&error.to_string()),
    };
    let context = Context::read();
    let json = command.json();
    let exit = match runtime.block_on(command.run(&context)) {
        Ok(exit) => exit,
        Err(failure) => output::failure(&failure, json),
    };
    output::close();
    // A name that is being resolved, or a proxy that hangs, must not hold the process up.
    runtime.shutdown_background();
    ExitCode::from(exit)
}

fn no_core_dumps() {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    // Where it cannot be set it is set already, or the system has no such thing.
    let _refused = setrlimit(Resource::Core, none);
}
