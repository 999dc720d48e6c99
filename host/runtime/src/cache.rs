//! Compiled components, kept between runs.
//!
//! An entry is read once into memory, its MAC is checked over everything that matters, and those very
//! bytes are loaded: a file that was changed, swapped or made elsewhere is never run, it is made anew.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::package::digest;

/// First bytes of an entry; the number changes with the layout.
const MAGIC: &[u8; 8] = b"hostwc01";

/// Temporary files of one entry: so many processes can be making it at once, or have died while they did.
const TEMPORARY_MAX: usize = 64;

/// The greatest size of an entry, in bytes.
const SIZE_MAX: u64 = 256 << 20;

/// A key of this installation, with which its own files are told from others (`security.md`, rule 15).
#[derive(Clone)]
pub struct CacheKey([u8; 32]);

impl CacheKey {
    /// From the installation's key.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl std::fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CacheKey")
    }
}

/// A folder of compiled components.
#[derive(Debug, Clone)]
pub struct Cache {
    folder: PathBuf,
    key: CacheKey,
}

/// An entry that was read, whole: code is megabytes, and is copied no further.
pub(crate) struct Entry {
    bytes: Vec<u8>,
    /// Where the code begins; the package lies before it.
    code: usize,
}

/// Bytes before the package: magic, seal, and the package's length.
const HEAD: usize = MAGIC.len() + 32 + 8;

impl Entry {
    /// The checked package as JSON.
    pub(crate) fn package(&self) -> &[u8] {
        self.bytes.get(HEAD..self.code).unwrap_or_default()
    }

    /// The compiled code.
    pub(crate) fn code(&self) -> &[u8] {
        self.bytes.get(self.code..).unwrap_or_default()
    }
}

impl Cache {
    /// A cache in `folder`, which is there already and nobody else's.
    pub const fn new(folder: PathBuf, key: CacheKey) -> Self {
        Self { folder, key }
    }

    /// The entry for a component's bytes, if there is one that this installation made for this engine.
    pub(crate) fn load(&self, component: &str, compatibility: &str) -> Option<Entry> {
        let path = self.path(component, compatibility);
        let size = fs::metadata(&path).ok()?.len();
        let bytes = (size <= SIZE_MAX).then(|| fs::read(&path).ok())??;
        let rest = bytes.strip_prefix(MAGIC)?;
        let (seal, sealed) = rest.split_at_checked(32)?;
        self.mac(component, compatibility, sealed).verify_slice(seal).ok()?;
        let (length, rest) = sealed.split_first_chunk::<8>()?;
        let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
        let code = (length <= rest.len()).then_some(HEAD + length)?;
        Some(Entry { bytes, code })
    }

    /// Keeps an entry. A cache that cannot be written is no reason to stop a run.
    pub(crate) fn store(&self, component: &str, compatibility: &str, package: &[u8], code: &[u8]) {
        let length = (package.len() as u64).to_le_bytes();
        let sealed = [&length, package, code].concat();
        let seal = self.mac(component, compatibility, &sealed).finalize().into_bytes();
        let path = self.path(component, compatibility);
        let Some((temporary, file)) = temporary(&path) else { return };
        let written = write(file, &[MAGIC, &seal, &sealed]);
        if written.and_then(|()| fs::rename(&temporary, &path)).is_err() {
            drop(fs::remove_file(&temporary));
        }
    }

    fn path(&self, component: &str, compatibility: &str) -> PathBuf {
        let name = digest(format!("{component} {compatibility}").as_bytes());
        self.folder.join(format!("{name}.compiled"))
    }

    fn mac(&self, component: &str, compatibility: &str, sealed: &[u8]) -> Hmac<Sha256> {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.key.0).expect("HMAC takes a key of any length");
        for part in [component.as_bytes(), compatibility.as_bytes(), sealed] {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part);
        }
        mac
    }
}

/// A new file beside `path`, which nobody else has. Its name says nothing of the process: containers that
/// share the folder may each have a process of the same number.
fn temporary(path: &Path) -> Option<(PathBuf, fs::File)> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut names = (0..TEMPORARY_MAX).map(|number| path.with_extension(format!("{number}.new")));
    names.find_map(|name| match options.open(&name) {
        Ok(file) => Some(Some((name, file))),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => None,
        Err(_) => Some(None),
    })?
}

fn write(mut file: fs::File, parts: &[&[u8]]) -> std::io::Result<()> {
    parts.iter().try_for_each(|part| file.write_all(part))
}
