//! A workflow written in Rust: `tests/guests/hostile`, built here as its authors would build it.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::component::{encode, manifest, sealed, workspace};

/// Every action that the guest calls, typed or by name.
pub(crate) const ACTIONS: &str = include_str!("../../../../tests/guests/hostile/actions.txt");

/// The guest as a component with an honest manifest, built once for each test process.
pub(crate) fn hostile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let module = std::fs::read(build()).expect("cargo made the module");
        let actions: Vec<&str> = ACTIONS.lines().collect();
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
    assert!(status.success(), "the guest does not build: `rustup target add wasm32-unknown-unknown`");
    target.join("wasm32-unknown-unknown/release/hostile.wasm")
}
