//! Pages name rooms, files and tests that exist: a guard that is gone guards nothing.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The pages that promise something.
const PAGES: [&str; 10] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "docs/contract.md",
    "docs/security.md",
    "docs/host-toml.md",
    "docs/policy.md",
    "docs/scenarios.md",
    "docs/reference/errors.md",
    "docs/reference/exit-statuses.md",
];

/// A name of a test has at least this many words; shorter names in code style are something else.
const TEST_WORDS_MIN: usize = 4;

#[test]
fn every_test_that_a_page_names_is_there() {
    let mut sources = String::new();
    for folder in ["host", "plugins", "tests"] {
        gather(&root().join(folder), &mut sources);
    }
    let mut named = 0;
    for page in PAGES {
        for name in code(&read(page)).iter().filter(|name| is_test(name)) {
            named += 1;
            assert!(sources.contains(&format!("fn {name}(")), "{page} names `{name}`");
        }
    }
    assert!(named > 100, "the pages were not understood: {named}");
}

#[test]
fn every_file_that_a_page_names_is_there() {
    let below = ["", "host"].map(|folder| root().join(folder));
    for page in PAGES {
        let text = read(page);
        let paths = code(&text).into_iter().filter(|name| is_path(name));
        for path in paths {
            let is_there = below.iter().any(|folder| folder.join(&path).exists());
            assert!(is_there, "{page} names `{path}`");
        }
        let folder = root().join(page);
        for link in links(&text) {
            let target = folder.parent().unwrap().join(&link);
            assert!(target.exists(), "{page} links to {link}");
        }
    }
}

#[test]
fn the_table_of_rooms_is_what_the_crates_say() {
    let page = read("ARCHITECTURE.md");
    let rows = page.lines().filter_map(|line| {
        let mut cells = line.strip_prefix("| ")?.split(" | ");
        let layer: u32 = cells.next()?.parse().ok()?;
        let room = cells.next()?.trim_matches('`').to_owned();
        Some((room, layer))
    });
    let mut crates = BTreeSet::new();
    for entry in std::fs::read_dir(root().join("host")).unwrap() {
        let folder = entry.unwrap().path();
        let Ok(manifest) = std::fs::read_to_string(folder.join("Cargo.toml")) else { continue };
        let line = manifest.lines().find_map(|line| line.strip_prefix("layer = ")).unwrap();
        let name = folder.file_name().unwrap().to_string_lossy().into_owned();
        crates.insert((name, line.parse().unwrap()));
    }
    assert_eq!(rows.collect::<BTreeSet<_>>(), crates);
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn read(page: &str) -> String {
    std::fs::read_to_string(root().join(page)).expect("there is a page")
}

/// What stands in single backticks, outside of blocks.
fn code(page: &str) -> Vec<String> {
    let mut fenced = false;
    let mut found = Vec::new();
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(str::to_owned));
        }
    }
    found
}

fn is_test(name: &str) -> bool {
    let fine = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    name.bytes().all(fine) && name.split('_').count() >= TEST_WORDS_MIN
}

/// A path of this repository: it has a folder, and an ending or a folder that is there.
fn is_path(name: &str) -> bool {
    let starts = ["host/", "plugins/", "tests/", "workflows/", "docs/", "wit/"];
    let ends = [".rs", ".toml", ".json", ".md"];
    let plain = !name.contains([' ', '<', '*', '=', '…', '$', '~']) && !name.starts_with('/');
    plain
        && name.contains('/')
        && (starts.iter().any(|start| name.starts_with(start))
            || ends.iter().any(|end| name.ends_with(end)))
}

/// Targets of links inside of the repository.
fn links(page: &str) -> Vec<String> {
    let targets = page.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    targets.filter(|target| !target.contains("://")).map(str::to_owned).collect()
}

fn gather(folder: &Path, sources: &mut String) {
    for entry in std::fs::read_dir(folder).expect("there is a folder").flatten() {
        let path = entry.path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            gather(&path, sources);
        } else if path.extension().is_some_and(|end| end == "rs") {
            sources.push_str(&std::fs::read_to_string(path).expect("sources are text"));
        }
    }
}
