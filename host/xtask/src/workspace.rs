//! The repository, as cargo sees it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::XtaskError;
use crate::program::Program;

/// The repository, as cargo sees it.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// Its top folder.
    pub(crate) root: PathBuf,
    /// Where cargo builds.
    pub(crate) target: PathBuf,
    /// Its packages, by name.
    pub(crate) packages: BTreeMap<String, Package>,
}

/// A package of the workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Package {
    /// Its folder below the root, with `/`.
    pub(crate) folder: String,
    /// What its manifest says in `package.metadata.room.layer`.
    pub(crate) layer: Option<i64>,
    /// Packages of the workspace that it needs outside its tests, sorted.
    pub(crate) needs: Vec<String>,
    /// What it builds: `lib`, `bin`, `cdylib`, `bench`, …
    pub(crate) kinds: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<PackageData>,
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

#[derive(Deserialize)]
struct PackageData {
    name: String,
    manifest_path: PathBuf,
    metadata: Option<serde_json::Value>,
    dependencies: Vec<DependencyData>,
    targets: Vec<TargetData>,
}

#[derive(Deserialize)]
struct DependencyData {
    name: String,
    kind: Option<String>,
    path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct TargetData {
    kind: Vec<String>,
}

impl Workspace {
    /// Asks cargo about the repository that this program was built from.
    pub(crate) fn read() -> Result<Self, XtaskError> {
        let text = Program::new("cargo", Path::new(env!("CARGO_MANIFEST_DIR")))
            .args(["metadata", "--format-version=1", "--no-deps"])
            .read()?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self, XtaskError> {
        let data: Metadata =
            serde_json::from_str(text).map_err(|error| XtaskError::Unreadable {
                what: "the output of `cargo metadata`".to_owned(),
                reason: error.to_string(),
            })?;
        let root = data.workspace_root;
        let packages = data.packages.into_iter();
        let packages = packages.map(|package| (package.name.clone(), package.noun(&root)));
        Ok(Self { packages: packages.collect(), target: data.target_directory, root })
    }

    /// cargo, in the top folder.
    pub(crate) fn cargo(&self, command: &str) -> Program {
        Program::new("cargo", &self.root).arg(command)
    }

    /// A file or folder below the root.
    pub(crate) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A package and all packages of the workspace that it stands on, sorted.
    pub(crate) fn closure(&self, package: &str) -> Vec<String> {
        let mut found = vec![package.to_owned()];
        let mut next = 0;
        while let Some(name) = found.get(next) {
            let needs = self.packages.get(name).map(|package| package.needs.clone());
            for need in needs.unwrap_or_default() {
                if !found.contains(&need) {
                    found.push(need);
                }
            }
            next += 1;
        }
        found.sort();
        found
    }
}

impl PackageData {
    fn noun(self, root: &Path) -> Package {
        let folder = self.manifest_path.parent().unwrap_or(root);
        let folder = folder.strip_prefix(root).unwrap_or(folder);
        let layer = self.metadata.as_ref().and_then(|data| data.pointer("/room/layer"));
        let mut needs: Vec<String> = self
            .dependencies
            .into_iter()
            .filter(|need| need.path.is_some() && need.kind.as_deref() != Some("dev"))
            .map(|need| need.name)
            .collect();
        needs.sort();
        needs.dedup();
        Package {
            folder: folder.to_string_lossy().replace('\\', "/"),
            layer: layer.and_then(serde_json::Value::as_i64),
            needs,
            kinds: self.targets.into_iter().flat_map(|target| target.kind).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{
        "workspace_root": "/top", "target_directory": "/top/target",
        "packages": [
            { "name": "b", "manifest_path": "/top/host/b/Cargo.toml",
              "metadata": { "room": { "layer": 1 } }, "targets": [{ "kind": ["lib"] }],
              "dependencies": [
                  { "name": "a", "kind": null, "path": "/top/host/a" },
                  { "name": "serde", "kind": null, "path": null },
                  { "name": "c", "kind": "dev", "path": "/top/host/c" } ] },
            { "name": "a", "manifest_path": "/top/host/a/Cargo.toml", "metadata": null,
              "targets": [], "dependencies": [] },
            { "name": "guest", "manifest_path": "/top/plugins/guest/Cargo.toml", "metadata": null,
              "targets": [{ "kind": ["cdylib"] }],
              "dependencies": [{ "name": "b", "kind": null, "path": "/top/host/b" }] }
        ]
    }"#;

    #[test]
    fn reads_what_cargo_says() {
        let workspace = Workspace::parse(METADATA).unwrap();
        let b = &workspace.packages["b"];
        assert_eq!((b.folder.as_str(), b.layer), ("host/b", Some(1)));
        assert_eq!(b.needs, ["a"], "tests may need more, and other people's packages do not count");
        assert_eq!(workspace.packages["guest"].kinds, ["cdylib"]);
    }

    #[test]
    fn a_closure_has_what_stands_below() {
        let workspace = Workspace::parse(METADATA).unwrap();
        assert_eq!(workspace.closure("guest"), ["a", "b", "guest"]);
    }
}
