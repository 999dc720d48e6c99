//! Workflows to run: the hostile guest, and the one that comes with the program.

use std::path::PathBuf;
use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use wasm_encoder::{ComponentSection as _, CustomSection};
use wit_component::ComponentEncoder;

use crate::{Home, workspace};

/// The custom section of the manifest.
const SECTION: &str = "host:manifest";

/// The hostile guest as its author would ship it.
pub fn hostile() -> Vec<u8> {
    with_manifest(hostile_module(), &hostile_manifest())
}

/// The same component without its manifest.
pub fn hostile_module() -> Vec<u8> {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    let component = BYTES.get_or_init(|| {
        let module = host_testkit::hostile_module();
        let encoder = ComponentEncoder::default().module(module).expect("the guest has a world");
        encoder.validate(true).encode().expect("the module becomes a component")
    });
    component.clone()
}

/// A component with a manifest.
pub fn with_manifest(mut component: Vec<u8>, manifest: &Json) -> Vec<u8> {
    let text = manifest.to_string();
    let section = CustomSection { name: SECTION.into(), data: text.as_bytes().into() };
    section.append_to_component(&mut component);
    component
}

/// The hostile guest's manifest, from its `plugin.toml`.
pub fn hostile_manifest() -> Json {
    let folder = workspace().join("tests/guests/hostile");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("the guest has it");
    let plugin: Json = toml::from_str(&read("plugin.toml")).expect("the guest's manifest is TOML");
    let parameters: Json =
        serde_json::from_str(&read("parameters.schema.json")).expect("the guest's schema is JSON");
    let workflow = &plugin["workflow"];
    let commands: Vec<Json> = plugin["command"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|it| {
            let script = it["script"].as_str().unwrap_or_default();
            json!({ "name": it["name"], "digest": digest(&read(script)), "markers": it["markers"] })
        })
        .collect();
    json!({
        "format": 1,
        "name": workflow["name"],
        "version": workflow["version"],
        "title": workflow["title"],
        "lineage": workflow["lineage"],
        "accounts": plugin["account"],
        "actions": plugin["actions"],
        "parameters": parameters,
        "proofs": plugin["proof"],
        "commands": commands,
    })
}

/// The SHA-256 of a script, as `host build` notes it.
fn digest(script: &str) -> String {
    let digest = Sha256::digest(script.as_bytes());
    digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The workflow `delegate`: the vetted build if there is one, else one made from its sources.
pub fn delegate() -> PathBuf {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    let path = PATH.get_or_init(|| {
        let vetted = workspace().join("workflows/delegate.wasm");
        if vetted.exists() {
            return vetted;
        }
        let made = workspace().join("target/guests/delegate.wasm");
        let output = made.display().to_string();
        let seen = Home::new().host(&["build", "plugins/delegate", "-o", &output]);
        assert_eq!(seen.exit, Some(0), "{seen}");
        made
    });
    path.clone()
}
