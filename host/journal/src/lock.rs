//! One writer for each run, by a file that the system unlocks when its process dies.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use host_model::{RunId, quote_within};

use crate::{Held, JournalError, Locks};

/// How often a lock is tried that others only look at, or that is just being released.
const ATTEMPTS_MAX: u32 = 10_000;
/// How much of a holder's name is shown, in characters.
const HOLDER_SHOWN_MAX: usize = 200;
/// How much of a file is taken for a holder's name, in bytes.
const HOLDER_BYTES_MAX: u64 = 1024;

/// Locks as files in a folder, `RUN.lock`, each with its holder's name in it.
///
/// A writer locks its file exclusively and removes it in the end. Who wants to know whether a run is held
/// locks it shared for a moment; a writer who meets such a lock tries again.
#[derive(Debug, Clone)]
pub struct FileLocks {
    folder: PathBuf,
}

/// A file that this process has locked.
#[derive(Debug)]
struct FileHeld {
    path: PathBuf,
    /// Unlocked by the system when it is closed.
    _file: File,
}

impl Held for FileHeld {}

impl Drop for FileHeld {
    fn drop(&mut self) {
        // A file that stays is unlocked all the same, and means nothing then.
        let _ = fs::remove_file(&self.path);
    }
}

impl FileLocks {
    /// Locks in `folder`, which is made when it is needed.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    fn path(&self, run: &RunId) -> PathBuf {
        self.folder.join(format!("{run}.lock"))
    }
}

impl Locks for FileLocks {
    fn hold(&self, run: &RunId, holder: &str) -> Result<Box<dyn Held>, JournalError> {
        let path = self.path(run);
        make_folder(&self.folder).map_err(unusable(&self.folder, "made"))?;
        for _ in 0..ATTEMPTS_MAX {
            let Some(mut file) = lock(&path).map_err(unusable(&path, "locked"))? else {
                if is_written(&path).map_err(unusable(&path, "read"))? {
                    break;
                }
                std::thread::yield_now();
                continue;
            };
            name(&mut file, holder).map_err(unusable(&path, "written"))?;
            return Ok(Box::new(FileHeld { path, _file: file }));
        }
        Err(JournalError::RunHeld { run: run.clone(), holder: named(&path) })
    }

    fn holder(&self, run: &RunId) -> Result<Option<String>, JournalError> {
        let path = self.path(run);
        let is_written = is_written(&path).map_err(unusable(&path, "read"))?;
        Ok(is_written.then(|| named(&path)))
    }
}

/// Makes a folder, and those above it, that only their owner enters.
pub(crate) fn make_folder(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// The file, locked by this process alone; nothing if somebody else has a lock on it.
pub(crate) fn lock(path: &Path) -> io::Result<Option<File>> {
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Its last holder may have removed it between the two steps above: then it locks nothing.
    let is_there = match fs::metadata(path) {
        Ok(found) => {
            let own = file.metadata()?;
            (found.dev(), found.ino()) == (own.dev(), own.ino())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => false,
        Err(error) => return Err(error),
    };
    Ok(is_there.then_some(file))
}

/// Whether a writer has locked the file.
fn is_written(path: &Path) -> io::Result<bool> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error),
    };
    match file.try_lock_shared() {
        Ok(()) => Ok(false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

fn name(file: &mut File, holder: &str) -> io::Result<()> {
    file.set_len(0)?;
    file.write_all(holder.as_bytes())
}

/// The name in the file. Whoever wrote it, it cannot deceive a reader.
fn named(path: &Path) -> String {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(HOLDER_BYTES_MAX).read_to_end(&mut bytes));
    if read.is_err() || bytes.is_empty() {
        // It was released, or has not written its name yet.
        return "another process".to_owned();
    }
    quote_within(&String::from_utf8_lossy(&bytes), HOLDER_SHOWN_MAX)
}

fn unusable(path: &Path, what: &'static str) -> impl FnOnce(io::Error) -> JournalError {
    let path = path.to_owned();
    move |error| JournalError::Unusable { path, what, reason: error.to_string() }
}
