//! What is built once and used by several stages.

use std::path::PathBuf;

use crate::error::XtaskError;
use crate::print;
use crate::program::Program;
use crate::workspace::Workspace;

/// The compile target of workflows.
const GUEST_TARGET: &str = "wasm32-unknown-unknown";

/// Builds every program and every test, in one go: asked for together, they share all their parts,
/// while `cargo build` and `cargo test` one after the other would choose different features for some.
pub(crate) fn all(workspace: &Workspace) -> Result<(), XtaskError> {
    workspace.cargo("build").args(["--workspace", "--bins", "--tests"]).run()
}

/// The program `host`, for tests.
pub(crate) fn host(workspace: &Workspace) -> Result<PathBuf, XtaskError> {
    all(workspace)?;
    Ok(program(workspace, "debug"))
}

/// The program `host`, as people use it.
pub(crate) fn released_host(workspace: &Workspace) -> Result<PathBuf, XtaskError> {
    workspace.cargo("build").args(["--release", "--package", "host-cli"]).run()?;
    Ok(program(workspace, "release"))
}

fn program(workspace: &Workspace, profile: &str) -> PathBuf {
    workspace.target.join(profile).join(format!("host{}", std::env::consts::EXE_SUFFIX))
}

/// Installs the compile target of workflows where it is missing.
pub(crate) fn guest_target(workspace: &Workspace) -> Result<(), XtaskError> {
    let library = Program::new("rustc", &workspace.root)
        .args(["--print", "target-libdir", "--target", GUEST_TARGET])
        .read()?;
    if PathBuf::from(library.trim()).is_dir() {
        return Ok(());
    }
    print::line(&format!("the compile target {GUEST_TARGET} is missing and is installed now"));
    Program::new("rustup", &workspace.root).args(["target", "add", GUEST_TARGET]).run()
}
