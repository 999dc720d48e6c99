//! The binary under test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use host_testkit::workspace;

/// The binary that `HOST_BINARY` names, or the one that cargo builds, once for each test process.
pub fn binary() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| variable("HOST_BINARY").map_or_else(build, PathBuf::from))
}

/// The same program, with points at which it can be made to die; built once for each test process, from what
/// is compiled already.
pub fn crashing() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let folder = target().join("crash");
        let shared = format!("build.build-dir={:?}", target().display().to_string());
        // As the binary under test is built, so that most is compiled already.
        let is_release = variable("HOST_BINARY").is_some_and(|path| path.contains("/release/"));
        let (profile, place) = if is_release { ("release", "release") } else { ("dev", "debug") };
        let status = Command::new(env!("CARGO"))
            .current_dir(workspace())
            .args(["build", "--quiet", "--package", "host-cli", "--features", "crash-points"])
            .args(["--profile", profile, "--config", &shared, "--target-dir"])
            .arg(&folder)
            .status()
            .expect("cargo can be started");
        assert!(status.success(), "the binary does not build");
        folder.join(place).join("host")
    })
}

/// The build folder of the workspace.
pub(crate) fn target() -> PathBuf {
    variable("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// A variable of the tests' own environment, unless it is empty.
#[expect(clippy::disallowed_methods, reason = "tests are told about their machine by variables")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn build() -> PathBuf {
    let status = Command::new(env!("CARGO"))
        .current_dir(workspace())
        .args(["build", "--quiet", "--package", "host-cli"])
        .status()
        .expect("cargo can be started");
    assert!(status.success(), "the binary does not build");
    target().join("debug/host")
}
