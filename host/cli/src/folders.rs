//! The program's own folders, and the key that tells its files from others' (`security.md`, rules 14, 15).

use std::fs;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

use host_ports::Entropy;

use crate::context::Context;
use crate::environment::{HOST_CACHE, HOST_STATE};
use crate::failure::Failure;

/// The installation's key, below the state folder.
const KEY_FILE: &str = "installation.key";

/// The program's own folders.
#[derive(Debug, Clone)]
pub(crate) struct Folders {
    pub(crate) state: PathBuf,
    pub(crate) cache: PathBuf,
}

impl Folders {
    /// Where they are; nothing is made yet.
    pub(crate) fn locate(context: &Context) -> Self {
        Self {
            state: context.folder(HOST_STATE, "XDG_DATA_HOME", ".local/share"),
            cache: context.folder(HOST_CACHE, "XDG_CACHE_HOME", ".cache"),
        }
    }

    /// The same, made where they were missing, for this user only.
    pub(crate) fn prepare(context: &Context) -> Result<Self, Failure> {
        let folders = Self::locate(context);
        prepare(&folders.state)?;
        prepare(&folders.cache)?;
        Ok(folders)
    }

    /// The installation's key, made on first use.
    pub(crate) fn key(&self, entropy: &dyn Entropy) -> Result<[u8; 32], Failure> {
        let path = self.state.join(KEY_FILE);
        if let Some(key) = read_key(&path)? {
            return Ok(key);
        }
        let mut key = [0; 32];
        entropy.fill(&mut key);
        let trouble = |error| folder_failure(&path, "cannot be made", &error);
        match private_file().open(&path) {
            Ok(mut file) => {
                file.write_all(&key).and_then(|()| file.sync_all()).map_err(trouble)?;
                Ok(key)
            }
            // Another process made it first: its key is the one.
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
                read_key(&path)?.ok_or_else(|| trouble(error))
            }
            Err(error) => Err(trouble(error)),
        }
    }
}

/// A new file that only its owner reads.
pub(crate) fn private_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder for this user only, and refuses one that others may change.
pub(crate) fn prepare(path: &Path) -> Result<(), Failure> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| folder_failure(path, "cannot be made", &error))?;
    check_private(path)
}

#[cfg(unix)]
fn check_private(path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt as _;
    let facts =
        fs::metadata(path).map_err(|error| folder_failure(path, "cannot be read", &error))?;
    if facts.mode() & 0o022 == 0 {
        return Ok(());
    }
    let message = format!("`{}` can be changed by other users of this machine", path.display());
    let hint = format!("run `chmod 700 {}`", crate::output::path_word(path));
    Err(Failure::usage("state.folder-open", message).hint(hint))
}

#[cfg(not(unix))]
fn check_private(_: &Path) -> Result<(), Failure> {
    Ok(())
}

fn read_key(path: &Path) -> Result<Option<[u8; 32]>, Failure> {
    let mut file = match fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(folder_failure(path, "cannot be read", &error)),
    };
    let mut key = Vec::new();
    file.read_to_end(&mut key).map_err(|error| folder_failure(path, "cannot be read", &error))?;
    key.try_into().map(Some).map_err(|_| {
        let message = format!("`{}` is no key of this program", path.display());
        Failure::usage("state.key-damaged", message).hint(
            "move it away and run again: a new one is made, and what the old one sealed is made anew",
        )
    })
}

fn folder_failure(path: &Path, what: &str, error: &std::io::Error) -> Failure {
    let message = format!("`{}` {what}: {error}", path.display());
    Failure::usage("state.folder-unusable", message)
        .hint("set `HOST_STATE` and `HOST_CACHE` to folders of your own")
}
