//! The digest of everything that a workflow is built from.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::digest::hex;
use crate::error::XtaskError;
use crate::workspace::Workspace;

/// Folders of a package that its library is not built from.
const TESTS: [&str; 2] = ["tests", "benches"];

/// What is kept of earlier contracts, beside the one that a workflow is built from.
const RELEASED: [&str; 2] = ["wit/released", "wit/released.lock"];

/// SHA-256 in lower-case hex over the files of the workflow's package, of the packages of this
/// repository below it, and of the contract. Other people's packages are the lockfile's business.
pub(super) fn digest(workspace: &Workspace, workflow: &str) -> Result<String, XtaskError> {
    let is_guest = |folder: &str| folder == format!("plugins/{workflow}");
    let guest = workspace.packages.iter().find(|(_, package)| is_guest(&package.folder));
    let names = guest.map(|(name, _)| workspace.closure(name)).unwrap_or_default();
    let packages = names.iter().filter_map(|name| workspace.packages.get(name));
    let folders = packages.map(|package| package.folder.as_str()).chain(["wit"]);
    let mut files = BTreeMap::new();
    for folder in folders {
        collect(&workspace.root, folder, &mut files)?;
    }
    Ok(digest_of(&files))
}

/// Paths and lengths count too: moving text from one file to another is a change.
fn digest_of(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut all = Vec::new();
    for (path, bytes) in files {
        all.extend_from_slice(format!("{path}\0{}\0", bytes.len()).as_bytes());
        all.extend_from_slice(bytes);
    }
    hex(&all)
}

fn collect(
    root: &Path,
    folder: &str,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> Result<(), XtaskError> {
    let unusable =
        |source| XtaskError::FileUnusable { path: root.join(folder), what: "read", source };
    for entry in fs::read_dir(root.join(folder)).map_err(unusable)? {
        let entry = entry.map_err(unusable)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{folder}/{name}");
        if RELEASED.contains(&path.as_str()) {
            continue;
        }
        if entry.file_type().map_err(unusable)?.is_dir() {
            if !TESTS.contains(&name.as_str()) {
                collect(root, &path, files)?;
            }
        } else {
            files.insert(path, fs::read(entry.path()).map_err(unusable)?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_the_sources_is_another_digest() {
        let files = |list: &[(&str, &str)]| {
            let pairs =
                list.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
            digest_of(&pairs.collect())
        };
        let first = files(&[("a", "one"), ("b", "two")]);
        assert_eq!(first, files(&[("b", "two"), ("a", "one")]), "order is no matter");
        assert_ne!(first, files(&[("a", "onet"), ("b", "wo")]), "moved text");
        assert_ne!(first, files(&[("a", "one"), ("c", "two")]), "another name");
        assert_ne!(first, files(&[("a", "one"), ("b", "two!")]), "other text");
    }

    #[test]
    fn tests_are_no_sources() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = BTreeMap::new();
        collect(&root, "host/ram", &mut files).unwrap();
        assert!(files.contains_key("host/ram/src/lib.rs"));
        assert!(files.contains_key("host/ram/Cargo.toml"));
        assert!(!files.keys().any(|path| path.starts_with("host/ram/tests/")));
    }

    #[test]
    fn what_was_released_before_is_no_source() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut files = BTreeMap::new();
        collect(&root, "wit", &mut files).unwrap();
        assert!(files.contains_key("wit/world.wit"));
        assert!(!files.keys().any(|path| path.starts_with("wit/released")), "{:?}", files.keys());
    }
}
