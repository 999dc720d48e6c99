//! A crate's first file opens with its job.

use super::{File, Finding};

/// How many lines of module documentation say what a crate is for.
const LINES: usize = 3;

pub(super) fn check(file: &File) -> Vec<Finding> {
    let is_front = file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs");
    let lines = file.text.lines().take_while(|line| line.starts_with("//!")).count();
    if !is_front || lines >= LINES {
        return Vec::new();
    }
    let message =
        format!("opens with its job, its flow and what must hold: {LINES} lines of `//!`");
    vec![Finding::of_file(&file.path, message)]
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn a_crate_without_words_is_found() {
        for text in ["mod a;\n", "//! One line.\n\nmod a;\n", "\n//! Too\n//! late\n//! here.\n"] {
            assert_eq!(found(super::check, "host/net/src/lib.rs", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn an_essay_is_right_and_other_files_are_free() {
        let essay = "//! Sends.\n//!\n//! Only what has a permit.\n\nmod a;\n";
        assert!(found(super::check, "host/net/src/lib.rs", essay).is_empty());
        assert!(found(super::check, "host/net/src/send.rs", "mod a;\n").is_empty());
    }
}
