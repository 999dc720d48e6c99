//! Workflows that were built for an earlier release of the contract: they run as they did.

use host_e2e::{Home, workspace};

/// The workflows that `wit/released.lock` names, with the contract of each.
fn kept() -> Vec<(String, String)> {
    let lock = std::fs::read_to_string(workspace().join("wit/released.lock"));
    let lock: toml::Table = lock.expect("the contract was released").parse().expect("it is TOML");
    let text = |kept: &toml::Value, key: &str| kept[key].as_str().expect("a text").to_owned();
    let kept = lock["workflow"].as_array().expect("a workflow of each release is kept");
    kept.iter().map(|kept| (text(kept, "contract"), text(kept, "file"))).collect()
}

#[test]
fn a_workflow_of_every_release_still_runs() {
    for (contract, file) in kept() {
        let home = Home::new();
        let mut bytes = std::fs::read(workspace().join(file)).expect("it is kept");
        // One day nobody vouches for it any more: a section that says nothing makes it somebody else's.
        bytes.extend_from_slice(b"\0\x05\x04note");
        let file = home.write("kept.wasm", bytes).display().to_string();
        let alice = r#"users=[{"name":"alice","sign-in":"access-key"}]"#;
        let words = ["run", &file, "--simulate", "--json", "-p", alice, "-p", "access=read-only"];
        let first = home.host(&words).exits(0);
        assert_eq!(first.ended()["verdict"], "verified", "contract {contract}: {first}");
        assert_ne!(first.ended()["changes"], 0, "contract {contract}: {first}");
        let again = home.host(&words).exits(0);
        assert_eq!(again.ended()["changes"], 0, "contract {contract}: {again}");
    }
}
