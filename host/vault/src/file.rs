//! Files that only their owner may touch, written whole or not at all.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use host_ports::Entropy;
use zeroize::Zeroizing;

use crate::VaultError;
use crate::entry::hex;

/// What files written aside begin with; nothing that begins so is ever read.
pub(crate) const ASIDE_PREFIX: &str = ".aside-";
/// How many names are tried for one.
const ASIDE_ATTEMPTS_MAX: u32 = 1000;
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
/// The permissions of everybody but the owner.
const OTHERS_MODE: u32 = 0o077;

/// Whether a name was free.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Placed {
    /// The file is there now, and survives what it has to.
    New,
    /// Something was there already; it was left alone.
    Taken,
}

/// What a file survives once it is written, or once it is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Survives {
    /// A power cut, and everything less.
    PowerCut,
    /// The death of this process.
    Process,
}

/// Makes the folder if it is not there; refuses one that is a link or open to others.
pub(crate) fn prepare(path: &Path) -> Result<(), VaultError> {
    let made = DirBuilder::new().recursive(true).mode(FOLDER_MODE).create(path);
    match made {
        // A link to nowhere and a file are in the way too: the check below says which.
        Err(error) if error.kind() != ErrorKind::AlreadyExists => {
            return Err(unusable("make the folder", path)(error));
        }
        _ => {}
    }
    let found = fs::symlink_metadata(path).map_err(unusable("look at", path))?;
    if !found.is_dir() {
        return Err(VaultError::PathUnexpected { path: path.to_owned(), wanted: "a folder" });
    }
    refuse_loose(path, &found, FOLDER_MODE)
}

/// The whole file, or `None` if there is none; wiped on drop.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Option<Zeroizing<Vec<u8>>>, VaultError> {
    let named = match fs::symlink_metadata(path) {
        Ok(named) => named,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unusable("look at", path)(error)),
    };
    let unexpected =
        || VaultError::PathUnexpected { path: path.to_owned(), wanted: "an ordinary file" };
    if !named.is_file() {
        return Err(unexpected());
    }
    let file = File::open(path).map_err(unusable("read", path))?;
    let opened = file.metadata().map_err(unusable("look at", path))?;
    // Between the two looks somebody could have put a link there.
    if (opened.dev(), opened.ino()) != (named.dev(), named.ino()) {
        return Err(unexpected());
    }
    refuse_loose(path, &opened, FILE_MODE)?;
    if opened.len() > limit {
        return Err(VaultError::EntryDamaged { path: path.to_owned(), reason: "too large" });
    }
    // Room for all of it at once: growing would leave copies behind that nobody wipes.
    let room = usize::try_from(opened.len().saturating_add(1)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit).read_to_end(&mut bytes).map_err(unusable("read", path))?;
    Ok(Some(bytes))
}

/// A file, a pipe or a descriptor that the operator named. Links are followed, since descriptors are
/// links; an ordinary file has to be for its owner only.
pub(crate) fn read_given(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let file = File::open(path).map_err(unusable("read", path))?;
    let opened = file.metadata().map_err(unusable("look at", path))?;
    if opened.is_dir() {
        return Err(VaultError::PathUnexpected { path: path.to_owned(), wanted: "a file" });
    }
    if opened.is_file() {
        refuse_loose(path, &opened, FILE_MODE)?;
    }
    let room = usize::try_from(limit.saturating_add(1)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(limit).read_to_end(&mut bytes).map_err(unusable("read", path))?;
    Ok(bytes)
}

/// Writes a new file whole, with mode 0600, and never over another.
pub(crate) fn place(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    survives: Survives,
    entropy: &dyn Entropy,
) -> Result<Placed, VaultError> {
    place_held(folder, name, bytes, survives, entropy).map(|(placed, _)| placed)
}

/// The same, with the file held: as long as it is, nobody sweeps it away.
pub(crate) fn place_held(
    folder: &Path,
    name: &str,
    bytes: &[u8],
    survives: Survives,
    entropy: &dyn Entropy,
) -> Result<(Placed, File), VaultError> {
    let (aside, mut file) = create_aside(folder, entropy)?;
    let target = folder.join(name);
    let written = write(&mut file, bytes, survives)
        .map_err(unusable("write", &aside))
        .inspect(|()| host_ports::crash_point("vault: written aside, not linked"))
        .and_then(|()| link(&aside, &target))
        .inspect(|_| host_ports::crash_point("vault: linked, and still aside"));
    // The link keeps the bytes; what was written aside goes, whether it became one or not.
    let removed = fs::remove_file(&aside);
    let placed = written?;
    removed.map_err(unusable("remove", &aside))?;
    sync_folder(folder, survives)?;
    host_ports::crash_point("vault: placed");
    Ok((placed, file))
}

/// Removes what processes that died had written aside. What a living one has there is locked by it.
pub(crate) fn sweep(folder: &Path) -> Result<(), VaultError> {
    for item in fs::read_dir(folder).map_err(unusable("list", folder))? {
        let item = item.map_err(unusable("list", folder))?;
        if !item.file_name().to_string_lossy().starts_with(ASIDE_PREFIX) {
            continue;
        }
        let path = item.path();
        let is_file = fs::symlink_metadata(&path).is_ok_and(|found| found.is_file());
        // What stays for another reason is in nobody's way: such files are never read.
        if is_file && File::open(&path).is_ok_and(|file| file.try_lock().is_ok()) {
            drop(fs::remove_file(&path));
        }
    }
    Ok(())
}

/// Removes a file; whether there was one.
pub(crate) fn remove(folder: &Path, name: &str, survives: Survives) -> Result<bool, VaultError> {
    let path = folder.join(name);
    host_ports::crash_point("vault: before removing");
    match fs::remove_file(&path) {
        Ok(()) => sync_folder(folder, survives).map(|()| true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unusable("remove", &path)(error)),
    }
}

/// The names in a folder, sorted, without those of files written aside.
pub(crate) fn names(folder: &Path) -> Result<Vec<String>, VaultError> {
    let mut names = Vec::new();
    for item in fs::read_dir(folder).map_err(unusable("list", folder))? {
        let item = item.map_err(unusable("list", folder))?;
        let name = item.file_name().to_string_lossy().into_owned();
        if !name.starts_with(ASIDE_PREFIX) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A process that died may have left a file, and one with the same seed draws the same names.
fn create_aside(folder: &Path, entropy: &dyn Entropy) -> Result<(PathBuf, File), VaultError> {
    let mut attempts = 0;
    loop {
        let mut randomness = [0; 8];
        entropy.fill(&mut randomness);
        let aside = folder.join(format!("{ASIDE_PREFIX}{}", hex(&randomness)));
        attempts += 1;
        match create(&aside).and_then(|file| held(&aside, file)) {
            // Swept away between the two steps, by a process that saw nobody hold it.
            Ok(None) if attempts < ASIDE_ATTEMPTS_MAX => {}
            Err(error)
                if error.kind() == ErrorKind::AlreadyExists && attempts < ASIDE_ATTEMPTS_MAX => {}
            created => {
                let gone = || io::Error::from(ErrorKind::NotFound);
                let file = created.and_then(|file| file.ok_or_else(gone));
                return Ok((aside.clone(), file.map_err(unusable("write", &aside))?));
            }
        }
    }
}

/// The file, locked by this process; none if its name is gone.
fn held(path: &Path, file: File) -> io::Result<Option<File>> {
    file.lock()?;
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(Some(file)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn create(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(path)
}

fn write(file: &mut File, bytes: &[u8], survives: Survives) -> io::Result<()> {
    file.write_all(bytes)?;
    match survives {
        Survives::PowerCut => file.sync_all(),
        Survives::Process => Ok(()),
    }
}

// Unlike a rename, a link fails if the name is taken, also when two processes race for it.
fn link(aside: &Path, target: &Path) -> Result<Placed, VaultError> {
    match fs::hard_link(aside, target) {
        Ok(()) => Ok(Placed::New),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(Placed::Taken),
        Err(error) => Err(unusable("write", target)(error)),
    }
}

fn sync_folder(folder: &Path, survives: Survives) -> Result<(), VaultError> {
    if survives == Survives::Process {
        return Ok(());
    }
    File::open(folder).and_then(|opened| opened.sync_all()).map_err(unusable("sync", folder))
}

fn refuse_loose(path: &Path, found: &Metadata, wanted: u32) -> Result<(), VaultError> {
    let mode = found.permissions().mode() & 0o7777;
    if mode & OTHERS_MODE == 0 {
        return Ok(());
    }
    Err(VaultError::ModeLoose { path: path.to_owned(), mode, wanted })
}

fn unusable(attempt: &'static str, path: &Path) -> impl FnOnce(io::Error) -> VaultError {
    let path = path.to_owned();
    move |source| VaultError::FileUnusable { attempt, path, source }
}
