//! Writes a release down.

use std::fs;
use std::path::Path;

use super::item::Package;
use super::lock::{self, Kept, Lock, Released};
use super::tree::Tree;
use super::{CURRENT, component, differences};
use crate::digest;
use crate::error::XtaskError;
use crate::print;
use crate::workspace::Workspace;

/// Where components are kept.
const COMPONENTS: &str = "tests/contract";

/// The workflow that is kept: built from `plugins/`, and vetted.
const WORKFLOW: &str = "delegate";

/// Releases every package whose version was not released yet. With `replace`, the newest release is made anew: only
/// as long as nobody has it.
pub(crate) fn release(workspace: &Workspace, replace: bool) -> Result<(), XtaskError> {
    let tree = Tree::read(&workspace.path(CURRENT))?;
    let mut lock = Lock::read(workspace)?;
    let contract = tree.version().unwrap_or_default().to_string();
    let text = format!("{CURRENT}/released/{contract}");
    if replace {
        withdraw(workspace, &mut lock, &contract, &text)?;
    }
    let mut faults = tree.faults.clone();
    faults.extend(differences(workspace, &lock, &tree)?);
    let new: Vec<&Package> =
        tree.packages.iter().filter(|package| lock.find(package).is_none()).collect();
    if !new.is_empty() && lock.workflow.iter().any(|kept| kept.contract == contract) {
        faults.push(format!(
            "`{}` {contract} was released, and it names every package by version: its version has to be later too",
            super::tree::WORLD
        ));
    }
    if !faults.is_empty() {
        return Err(XtaskError::Broken { faults });
    }
    if new.is_empty() {
        print::line(&format!("everything was released, as contract {contract}"));
        return Ok(());
    }
    for package in &new {
        lock.package.push(keep(workspace, &tree, package, &text)?);
        print::line(&format!("released {} {}", package.name, package.version));
    }
    lock.workflow.push(keep_workflow(workspace, &contract)?);
    for (path, content) in &tree.files {
        write(workspace, &format!("{text}/{path}"), content.as_bytes())?;
    }
    write(workspace, lock::PATH, lock.to_text().as_bytes())
}

/// Forgets the release of that contract.
fn withdraw(
    workspace: &Workspace,
    lock: &mut Lock,
    contract: &str,
    text: &str,
) -> Result<(), XtaskError> {
    let gone: Vec<Released> = lock.package.extract_if(.., |it| it.text == text).collect();
    let workflows: Vec<Kept> = lock.workflow.extract_if(.., |it| it.contract == contract).collect();
    let files = gone.iter().map(|it| &it.component).chain(workflows.iter().map(|it| &it.file));
    for file in files {
        remove(&workspace.path(file), |path| fs::remove_file(path))?;
    }
    remove(&workspace.path(text), |path| fs::remove_dir_all(path))
}

fn keep(
    workspace: &Workspace,
    tree: &Tree,
    package: &Package,
    text: &str,
) -> Result<Released, XtaskError> {
    let bytes = component::build(tree, package).map_err(|reason| XtaskError::Unreadable {
        what: format!("`{}` {}", package.name, package.version),
        reason,
    })?;
    let name = package.name.replace(':', "-");
    let file = format!("{COMPONENTS}/{name}-{}.wasm", package.version);
    write(workspace, &file, &bytes)?;
    Ok(Released {
        name: package.name.clone(),
        version: package.version.to_string(),
        digest: lock::digest_of(package),
        text: text.to_owned(),
        component: file,
        component_digest: digest::hex(&bytes),
    })
}

/// The build that is committed: whoever releases has built the workflows before.
fn keep_workflow(workspace: &Workspace, contract: &str) -> Result<Kept, XtaskError> {
    let from = workspace.path(&format!("workflows/{WORKFLOW}.wasm"));
    let bytes = fs::read(&from).map_err(|source| XtaskError::FileUnusable {
        path: from.clone(),
        what: "read",
        source,
    })?;
    let file = format!("{COMPONENTS}/{WORKFLOW}-{contract}.wasm");
    write(workspace, &file, &bytes)?;
    Ok(Kept { contract: contract.to_owned(), file, digest: digest::hex(&bytes) })
}

fn write(workspace: &Workspace, path: &str, bytes: &[u8]) -> Result<(), XtaskError> {
    let file = workspace.path(path);
    let unusable =
        |source| XtaskError::FileUnusable { path: file.clone(), what: "written", source };
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(unusable)?;
    }
    fs::write(&file, bytes).map_err(unusable)
}

fn remove(path: &Path, by: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), XtaskError> {
    if !path.exists() {
        return Ok(());
    }
    by(path).map_err(|source| XtaskError::FileUnusable {
        path: path.to_owned(),
        what: "removed",
        source,
    })
}
