//! Sealing and opening: one line of metadata, then the secret, in one age file.

use std::io::{Read, Write};
use std::path::Path;

use age::{DecryptError, Decryptor, Encryptor};
use host_model::SecretText;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Identity, Kept, Opener, Pending, Recipient, VaultError};

const FORMAT: u32 = 1;

/// The line of metadata. One of its parts says what the file is; a file of one sort is refused where
/// another belongs.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    format: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) kept: Option<Kept>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pending: Option<Pending>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) opener: Option<Opener>,
}

impl Header {
    pub(crate) fn kept(kept: Kept) -> Self {
        Self { format: FORMAT, kept: Some(kept), ..Self::default() }
    }

    pub(crate) fn pending(pending: Pending) -> Self {
        Self { format: FORMAT, pending: Some(pending), ..Self::default() }
    }

    pub(crate) fn opener(opener: Opener) -> Self {
        Self { format: FORMAT, opener: Some(opener), ..Self::default() }
    }
}

/// An age file that holds both.
pub(crate) fn seal(
    recipients: &[Recipient],
    header: &Header,
    secret: &SecretText,
) -> Result<Vec<u8>, VaultError> {
    let header = serde_json::to_vec(header).map_err(failed)?;
    let secret = secret.expose().as_bytes();
    let mut plain = Zeroizing::new(Vec::with_capacity(header.len() + 1 + secret.len()));
    plain.extend_from_slice(&header);
    plain.push(b'\n');
    plain.extend_from_slice(secret);
    encrypt(recipients.iter().map(Recipient::as_age), &plain)
}

/// What an age file of this room holds; `path` is for messages.
pub(crate) fn unseal(
    identity: &Identity,
    sealed: &[u8],
    path: &Path,
) -> Result<(Header, SecretText), VaultError> {
    let damaged = |reason| VaultError::EntryDamaged { path: path.to_owned(), reason };
    let plain = open(identity.as_age(), sealed).map_err(|error| {
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
    Ok((header, SecretText::new(secret)))
}

/// An age file of any bytes.
pub(crate) fn encrypt<'a>(
    recipients: impl Iterator<Item = &'a dyn age::Recipient>,
    plain: &[u8],
) -> Result<Vec<u8>, VaultError> {
    let encryptor = Encryptor::with_recipients(recipients).map_err(failed)?;
    let mut sealed = Vec::new();
    let mut writer = encryptor.wrap_output(&mut sealed).map_err(failed)?;
    writer.write_all(plain).map_err(failed)?;
    writer.finish().map_err(failed)?;
    Ok(sealed)
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

pub(crate) fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> VaultError {
    VaultError::SealFailed { source: source.into() }
}
