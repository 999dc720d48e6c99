//! Which key the vault has, written down outside of it.
//!
//! Whoever can write the vault's folder could put a key of their own there, with entries that it opens.
//! Beside the folder stand the fingerprint of the key that was first seen, and the file that is held
//! while a vault is opened, so that two processes never make two keys.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use host_ports::Entropy;

use crate::file::{self, Placed, Survives};
use crate::{Identity, VaultError};

const PIN_BYTES_MAX: u64 = 256;

/// A sibling of the vault's folder.
fn beside(dir: &Path, suffix: &str) -> (PathBuf, String) {
    let name = dir.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let parent = dir.parent().unwrap_or(Path::new(""));
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    (parent.to_owned(), format!("{name}{suffix}"))
}

/// Waits until no other process is opening the vault; until the file is dropped, none can.
pub(crate) fn hold(dir: &Path) -> Result<File, VaultError> {
    let (parent, name) = beside(dir, ".lock");
    let path = parent.join(name);
    let trouble = |source| VaultError::FileUnusable { attempt: "lock", path: path.clone(), source };
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let file = options.open(&path).map_err(trouble)?;
    file.lock().map_err(trouble)?;
    Ok(file)
}

/// Refuses to make a key where there was one before: the folder may not be mounted, or was removed.
pub(crate) fn refuse_gone(dir: &Path) -> Result<(), VaultError> {
    let (parent, name) = beside(dir, ".pin");
    let pin = parent.join(name);
    if pin.symlink_metadata().is_ok() {
        return Err(VaultError::FolderEmptied { dir: dir.to_owned(), pin });
    }
    Ok(())
}

/// Refuses a key that is not the one that was first seen here.
pub(crate) fn check(dir: &Path, key: &Identity, entropy: &dyn Entropy) -> Result<(), VaultError> {
    let (parent, name) = beside(dir, ".pin");
    let path = parent.join(&name);
    let wanted = key.fingerprint();
    let matches = |text: &[u8]| text.trim_ascii() == wanted.as_bytes();
    let found = match file::read(&path, PIN_BYTES_MAX)? {
        Some(found) => found,
        None => match file::place(
            &parent,
            &name,
            format!("{wanted}\n").as_bytes(),
            Survives::PowerCut,
            entropy,
        )? {
            Placed::New => return Ok(()),
            Placed::Taken => file::read(&path, PIN_BYTES_MAX)?.unwrap_or_default(),
        },
    };
    if matches(&found) {
        return Ok(());
    }
    Err(VaultError::KeyReplaced { dir: dir.to_owned(), pin: Some(path) })
}
