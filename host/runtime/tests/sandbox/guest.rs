//! A workflow written in Rust: `tests/guests/hostile`, built here as its authors would build it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::component::{encode, manifest, sealed, workspace};

const PLUGIN: &str = include_str!("../../../../tests/guests/hostile/plugin.toml");

/// The guest as a component with an honest manifest, built once for each test process.
pub(crate) fn hostile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let module = std::fs::read(build()).expect("cargo made the module");
        let plugin: toml::Table = toml::from_str(PLUGIN).expect("the guest's manifest is TOML");
        let actions = plugin["actions"].as_array().into_iter().flatten();
        let actions: Vec<&str> = actions.filter_map(toml::Value::as_str).collect();
        let mut honest = manifest(&actions);
        honest["accounts"] = accounts();
        sealed(encode(&module), &honest)
    })
}

fn accounts() -> Json {
    serde_json::json!([
        { "name": "monitoring", "what": "runs ARMS" },
        { "name": "source", "what": "owns the applications" },
    ])
}

fn build() -> PathBuf {
    let target = workspace().join("target/guests");
    let status = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .env("CARGO_TARGET_DIR", &target)
        .env_remove("RUSTFLAGS")
        .args(["build", "--quiet", "--release", "--target", "wasm32-unknown-unknown"])
        .args(["--package", "hostile"])
        .status()
        .expect("cargo can be started");
    assert!(
        status.success(),
        "the guest does not build: `rustup target add wasm32-unknown-unknown`"
    );
    target.join("wasm32-unknown-unknown/release/hostile.wasm")
}
