//! What tests of several rooms share: the data below `tests/`, read once and in one way.
//!
//! Rooms use it in their own `tests` folders only, as a dev-dependency: nothing of it is part of the program,
//! and `cargo xtask check` refuses any other arrow to it. It knows nouns of `model` and nothing of what is
//! tested, so that no room's mistake is hidden by the same mistake here.
//!
//! Whatever is missing or has another shape is a panic that names the file: a test without its data proves
//! nothing.

mod captured;
mod guest;

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub use captured::{Captured, captured};
pub use guest::hostile_module;

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    static PATH: OnceLock<PathBuf> = OnceLock::new();
    PATH.get_or_init(|| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        folder.canonicalize().expect("this crate lies two folders deep in the workspace")
    })
}
