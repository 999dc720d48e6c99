//! An installation that has compiled before, which most tests share: compiling a component takes far longer than
//! running it.
//!
//! Its key and its cache of compiled components belong together; journal, vault and offline clouds are each test's
//! own. What one build of the program compiled, no other build is given.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::UNIX_EPOCH;

use crate::binary::{binary, target};

/// Where the state of a user keeps the installation's key.
const KEY_FILE: &str = "installation.key";

/// Any key: with it the program tells its own compiled components from others.
const KEY: [u8; 32] = [7; 32];

/// The folder of what this build of the program compiled.
pub(crate) fn cache() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let facts = fs::metadata(binary()).expect("the binary was built");
        let built = facts.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let built = built.map_or(0, |since| since.as_nanos());
        let all = target().join("tmp/compiled");
        let own = all.join(format!("{built}-{}", facts.len()));
        make(&own);
        for other in fs::read_dir(&all).into_iter().flatten().flatten() {
            if other.path() != own {
                drop(fs::remove_dir_all(other.path()));
            }
        }
        own
    })
}

/// Gives a user's state the key of the installation.
pub(crate) fn join(state: &Path) {
    make(state);
    let mut options = fs::OpenOptions::new();
    let file = options.write(true).create_new(true).mode(0o600).open(state.join(KEY_FILE));
    let written = file.and_then(|mut file| file.write_all(&KEY));
    written.expect("a file of the test can be written");
}

fn make(folder: &Path) {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).expect("the folder can be made");
}
