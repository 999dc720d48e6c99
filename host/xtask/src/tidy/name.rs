//! Names that say nothing are no names.

use super::{File, Finding};

/// Names under which anything could stand.
const EMPTY: [&str; 6] = ["common", "helper", "helpers", "misc", "util", "utils"];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let parts = file.path.split('/').map(|part| part.split('.').next().unwrap_or(part));
    let bad = parts.filter(|part| EMPTY.contains(part));
    bad.map(|part| {
        let message = format!("`{part}` says nothing: name the noun or the verb that it holds");
        Finding::of_file(&file.path, message)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn empty_names_of_files_and_folders_are_found() {
        for path in ["host/net/src/utils.rs", "host/net/src/helpers/mod.rs", "tests/misc.py"] {
            assert_eq!(found(super::check, path, "").len(), 1, "{path}");
        }
    }

    #[test]
    fn names_that_contain_one_are_right() {
        assert!(found(super::check, "host/net/src/miscarriage.rs", "").is_empty());
    }
}
