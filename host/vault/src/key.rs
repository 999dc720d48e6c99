//! Age keys: the private half opens, the public half is what others seal for.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use age::secrecy::ExposeSecret;
use age::x25519;
use host_model::SecretText;
use sha2::{Digest, Sha256};

use crate::VaultError;
use crate::entry::hex;
use crate::file;

/// Bytes of a file that holds a key; an age key is 75.
pub(crate) const IDENTITY_BYTES_MAX: u64 = 4096;
/// Sets fingerprints apart from every other digest of the same text.
const FINGERPRINT_SCHEME: &[u8] = b"host vault key 1\n";

/// An age identity of the X25519 kind, as `age-keygen` makes it.
#[derive(Clone)]
pub struct Identity(x25519::Identity);

impl Identity {
    /// A new one, from the operating system's randomness.
    pub fn generate() -> Self {
        Self(x25519::Identity::generate())
    }

    /// Reads a file that only its owner may read: the first key in it counts.
    pub fn read(path: &Path) -> Result<Self, VaultError> {
        let bytes = file::read_given(path, IDENTITY_BYTES_MAX)?;
        Self::parse(&bytes, path)
    }

    /// The first key of a file's bytes; `path` is for messages.
    pub(crate) fn parse(bytes: &[u8], path: &Path) -> Result<Self, VaultError> {
        let unsupported = |what| VaultError::IdentityUnsupported { path: path.to_owned(), what };
        let text = std::str::from_utf8(bytes).unwrap_or_default();
        let mut lines = text.lines().map(str::trim);
        let key = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
        match key {
            _ if bytes.starts_with(b"age-encryption.org/") => {
                Err(unsupported("it is sealed with a passphrase of its own"))
            }
            Some(line) if line.starts_with("AGE-PLUGIN-") => Err(unsupported("it needs a plugin")),
            Some(line) if line.starts_with("-----BEGIN") => Err(unsupported("it is an SSH key")),
            line => match line.unwrap_or_default().parse() {
                Ok(identity) => Ok(Self(identity)),
                Err(_) => Err(VaultError::IdentityDamaged { path: path.to_owned() }),
            },
        }
    }

    /// What others seal for it.
    pub fn recipient(&self) -> Recipient {
        Recipient(self.0.to_public())
    }

    /// The line that a file of it holds.
    pub fn to_text(&self) -> SecretText {
        SecretText::new(self.0.to_string().expose_secret())
    }

    /// Tells two keys apart, and gives neither half away.
    pub(crate) fn fingerprint(&self) -> String {
        let mut digest = Sha256::new();
        digest.update(FINGERPRINT_SCHEME);
        digest.update(self.0.to_string().expose_secret().as_bytes());
        hex(&digest.finalize()[..16])
    }

    pub(crate) const fn as_age(&self) -> &dyn age::Identity {
        &self.0
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[identity]")
    }
}

/// The public half of an [`Identity`]: `age1…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Recipient(x25519::Recipient);

impl Recipient {
    pub(crate) const fn as_age(&self) -> &dyn age::Recipient {
        &self.0
    }
}

impl FromStr for Recipient {
    type Err = VaultError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.starts_with("AGE-SECRET-KEY-") {
            return Err(VaultError::RecipientSecret);
        }
        let key = text.parse();
        key.map(Self).map_err(|_| VaultError::RecipientInvalid { text: text.to_owned() })
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
