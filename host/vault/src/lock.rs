//! The vault's key: made on first use, and what keeps it shut.

use std::path::{Path, PathBuf};

use age::scrypt;
use age::secrecy::SecretString;
use host_model::{SecretText, Timestamp};
use host_ports::Entropy;
use zeroize::Zeroizing;

use crate::file::{self, Placed, Survives};
use crate::key::IDENTITY_BYTES_MAX;
use crate::{Identity, Opener, VaultError, opener, seal};

/// The key in the clear, guarded by the file's mode.
const PLAIN_NAME: &str = "identity.txt";
/// The key, sealed with a passphrase.
const SEALED_NAME: &str = "identity.age";
const PASSPHRASE_CHARACTERS_MIN: usize = 8;
const PASSPHRASE_BYTES_MAX: u64 = 4096;

/// Logarithm of scrypt's cost: half a second on a usual machine.
#[cfg(not(test))]
const WORK: u8 = 17;
#[cfg(test)]
const WORK: u8 = 4;
/// The most that opening accepts, so that a planted file cannot keep the machine busy.
const WORK_MAX: u8 = 20;

/// How a vault is opened. What lets one process at a time write a run is the journal's `Locks`; what is held
/// while a vault is opened is a file beside it.
#[derive(Debug, Clone)]
pub enum Lock {
    /// The key lies beside the entries, in a file that only its owner reads.
    IdentityFile,
    /// The key is sealed with a passphrase that a person knows. Opening takes about half a second.
    Passphrase(SecretText),
    /// The key is sealed for an age identity of the operator's own, which lies somewhere else.
    Own(Identity),
}

impl Lock {
    /// The passphrase that is the first line of a file, a pipe or a descriptor (`/dev/fd/3`).
    pub fn from_passphrase_file(path: &Path) -> Result<Self, VaultError> {
        let bytes = file::read_given(path, PASSPHRASE_BYTES_MAX)?;
        let line = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line)
            .map_err(|_| VaultError::PassphraseUnreadable { path: path.to_owned() })?;
        Ok(Self::Passphrase(SecretText::new(text)))
    }

    /// The age identity in a file.
    pub fn from_identity_file(path: &Path) -> Result<Self, VaultError> {
        Identity::read(path).map(Self::Own)
    }

    /// Whether the vault in `dir` has a key that a passphrase opens.
    pub fn wants_passphrase(dir: &Path) -> bool {
        is_there(&dir.join(SEALED_NAME))
    }

    /// Where the key lies for this lock.
    pub(crate) fn path(&self, dir: &Path) -> PathBuf {
        match self {
            Self::IdentityFile => dir.join(PLAIN_NAME),
            Self::Passphrase(_) => dir.join(SEALED_NAME),
            Self::Own(own) => opener::path(dir, &own.recipient()),
        }
    }
}

/// Whether a key file or a passphrase opens the vault.
pub(crate) fn opens_without_recipients(dir: &Path) -> bool {
    is_there(&dir.join(PLAIN_NAME)) || is_there(&dir.join(SEALED_NAME))
}

/// The vault's key, or `None` if the vault has none at all yet.
pub(crate) fn unlock(dir: &Path, lock: &Lock) -> Result<Option<Identity>, VaultError> {
    if let Lock::Passphrase(passphrase) = lock
        && passphrase.expose().chars().count() < PASSPHRASE_CHARACTERS_MIN
    {
        return Err(VaultError::PassphraseShort { minimum: PASSPHRASE_CHARACTERS_MIN });
    }
    let path = lock.path(dir);
    let Some(bytes) = file::read(&path, IDENTITY_BYTES_MAX)? else {
        return match other_way(dir)? {
            Some(different) => Err(match lock {
                Lock::Own(own) => {
                    let recipient = own.recipient().to_string();
                    VaultError::RecipientUnknown { dir: dir.to_owned(), recipient }
                }
                _ => different,
            }),
            None => Ok(None),
        };
    };
    match lock {
        Lock::IdentityFile => Identity::parse(&bytes, &path),
        Lock::Passphrase(passphrase) => {
            let plain = open_with(passphrase, &bytes, &path)?;
            Identity::parse(&plain, &path)
        }
        Lock::Own(own) => opener::open(own, &bytes, &path),
    }
    .map(Some)
}

/// Makes the key of a vault that has none; the caller holds the vault.
pub(crate) fn make(
    dir: &Path,
    lock: &Lock,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<Identity, VaultError> {
    let identity = Identity::generate();
    let text = identity.to_text();
    let line = Zeroizing::new(format!("{}\n", text.expose()).into_bytes());
    let placed = match lock {
        Lock::IdentityFile => file::place(dir, PLAIN_NAME, &line, Survives::PowerCut, entropy)?,
        Lock::Passphrase(passphrase) => {
            let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose()));
            recipient.set_work_factor(WORK);
            let recipient = std::iter::once(&recipient as &dyn age::Recipient);
            let sealed = seal::encrypt(recipient, &line)?;
            file::place(dir, SEALED_NAME, &sealed, Survives::PowerCut, entropy)?
        }
        Lock::Own(own) => {
            let opener = Opener { recipient: own.recipient().to_string(), label: None, at: now };
            opener::place(dir, &identity, &opener, entropy)?
        }
    };
    match placed {
        Placed::New => Ok(identity),
        // Every vault of this program is held while its key is made.
        Placed::Taken => Err(VaultError::KeyReplaced { dir: dir.to_owned(), pin: None }),
    }
}

/// How the vault can be opened otherwise, as the error of who tried in a way that it has not.
fn other_way(dir: &Path) -> Result<Option<VaultError>, VaultError> {
    let different = |path, locked_with| VaultError::LockDifferent { path, locked_with };
    for (name, locked_with) in [(SEALED_NAME, "a passphrase"), (PLAIN_NAME, "a key file")] {
        let path = dir.join(name);
        if is_there(&path) {
            return Ok(Some(different(path, locked_with)));
        }
    }
    let openers = opener::folder(dir);
    let has_any = !file::names(&openers)?.is_empty();
    Ok(has_any.then(|| different(openers, "age identities of its operators")))
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

fn open_with(
    passphrase: &SecretText,
    sealed: &[u8],
    path: &Path,
) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let mut identity = scrypt::Identity::new(SecretString::from(passphrase.expose()));
    identity.set_max_work_factor(WORK_MAX);
    seal::open(&identity, sealed).map_err(|error| match error {
        age::DecryptError::DecryptionFailed | age::DecryptError::KeyDecryptionFailed => {
            VaultError::PassphraseWrong { path: path.to_owned() }
        }
        _ => VaultError::IdentityDamaged { path: path.to_owned() },
    })
}
