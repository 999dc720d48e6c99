//! No path of the machine that something was written on.

use super::{File, Finding};

/// Where machines keep what belongs to nobody else. Put together here, so that this file passes.
const FOLDERS: [&str; 3] = [concat!("/ro", "ot/"), concat!("/ho", "me/"), concat!("/wo", "rk/")];

pub(super) fn check(file: &File) -> Vec<Finding> {
    let lines = file.text.lines().enumerate();
    let bad = lines.filter_map(|(index, line)| Some((index, find(line)?)));
    bad.map(|(index, folder)| {
        Finding::of_line(&file.path, index, format!("names `{folder}`, a folder of one machine"))
    })
    .collect()
}

fn find(line: &str) -> Option<&'static str> {
    FOLDERS.into_iter().find(|folder| {
        line.match_indices(folder).any(|(at, _)| {
            // `docs/home/page` is a path below something else.
            let before = line.get(..at).and_then(|before| before.chars().next_back());
            before.is_none_or(|before| !before.is_alphanumeric() && !"._-}".contains(before))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::found;

    #[test]
    fn a_machines_folder_is_found() {
        let text = format!("fine\nlet path = \"{}main/Cargo.toml\";\n", super::FOLDERS[2]);
        let found = found(super::check, "host/net/src/send.rs", &text);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("host/net/src/send.rs:2: "), "{found:?}");
    }

    #[test]
    fn a_path_below_something_else_is_right() {
        let text =
            format!("docs{}page.md and ${{HOME}}{}x\n", super::FOLDERS[1], super::FOLDERS[2]);
        assert!(found(super::check, "README.md", &text).is_empty());
    }
}
