//! Files that are generated and committed.

use std::fs;

use crate::error::XtaskError;
use crate::print;
use crate::workspace::Workspace;

/// What to do with generated files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Write those that differ.
    Write,
    /// Fail if one differs.
    Check,
}

/// Files by path below the root, with the text that they should have.
pub(crate) type Files = Vec<(String, String)>;

/// Writes the files that differ, or fails if one does. `command` mends it.
pub(crate) fn keep(
    workspace: &Workspace,
    mode: Mode,
    files: &Files,
    command: &'static str,
) -> Result<(), XtaskError> {
    let mut stale = Vec::new();
    for (path, text) in files {
        // A file that is not there is as stale as one that differs.
        if fs::read_to_string(workspace.path(path)).ok().as_ref() == Some(text) {
            continue;
        }
        match mode {
            Mode::Check => stale.push(path.clone()),
            Mode::Write => write(workspace, path, text)?,
        }
    }
    if stale.is_empty() {
        print::line(&format!("{} generated files are up to date", files.len()));
        return Ok(());
    }
    Err(XtaskError::Stale { what: "generated files are stale", stale, command })
}

fn write(workspace: &Workspace, path: &str, text: &str) -> Result<(), XtaskError> {
    let file = workspace.path(path);
    let unusable =
        |source| XtaskError::FileUnusable { path: file.clone(), what: "written", source };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(unusable)?;
    }
    fs::write(&file, text).map_err(unusable)?;
    print::line(&format!("wrote {path}"));
    Ok(())
}
