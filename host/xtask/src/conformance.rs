//! `cargo xtask conformance`: the official SDK for Python talks to `host simulate`.

use crate::artifact;
use crate::error::XtaskError;
use crate::python;
use crate::workspace::Workspace;

/// Runs the Python tests against the program as it is built now.
pub(crate) fn run(workspace: &Workspace, pytest: &[String]) -> Result<(), XtaskError> {
    let python = python::interpreter(workspace)?;
    let host = artifact::host(workspace)?;
    crate::program::Program::new(python, &workspace.root)
        .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", "tests/conformance"])
        .args(pytest)
        // Nothing is left behind among the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HOST_BINARY", host)
        .run()
}
