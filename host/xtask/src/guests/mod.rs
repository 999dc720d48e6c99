//! `cargo xtask guests`: the workflows in `workflows/`, from their sources in `plugins/`.
//!
//! What is committed is what operators run, so it must be what the sources make. On the same platform
//! with the same compiler the bytes are compared; elsewhere, where bytes may differ, the digest of the
//! sources is.

mod index;
mod sources;

use std::fs;
use std::path::{Path, PathBuf};

use crate::artifact;
use crate::digest;
use crate::error::XtaskError;
use crate::generated::{self, Mode};
use crate::guests::index::{INDEX, Index, Vetted};
use crate::print;
use crate::program::Program;
use crate::workspace::Workspace;

/// The command that mends what is stale.
const COMMAND: &str = "cargo xtask guests";

/// Builds all workflows: writes them and their index, or compares with what is committed.
pub(crate) fn build(workspace: &Workspace, mode: Mode) -> Result<(), XtaskError> {
    artifact::guest_target(workspace)?;
    let host = artifact::host(workspace)?;
    let folder = match mode {
        Mode::Write => workspace.path("workflows"),
        Mode::Check => workspace.target.join("guests"),
    };
    make_folder(&folder)?;
    let mut built = Index::default();
    for name in names(workspace) {
        let file = folder.join(format!("{name}.wasm"));
        let program = Program::new(&host, &workspace.root);
        program.arg("build").arg(format!("plugins/{name}")).arg("-o").arg(&file).run()?;
        built.workflow.push(Vetted::of(workspace, &name, &read(&file)?)?);
    }
    match mode {
        Mode::Write => {
            let files = vec![(INDEX.to_owned(), built.to_text())];
            generated::keep(workspace, mode, &files, COMMAND)
        }
        Mode::Check => compare(workspace, &built),
    }
}

/// The workflows: packages below `plugins/` that build a component, by the name of their folder.
fn names(workspace: &Workspace) -> Vec<String> {
    let packages = workspace.packages.values();
    let guests = packages.filter(|package| package.kinds.iter().any(|kind| kind == "cdylib"));
    guests.filter_map(|guest| Some(guest.folder.strip_prefix("plugins/")?.to_owned())).collect()
}

fn compare(workspace: &Workspace, built: &Index) -> Result<(), XtaskError> {
    let index = Index::read(workspace)?;
    let committed = |file: &str| {
        let bytes = fs::read(workspace.path("workflows").join(file)).ok();
        bytes.map(|bytes| digest::hex(&bytes))
    };
    let stale = index.differences(built, committed);
    if stale.is_empty() {
        for vetted in &built.workflow {
            print::line(&format!("workflows/{} is what its sources make", vetted.file));
        }
        return Ok(());
    }
    Err(XtaskError::Stale { what: "workflows are stale", stale, command: COMMAND })
}

fn make_folder(path: &Path) -> Result<(), XtaskError> {
    fs::create_dir_all(path).map_err(|source| XtaskError::FileUnusable {
        path: path.to_owned(),
        what: "made",
        source,
    })
}

fn read(path: &PathBuf) -> Result<Vec<u8>, XtaskError> {
    fs::read(path).map_err(|source| XtaskError::FileUnusable {
        path: path.clone(),
        what: "read",
        source,
    })
}
