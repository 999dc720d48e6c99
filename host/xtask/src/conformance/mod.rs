//! `cargo xtask conformance`: official clients talk to `host simulate`, and a table says what became of
//! it. Whatever they note on the way is collected below `target/conformance`.

mod node;
mod outcome;
mod page;
mod plan;

use std::fs;
use std::path::Path;

use host_catalog::Catalog;

use crate::artifact;
use crate::error::XtaskError;
use crate::generated::{self, Mode};
use crate::print;
use crate::program::Program;
use crate::python;
use crate::workspace::Workspace;

/// The tests' folder.
const TESTS: &str = "tests/conformance";

/// The table.
const PAGE: &str = "docs/reference/conformance.md";

/// Runs the tests against the program as it is built now, and writes or checks the table. With
/// arguments for pytest it runs what they choose, and leaves the rest and the table alone.
pub(crate) fn run(workspace: &Workspace, mode: Mode, pytest: &[String]) -> Result<(), XtaskError> {
    let interpreter = python::interpreter(workspace)?;
    let host = artifact::host(workspace)?;
    let noted = workspace.target.join("conformance");
    empty(&noted)?;
    let tests = Program::new(interpreter, &workspace.root)
        .args(["-m", "pytest", "--quiet", "-p", "no:cacheprovider", TESTS])
        .args(pytest)
        // Nothing is left behind among the sources.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env("HOST_OUTCOMES", &noted)
        .env("HOST_BINARY", &host);
    tests.run()?;
    if !pytest.is_empty() {
        print::line("only what was chosen has run, so the table is not looked at");
        return Ok(());
    }
    node::run(workspace, &host, &noted)?;
    let table = page::page(Catalog::builtin(), &outcome::read(&noted)?);
    let files = vec![(PAGE.to_owned(), table)];
    generated::keep(workspace, mode, &files, "cargo xtask conformance --write")
}

/// An empty folder in that place.
fn empty(folder: &Path) -> Result<(), XtaskError> {
    let unusable =
        |source| XtaskError::FileUnusable { path: folder.to_owned(), what: "emptied", source };
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(unusable)?;
    }
    fs::create_dir_all(folder).map_err(unusable)
}
