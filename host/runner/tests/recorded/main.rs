//! What is written down, when, and what a run does that goes on.
#![expect(clippy::unwrap_used, reason = "tests")]

mod bed;
mod order;
mod resumed;

use std::path::Path;
use std::sync::OnceLock;

use host_runtime::{Engine, Limits, Prepared};

/// The vetted `delegate`, compiled once.
fn workflow() -> &'static (Vec<u8>, Prepared) {
    static WORKFLOW: OnceLock<(Vec<u8>, Prepared)> = OnceLock::new();
    WORKFLOW.get_or_init(|| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../workflows/delegate.wasm");
        let bytes = std::fs::read(file).unwrap();
        let engine = Engine::new(&Limits::default()).unwrap();
        let workflow = Prepared::new(&engine, None, "delegate.wasm", &bytes).unwrap();
        (bytes, workflow)
    })
}
