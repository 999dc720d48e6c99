//! A workflow written in Rust: `tests/guests/hostile`, built here as its authors would build it.

use std::sync::OnceLock;

use serde_json::Value as Json;

use crate::component::{encode, manifest, sealed};

const PLUGIN: &str = include_str!("../../../../tests/guests/hostile/plugin.toml");

/// The guest as a component with an honest manifest, built once for each test process.
pub(crate) fn hostile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
        let plugin: toml::Table = toml::from_str(PLUGIN).expect("the guest's manifest is TOML");
        let actions = plugin["actions"].as_array().into_iter().flatten();
        let actions: Vec<&str> = actions.filter_map(toml::Value::as_str).collect();
        let mut honest = manifest(&actions);
        honest["accounts"] = accounts();
        sealed(encode(host_testkit::hostile_module()), &honest)
    })
}

fn accounts() -> Json {
    serde_json::json!([
        { "name": "monitoring", "what": "runs ARMS" },
        { "name": "source", "what": "owns the applications" },
    ])
}
