//! `cargo xtask docs`: the reference pages below `docs/reference`, from the code.

mod catalog;
mod errors;

use host_catalog::Catalog;

use crate::error::XtaskError;
use crate::generated::{self, Mode};
use crate::workspace::Workspace;

/// Writes or checks the reference pages.
pub(crate) fn pages(workspace: &Workspace, mode: Mode) -> Result<(), XtaskError> {
    let files = vec![
        ("docs/reference/catalog.md".to_owned(), catalog::page(Catalog::builtin())),
        (errors::PATH.to_owned(), errors::page(&workspace.root)?),
    ];
    generated::keep(workspace, mode, &files, "cargo xtask docs")
}
