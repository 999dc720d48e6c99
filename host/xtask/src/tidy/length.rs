//! Files stay short enough to be read at a sitting. Data, and what is generated, may be longer.

use super::{File, Finding};

/// The most lines of a file.
const MOST: usize = 500;

/// How far down a generated file may say that it is one.
const MARK_WITHIN: usize = 3;

pub(super) fn check(file: &File) -> Vec<Finding> {
    let is_written = ["rs", "py", "md", "wit"]
        .iter()
        .any(|end| file.path.rsplit_once('.').is_some_and(|(_, extension)| extension == *end));
    let count = file.text.lines().count();
    if !is_written || count <= MOST || is_generated(&file.text) {
        return Vec::new();
    }
    vec![Finding::of_file(
        &file.path,
        format!("has {count} lines, at most {MOST}: split it by noun"),
    )]
}

fn is_generated(text: &str) -> bool {
    text.lines().take(MARK_WITHIN).any(|line| line.contains("Generated"))
}

#[cfg(test)]
mod tests {
    use super::super::found;

    fn count(path: &str, first: &str, lines: usize) -> usize {
        let text = format!("{first}\n{}", "x\n".repeat(lines - 1));
        found(super::check, path, &text).len()
    }

    #[test]
    fn one_line_too_many_is_found() {
        assert_eq!(count("host/net/src/send.rs", "//! Sends.", 500), 0);
        assert_eq!(count("host/net/src/send.rs", "//! Sends.", 501), 1);
        assert_eq!(count("docs/guide.md", "# Guide", 501), 1);
    }

    #[test]
    fn data_and_generated_files_are_free() {
        assert_eq!(count("host/catalog/data/ram.toml", "# RAM", 900), 0);
        assert_eq!(count("wit/deps/aliyun-ram/ram.wit", "/// Generated from the catalog.", 900), 0);
    }
}
