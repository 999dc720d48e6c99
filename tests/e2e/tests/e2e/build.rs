//! `host build`: from a folder of sources to a workflow.

use host_e2e::{Home, hostile_module, workspace};

/// A developer, whose builds do not wait for those of this very test.
fn developer() -> Home {
    let target = workspace().join("target/guests-built").display().to_string();
    Home::new().with("CARGO_TARGET_DIR", &target)
}

#[test]
fn a_guest_crate_becomes_a_workflow_that_runs() {
    let home = developer();
    let output = home.path("built.wasm").display().to_string();
    home.host(&["build", "tests/guests/hostile", "-o", &output]).exits(0);
    let seen = home.host(&["run", &output, "--simulate", "--json", "-p", "attack=claims"]).exits(6);
    assert_eq!(seen.events()[0]["workflow"], "hostile");
    let bytes = std::fs::read(&output).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    let folder = workspace().display().to_string();
    assert!(!text.contains(&folder), "it holds a path of this machine");
    assert!(!text.contains("/.cargo/"), "it holds a path of this machine");
}

#[test]
fn the_same_sources_give_the_same_bytes() {
    let home = developer();
    let bytes = ["first.wasm", "second.wasm"].map(|name| {
        let output = home.path(name).display().to_string();
        home.host(&["build", "tests/guests/hostile", "-o", &output]).exits(0);
        std::fs::read(&output).unwrap()
    });
    assert!(bytes[0] == bytes[1]);
}

#[test]
fn a_component_gets_its_manifest_once() {
    let home = Home::new();
    let component = home.write("bare.wasm", hostile_module()).display().to_string();
    let plugin = "tests/guests/hostile/plugin.toml";
    let output = home.path("sealed.wasm").display().to_string();
    home.host(&["build", &component, "--manifest", plugin, "-o", &output]).exits(0);
    home.host(&["inspect", &output]).exits(0);
    let again = home.path("again.wasm").display().to_string();
    let seen = home.host(&["build", &output, "--manifest", plugin, "-o", &again]);
    let seen = seen.exits(2).fails_with("manifest.section-repeated");
    assert!(!home.path("again.wasm").exists(), "{seen}");
}

#[test]
fn a_manifest_that_lies_is_not_built() {
    let home = Home::new();
    let component = home.write("bare.wasm", hostile_module()).display().to_string();
    let folder = workspace().join("tests/guests/hostile");
    let plugin = std::fs::read_to_string(folder.join("plugin.toml")).unwrap();
    let schema = std::fs::read(folder.join("parameters.schema.json")).unwrap();
    home.write("parameters.schema.json", schema);
    for script in std::fs::read_dir(folder.join("scripts")).unwrap() {
        let script = script.unwrap();
        let name = format!("scripts/{}", script.file_name().to_string_lossy());
        home.write(&name, std::fs::read(script.path()).unwrap());
    }
    let hidden = plugin.replace("  \"ram:CreateAccessKey\",\n", "");
    let hidden = home.write("hidden.toml", hidden).display().to_string();
    let output = home.path("out.wasm").display().to_string();
    let seen = home.host(&["build", &component, "--manifest", &hidden, "-o", &output]);
    seen.exits(2).fails_with("manifest.import-undeclared").says("ram:CreateAccessKey");
    let broken =
        home.write("broken.toml", plugin.replace("[workflow]", "[workflow")).display().to_string();
    let seen = home.host(&["build", &component, "--manifest", &broken, "-o", &output]);
    seen.exits(2).fails_with("build.manifest-invalid").says("broken.toml");
}

#[test]
fn what_is_not_there_to_build_is_said_with_what_to_do() {
    let home = Home::new();
    let output = home.path("out.wasm").display().to_string();
    let nowhere = home.path("nowhere").display().to_string();
    let seen = home.host(&["build", &nowhere, "-o", &output]).exits(2);
    let seen = seen.fails_with("build.source-missing").says("nowhere");
    assert!(seen.hint().contains("guest crate"), "{seen}");
    let bare = home.path("home").display().to_string();
    let seen = home.host(&["build", &bare, "-o", &output]).exits(2);
    let seen = seen.fails_with("build.file-unreadable").says("plugin.toml");
    assert!(seen.hint().contains("plugin.toml") && seen.hint().contains("--manifest"), "{seen}");
}
