//! `docs/host-toml.md` has every setting of `host.toml`, and only settings that the program reads.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Fields of these types are settings; those of the first are tables of their own or stand at the top.
const CONFIG: &str = include_str!("../src/config.rs");
const LIMITS: &str = include_str!("../../runtime/src/limits.rs");

#[test]
fn every_setting_is_on_the_page() {
    let page = page();
    let settings: Vec<String> = fields(CONFIG)
        .into_iter()
        .map(|name| name.replace('_', "-"))
        .chain(fields(LIMITS))
        .collect();
    assert!(settings.len() > 20, "the sources were not understood: {settings:?}");
    for name in settings {
        let is_there =
            [format!("`{name}`"), format!("`[{name}]`")].iter().any(|it| page.contains(it));
        assert!(is_there, "`{name}` is not on the page");
    }
}

#[test]
fn every_example_on_the_page_is_read() {
    let examples = examples(&page());
    assert!(!examples.is_empty());
    for example in examples {
        let (exit, words) = inspect_with(&example);
        assert_eq!(exit, Some(2), "{words}");
        assert!(words.contains("error[run.file-unreadable]"), "{example}\n{words}");
    }
    let (_, words) = inspect_with("[http]\nconnect_secs = 1\n");
    assert!(words.contains("error[config.file-invalid]"), "{words}");
}

/// The settings are read before the workflow, which is not there.
fn inspect_with(text: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("host.toml"), text).expect("the folder is ours");
    let output = Command::new(env!("CARGO_BIN_EXE_host"))
        .args(["run", "missing.wasm", "--simulate", "--config"])
        .arg(path("host.toml"))
        .env_clear()
        .env("HOME", path("home"))
        .env("HOST_STATE", path("state"))
        .env("HOST_CACHE", path("cache"))
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the program can be started");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

fn page() -> String {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join("docs/host-toml.md")).expect("there is a page")
}

/// What stands between "```toml" and "```".
fn examples(page: &str) -> Vec<String> {
    let blocks = page.split("```toml\n").skip(1);
    blocks.filter_map(|block| block.split("```").next()).map(str::to_owned).collect()
}

/// Names of public fields of the structs in a source.
fn fields(source: &str) -> Vec<String> {
    let lines = source.lines().map(str::trim).filter(|line| line.ends_with(','));
    let declared = lines.filter_map(|line| {
        let line = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub "))?;
        line.split_once(": ").map(|(name, _)| name.to_owned())
    });
    declared.collect()
}
