//! The hostile guest, built as its authors would build it.

use std::process::Command;
use std::sync::OnceLock;

use crate::workspace;

/// The core module of `tests/guests/hostile`, built once for each test process.
///
/// It has a build folder of its own: cargo locks the one that the tests themselves are built in.
pub fn hostile_module() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| {
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
        let module = target.join("wasm32-unknown-unknown/release/hostile.wasm");
        std::fs::read(module).expect("cargo made the module")
    })
}
