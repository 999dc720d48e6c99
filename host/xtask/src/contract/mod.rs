//! The contract that was released, and what may become of it.
//!
//! `cargo xtask wit release` writes down what `wit/` is: its text below `wit/released/`, a digest of each package in
//! `wit/released.lock`, and for each package a component that imports all of it, below `tests/contract`. From then on
//! `cargo xtask check wit` compares: whatever was released stays as it is, and what is added says that it came later.
//! Comments may change at any time. docs/contract.md tells authors what that means for them.

mod compare;
mod component;
mod item;
mod lock;
mod release;
mod shape;
#[cfg(test)]
mod tests;
mod tree;

use std::fs;

use crate::digest;
use crate::error::XtaskError;
use crate::print;
use crate::workspace::Workspace;

use lock::{Lock, Released};
use tree::Tree;

pub(crate) use release::release;

/// The folder of what is promised now.
const CURRENT: &str = "wit";

/// Checks that everything that was released is still there as it was, and that nothing came in unsaid.
pub(crate) fn check(workspace: &Workspace) -> Result<(), XtaskError> {
    let tree = Tree::read(&workspace.path(CURRENT))?;
    let lock = Lock::read(workspace)?;
    let mut faults = tree.faults.clone();
    faults.extend(differences(workspace, &lock, &tree)?);
    faults.extend(kept(workspace, &lock));
    if !faults.is_empty() {
        return Err(XtaskError::Broken { faults });
    }
    let new: Vec<String> = tree
        .packages
        .iter()
        .filter(|package| lock.find(package).is_none())
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    let new = if new.is_empty() { "nothing".to_owned() } else { new.join(", ") };
    print::line(&format!(
        "{} released packages are what they were; not released yet: {new}",
        lock.package.len()
    ));
    Ok(())
}

/// What of the released packages is not there any more, or not the same.
fn differences(workspace: &Workspace, lock: &Lock, tree: &Tree) -> Result<Vec<String>, XtaskError> {
    let mut faults = Vec::new();
    let mut folders: Vec<&str> =
        lock.package.iter().map(|released| released.text.as_str()).collect();
    folders.dedup();
    for folder in folders {
        let then = Tree::read(&workspace.path(folder))?;
        for released in lock.package.iter().filter(|released| released.text == folder) {
            faults.extend(of_one(released, &then, tree));
        }
    }
    Ok(faults)
}

fn of_one(released: &Released, then: &Tree, tree: &Tree) -> Vec<String> {
    let version = released.release();
    let Released { name, digest, text, .. } = released;
    let was = then.package(name, version).filter(|was| lock::digest_of(was) == *digest);
    match was {
        Some(was) => compare::faults(was, tree.package(name, version)),
        None => vec![format!("`{text}` is not what was released of `{name}` {version}")],
    }
}

/// Components that are gone, or not those that were kept.
fn kept(workspace: &Workspace, lock: &Lock) -> Vec<String> {
    let components = lock.package.iter().map(|it| (&it.component, &it.component_digest));
    let all = components.chain(lock.workflow.iter().map(|it| (&it.file, &it.digest)));
    let same = |file: &str, expected: &str| {
        fs::read(workspace.path(file)).is_ok_and(|bytes| digest::hex(&bytes) == *expected)
    };
    all.filter(|(file, digest)| !same(file, digest))
        .map(|(file, _)| format!("`{file}` is not the component that was kept"))
        .collect()
}
