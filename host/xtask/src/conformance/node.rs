//! The official SDK for Node.js: its packages in a folder of their own, and its tests.

use std::fs;
use std::path::{Path, PathBuf};

use super::{TESTS, plan};
use crate::error::XtaskError;
use crate::print;
use crate::program::Program;
use crate::workspace::Workspace;

/// The oldest Node.js whose test runner does what is asked of it.
const OLDEST: u32 = 20;

/// What says which packages, in which versions.
const PINS: [&str; 2] = ["package.json", "package-lock.json"];

/// Runs the tests; they note their outcomes in `noted`.
pub(super) fn run(workspace: &Workspace, host: &Path, noted: &Path) -> Result<(), XtaskError> {
    let modules = modules(workspace)?;
    let plan = plan::write(workspace, noted)?;
    Program::new("node", &workspace.root)
        .args(["--test", &format!("--test-reporter=./{TESTS}/node/reporter.js")])
        .args(tests(workspace)?)
        .env("NODE_PATH", modules)
        .env("HOST_PLAN", plan)
        .env("HOST_OUTCOMES", noted)
        .env("HOST_BINARY", host)
        .run()
}

/// The packages' folder below `target/node`, made on first use and again when the pins change.
fn modules(workspace: &Workspace) -> Result<PathBuf, XtaskError> {
    must_be_new_enough(workspace)?;
    let folder = workspace.target.join("node");
    let modules = folder.join("node_modules");
    let unusable = |path: &Path, what| {
        let path = path.to_owned();
        move |source| XtaskError::FileUnusable { path, what, source }
    };
    let mut wanted = String::new();
    for pins in PINS {
        let path = workspace.path(&format!("{TESTS}/node/{pins}"));
        wanted.push_str(&fs::read_to_string(&path).map_err(unusable(&path, "read"))?);
    }
    // Written last, so that an interrupted installation starts again.
    let installed = folder.join("installed.txt");
    if fs::read_to_string(&installed).is_ok_and(|text| text == wanted) && modules.is_dir() {
        return Ok(modules);
    }
    print::line("Node packages are installed into target/node");
    fs::create_dir_all(&folder).map_err(unusable(&folder, "made"))?;
    for pins in PINS {
        let copy = folder.join(pins);
        let pins = workspace.path(&format!("{TESTS}/node/{pins}"));
        fs::copy(&pins, &copy).map_err(unusable(&copy, "written"))?;
    }
    // Packages are data here: none of them runs anything when it is installed.
    Program::new(if cfg!(windows) { "npm.cmd" } else { "npm" }, &folder)
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
        .run()?;
    fs::write(&installed, wanted).map_err(unusable(&installed, "written"))?;
    Ok(modules)
}

/// The files with tests, sorted.
fn tests(workspace: &Workspace) -> Result<Vec<String>, XtaskError> {
    let folder = workspace.path(&format!("{TESTS}/node"));
    let unusable = |source| XtaskError::FileUnusable { path: folder.clone(), what: "read", source };
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder).map_err(unusable)? {
        let name = entry.map_err(unusable)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".test.js") {
            files.push(format!("{TESTS}/node/{name}"));
        }
    }
    files.sort();
    Ok(files)
}

fn must_be_new_enough(workspace: &Workspace) -> Result<(), XtaskError> {
    let answer = Program::new("node", &workspace.root).arg("--version").read()?;
    if major(&answer).is_some_and(|major| major >= OLDEST) {
        return Ok(());
    }
    Err(XtaskError::Unreadable {
        what: format!("Node.js {}", answer.trim()),
        reason: format!("its test runner is needed as it is from version {OLDEST} on"),
    })
}

/// 20 from `v20.11.1`.
fn major(answer: &str) -> Option<u32> {
    answer.trim().strip_prefix('v')?.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    #[test]
    fn versions_are_numbers() {
        for (answer, expected) in [("v20.11.1\n", Some(20)), ("v9.0.0", Some(9)), ("20", None)] {
            assert_eq!(super::major(answer), expected, "{answer:?}");
        }
    }
}
