//! Sealing and opening: one line of metadata, then the secret, in one age file.

use std::io::Read;
use std::path::Path;

use age::x25519::Identity;
use age::{DecryptError, Decryptor};
use host_model::SecretText;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Kept, VaultError};

const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    kept: Kept,
}

/// An age file that holds both.
pub(crate) fn seal(
    identity: &Identity,
    kept: &Kept,
    secret: &SecretText,
) -> Result<Vec<u8>, VaultError> {
    let failed =
        |source: Box<dyn std::error::Error + Send + Sync>| VaultError::SealFailed { source };
    let header = serde_json::to_vec(&Header { format: FORMAT, kept: kept.clone() })
        .map_err(|error| failed(error.into()))?;
    let secret = secret.expose().as_bytes();
    let mut plain = Zeroizing::new(Vec::with_capacity(header.len() + 1 + secret.len()));
    plain.extend_from_slice(&header);
    plain.push(b'\n');
    plain.extend_from_slice(secret);
    age::encrypt(&identity.to_public(), &plain).map_err(|error| failed(error.into()))
}

/// What an age file holds; `path` is for messages.
pub(crate) fn unseal(
    identity: &Identity,
    sealed: &[u8],
    path: &Path,
) -> Result<(Kept, SecretText), VaultError> {
    let damaged = |reason| VaultError::EntryDamaged { path: path.to_owned(), reason };
    let plain = open(identity, sealed).map_err(|error| {
        damaged(match error {
            DecryptError::NoMatchingKeys => "it is sealed for another key",
            _ => "its bytes are not those that were written",
        })
    })?;
    let end = plain.iter().position(|byte| *byte == b'\n').ok_or(damaged("no metadata"))?;
    let (header, secret) = (&plain[..end], &plain[end + 1..]);
    let header: Header =
        serde_json::from_slice(header).map_err(|_| damaged("its metadata cannot be read"))?;
    if header.format != FORMAT {
        return Err(damaged("a newer version of this program wrote it"));
    }
    let secret = std::str::from_utf8(secret).map_err(|_| damaged("its secret is no text"))?;
    Ok((header.kept, SecretText::new(secret)))
}

/// Decrypts into memory that is wiped.
pub(crate) fn open(
    identity: &dyn age::Identity,
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let mut reader = Decryptor::new(sealed)?.decrypt(std::iter::once(identity))?;
    let mut plain = Zeroizing::new(Vec::with_capacity(sealed.len()));
    reader.read_to_end(&mut plain)?;
    Ok(plain)
}
