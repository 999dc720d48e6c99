//! The key of a vault: made on first use, kept in a file or behind a passphrase.

use std::path::{Path, PathBuf};

use age::secrecy::{ExposeSecret, SecretString};
use age::x25519::Identity;
use age::{Encryptor, scrypt};
use host_model::SecretText;
use host_ports::Entropy;
use zeroize::Zeroizing;

use crate::folder::{self, Placed};
use crate::{VaultError, seal};

/// The key in the clear, guarded by the file's mode.
const PLAIN_NAME: &str = "identity.txt";
/// The key, sealed with a passphrase.
const SEALED_NAME: &str = "identity.age";
/// Bytes of either; an age key is 75.
const IDENTITY_BYTES_MAX: u64 = 4096;
const PASSPHRASE_CHARACTERS_MIN: usize = 8;

/// Logarithm of scrypt's cost: half a second on a usual machine.
#[cfg(not(test))]
const WORK: u8 = 17;
#[cfg(test)]
const WORK: u8 = 4;
/// The most that opening accepts, so that a planted file cannot keep the machine busy.
const WORK_MAX: u8 = 20;

/// How a vault is locked.
#[derive(Debug, Clone)]
pub enum Lock {
    /// The key lies beside the entries, in a file that only its owner reads.
    IdentityFile,
    /// The key is sealed with a passphrase that a person knows. Opening takes about half a second.
    Passphrase(SecretText),
}

impl Lock {
    const fn file_name(&self) -> &'static str {
        match self {
            Self::IdentityFile => PLAIN_NAME,
            Self::Passphrase(_) => SEALED_NAME,
        }
    }

    const fn other(&self) -> (&'static str, &'static str) {
        match self {
            Self::IdentityFile => (SEALED_NAME, "a passphrase"),
            Self::Passphrase(_) => (PLAIN_NAME, "a key file"),
        }
    }
}

/// The vault's key; makes one if the vault is new and empty.
pub(crate) fn unlock(
    dir: &Path,
    lock: &Lock,
    is_empty: bool,
    entropy: &dyn Entropy,
) -> Result<Identity, VaultError> {
    if let Lock::Passphrase(passphrase) = lock
        && passphrase.expose().chars().count() < PASSPHRASE_CHARACTERS_MIN
    {
        return Err(VaultError::PassphraseShort { minimum: PASSPHRASE_CHARACTERS_MIN });
    }
    let path = dir.join(lock.file_name());
    if let Some(bytes) = folder::read(&path, IDENTITY_BYTES_MAX)? {
        return parse(lock, &bytes, path);
    }
    let (other_name, locked_with) = lock.other();
    let other = dir.join(other_name);
    if other.symlink_metadata().is_ok() {
        return Err(VaultError::LockDifferent { path: other, locked_with });
    }
    if !is_empty {
        return Err(VaultError::IdentityMissing { path });
    }
    make(dir, lock, path, entropy)
}

fn make(
    dir: &Path,
    lock: &Lock,
    path: PathBuf,
    entropy: &dyn Entropy,
) -> Result<Identity, VaultError> {
    let identity = Identity::generate();
    let bytes = to_bytes(&identity, lock)?;
    match folder::place(dir, lock.file_name(), &bytes, entropy)? {
        Placed::New => Ok(identity),
        // Another process was faster: its key counts.
        Placed::Taken => match folder::read(&path, IDENTITY_BYTES_MAX)? {
            Some(bytes) => parse(lock, &bytes, path),
            None => Err(VaultError::IdentityMissing { path }),
        },
    }
}

fn to_bytes(identity: &Identity, lock: &Lock) -> Result<Zeroizing<Vec<u8>>, VaultError> {
    let text = identity.to_string();
    let plain = Zeroizing::new(format!("{}\n", text.expose_secret()).into_bytes());
    let Lock::Passphrase(passphrase) = lock else {
        return Ok(plain);
    };
    let mut recipient = scrypt::Recipient::new(SecretString::from(passphrase.expose()));
    recipient.set_work_factor(WORK);
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| VaultError::SealFailed { source };
    let mut sealed = Vec::new();
    let encryptor = Encryptor::with_recipients(std::iter::once(&recipient as &dyn age::Recipient))
        .map_err(|error| failed(error.into()))?;
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(|error| failed(error.into()))?;
    std::io::Write::write_all(&mut writer, &plain).map_err(|error| failed(error.into()))?;
    writer.finish().map_err(|error| failed(error.into()))?;
    Ok(Zeroizing::new(sealed))
}

fn parse(lock: &Lock, bytes: &[u8], path: PathBuf) -> Result<Identity, VaultError> {
    let opened;
    let plain = match lock {
        Lock::IdentityFile => bytes,
        Lock::Passphrase(passphrase) => {
            opened = open_with(passphrase, bytes, &path)?;
            opened.as_slice()
        }
    };
    let text = std::str::from_utf8(plain).unwrap_or_default();
    let key = text.lines().map(str::trim).find(|line| !line.is_empty() && !line.starts_with('#'));
    match key.map(str::parse) {
        Some(Ok(identity)) => Ok(identity),
        _ => Err(VaultError::IdentityDamaged { path }),
    }
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
