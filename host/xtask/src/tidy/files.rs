//! The files that the rules look at.

use std::fs;
use std::path::Path;

use super::File;
use crate::error::XtaskError;

/// What is not the repository's own content.
const SKIPPED: [&str; 4] = [".git", "target", "__pycache__", ".pytest_cache"];

/// Every file below `root` that holds text, sorted by path.
pub(crate) fn read(root: &Path) -> Result<Vec<File>, XtaskError> {
    let mut files = Vec::new();
    walk(root, "", &mut files)?;
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(root: &Path, below: &str, files: &mut Vec<File>) -> Result<(), XtaskError> {
    let folder = root.join(below);
    let unusable = |path: &Path| {
        let path = path.to_owned();
        move |source| XtaskError::FileUnusable { path, what: "read", source }
    };
    for entry in fs::read_dir(&folder).map_err(unusable(&folder))? {
        let entry = entry.map_err(unusable(&folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
        let kind = entry.file_type().map_err(unusable(&entry.path()))?;
        // In a work tree beside the first one `.git` is a file.
        if SKIPPED.contains(&name.as_str()) {
            continue;
        }
        if kind.is_dir() {
            walk(root, &path, files)?;
        } else if kind.is_file() {
            let bytes = fs::read(entry.path()).map_err(unusable(&entry.path()))?;
            // What is no text has no rules.
            if let Ok(text) = String::from_utf8(bytes) {
                files.push(File { path, text });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn sees_this_file_and_nothing_that_was_built() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let files = super::read(&root).unwrap();
        assert!(files.iter().any(|file| file.path == "host/xtask/src/tidy/files.rs"));
        assert!(!files.iter().any(|file| file.path.starts_with("target/")));
    }
}
