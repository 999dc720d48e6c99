//! `host inspect`: what a workflow may do, before it does anything.

use host_e2e::{Home, delegate, hostile};

/// Digests and sizes change with every compiler; everything else is what a person reads.
fn settled(text: &str) -> String {
    let line = |line: &str| {
        if line.trim_start().starts_with("sha256 ") {
            "  sha256 [digest] ([size] bytes)".to_owned()
        } else {
            line.to_owned()
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_a_workflow_may_do_is_shown() {
    let home = Home::new();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let seen = home.host(&["inspect", &workflow]).exits(0);
    assert!(seen.stderr.is_empty(), "{seen}");
    insta::assert_snapshot!("inspect-hostile", settled(&seen.stdout));
    let path = delegate().display().to_string();
    let seen = home.host(&["inspect", &path]).exits(0);
    insta::assert_snapshot!("inspect-delegate", settled(&seen.stdout));
}

#[test]
fn what_a_workflow_may_do_is_data_as_well() {
    let home = Home::new();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    let seen = home.host(&["inspect", &workflow, "--json"]).exits(0);
    let events = seen.events();
    assert_eq!(events.len(), 1, "{seen}");
    assert_eq!(events[0]["vetted"], false);
    assert_eq!(events[0]["manifest"]["name"], "hostile");
    assert_eq!(events[0]["digest"].as_str().map(str::len), Some(64));
    assert!(!events[0]["imports"].as_array().unwrap().is_empty());
}

#[test]
fn inspecting_leaves_nothing_behind() {
    let home = Home::untouched();
    let workflow = home.write("hostile.wasm", hostile()).display().to_string();
    home.host(&["inspect", &workflow]).exits(0);
    assert!(!home.state().exists() && !home.cache().exists());
}
