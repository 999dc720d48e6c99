//! The example in `docs/scenarios.md` is a scenario, and does what the page says.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

#[test]
fn the_example_on_the_page_runs_as_the_page_says() {
    let folder = tempfile::tempdir().unwrap();
    let outcome = run(&folder, &[]);
    let words = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert_eq!(outcome.status.code(), Some(0), "{words}");
    assert!(words.contains("Throttling.User; attempt 2 in 1.5 s"), "{words}");
    assert!(words.contains("arms:ListTraceApps answered net.reply-lost; attempt 2"), "{words}");
    assert!(words.contains("\nverified: "), "{words}");

    let outcome = run(&folder, &["--fresh", "-p", "role-name=somebody-elses"]);
    let words = String::from_utf8_lossy(&outcome.stderr).into_owned();
    assert_eq!(outcome.status.code(), Some(1), "{words}");
    assert!(words.contains("workflow.object-foreign") && words.contains("no changes"), "{words}");
}

fn run(folder: &TempDir, more: &[&str]) -> Output {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = std::fs::read_to_string(root.join("docs/scenarios.md")).expect("there is a page");
    let example = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next());
    let example = example.expect("the page has an example");
    let path = |name: &str| folder.path().join(name);
    std::fs::write(path("mine.toml"), example).expect("the folder is ours");
    let simulate = format!("--simulate={}", path("mine.toml").display());
    Command::new(env!("CARGO_BIN_EXE_host"))
        .arg("run")
        .arg(root.join("workflows/delegate.wasm"))
        .arg(simulate)
        .args(more)
        .env_clear()
        .env("HOME", path("home"))
        .env("HOST_STATE", path("state"))
        .env("HOST_CACHE", path("cache"))
        .stdin(Stdio::null())
        .output()
        .expect("the program can be started")
}
