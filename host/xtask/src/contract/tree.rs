//! A folder with packages of WIT: `wit/` itself, or what was released of it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use host_catalog::Release;
use wit_parser::{Resolve, UnresolvedPackageGroup};

use super::item::Package;
use crate::error::XtaskError;

/// The package that names all others by version: its version is the contract's.
pub(super) const WORLD: &str = "host:workflow";

/// A folder with packages of WIT.
pub(super) struct Tree {
    pub(super) resolve: Resolve,
    /// All packages, sorted by name and version.
    pub(super) packages: Vec<Package>,
    /// Its files, by path below it.
    pub(super) files: BTreeMap<String, String>,
    /// What no package of a contract may have, in words.
    pub(super) faults: Vec<String>,
}

impl Tree {
    /// Reads `world.wit` and `deps/*/*.wit` below `root`.
    pub(super) fn read(root: &Path) -> Result<Self, XtaskError> {
        let mut files = BTreeMap::new();
        collect(root, "", &mut files)?;
        for folder in folders(&root.join("deps"))? {
            collect(root, &format!("deps/{folder}/"), &mut files)?;
        }
        Self::of(files).map_err(|reason| XtaskError::Unreadable {
            what: format!("`{}`", root.display()),
            reason,
        })
    }

    /// The same of texts.
    pub(super) fn of(files: BTreeMap<String, String>) -> Result<Self, String> {
        let mut resolve = Resolve::default();
        for (path, text) in in_order(&files) {
            resolve.push_source(path, text).map_err(|error| format!("{error:#}"))?;
        }
        let mut packages = Vec::new();
        let mut faults = Vec::new();
        for (id, _) in &resolve.packages {
            match Package::of(&resolve, id) {
                Ok(package) => packages.push(package),
                Err(fault) => faults.push(fault),
            }
        }
        packages.sort_by(|a, b| (&a.name, a.version).cmp(&(&b.name, b.version)));
        let items = packages.iter().flat_map(|package| package.items.values());
        let ungated = items.filter(|item| item.since.is_none());
        faults.extend(ungated.map(|item| format!("{item} has no `@since`")));
        Ok(Self { resolve, packages, files, faults })
    }

    /// The package of that name on the track of `version`.
    pub(super) fn package(&self, name: &str, version: Release) -> Option<&Package> {
        let on_track = |it: &&Package| it.name == name && it.version.track() == version.track();
        self.packages.iter().find(on_track)
    }

    /// The contract's version.
    pub(super) fn version(&self) -> Option<Release> {
        let versions = self.packages.iter().filter(|package| package.name == WORLD);
        versions.map(|package| package.version).max()
    }
}

/// Whoever needs nothing that is still missing comes first. What cannot be read comes as it is: reading it says why.
fn in_order(files: &BTreeMap<String, String>) -> Vec<(&String, &String)> {
    let parse = |(path, text): (&String, &String)| UnresolvedPackageGroup::parse(path, text).ok();
    let mut waiting: Vec<_> = files.iter().map(|file| (file, parse(file))).collect();
    let mut order = Vec::new();
    while !waiting.is_empty() {
        let names: Vec<_> = waiting
            .iter()
            .filter_map(|(_, group)| group.as_ref().map(|group| group.main.name.clone()))
            .collect();
        let is_ready = |group: &UnresolvedPackageGroup| {
            !group.main.foreign_deps.keys().any(|need| names.contains(need))
        };
        let next = waiting.iter().position(|(_, group)| group.as_ref().is_none_or(is_ready));
        order.push(waiting.remove(next.unwrap_or_default()).0);
    }
    order
}

fn collect(
    root: &Path,
    below: &str,
    files: &mut BTreeMap<String, String>,
) -> Result<(), XtaskError> {
    let folder = root.join(below);
    for entry in fs::read_dir(&folder).map_err(unreadable(&folder))? {
        let path = entry.map_err(unreadable(&folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_file() && path.extension().is_some_and(|extension| extension == "wit") {
            let text = fs::read_to_string(&path).map_err(unreadable(&path))?;
            files.insert(format!("{below}{name}"), text);
        }
    }
    Ok(())
}

fn folders(root: &Path) -> Result<Vec<String>, XtaskError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(root).map_err(unreadable(root))? {
        let entry = entry.map_err(unreadable(root))?;
        if entry.path().is_dir() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> XtaskError {
    let path: PathBuf = path.to_owned();
    move |source| XtaskError::FileUnusable { path: path.clone(), what: "read", source }
}
