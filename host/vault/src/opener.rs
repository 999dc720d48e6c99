//! Operators who open the vault with an age identity of their own.
//!
//! `recipients/<age1…>.age` holds the vault's key, sealed for that recipient *and* for the vault itself.
//! So whoever opens the vault can look into each of these files, and one that does not hold the vault's
//! key was not written by somebody who had it.

use std::path::{Path, PathBuf};

use host_model::Timestamp;
use host_ports::Entropy;
use serde::{Deserialize, Serialize};

use crate::file::{self, Placed, Survives};
use crate::key::IDENTITY_BYTES_MAX;
use crate::seal::{self, Header};
use crate::{Identity, Recipient, VaultError};

const FOLDER: &str = "recipients";
const SUFFIX: &str = ".age";

/// Somebody who opens the vault with an age identity of their own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opener {
    /// The public key: `age1…`.
    pub recipient: String,
    /// Who that is, in words of whoever added it.
    pub label: Option<String>,
    /// When it was added.
    pub at: Timestamp,
}

pub(crate) fn folder(dir: &Path) -> PathBuf {
    dir.join(FOLDER)
}

pub(crate) fn path(dir: &Path, recipient: &Recipient) -> PathBuf {
    folder(dir).join(name(&recipient.to_string()))
}

fn name(recipient: &str) -> String {
    format!("{recipient}{SUFFIX}")
}

/// Seals the vault's key for one more recipient.
pub(crate) fn place(
    dir: &Path,
    key: &Identity,
    opener: &Opener,
    entropy: &dyn Entropy,
) -> Result<Placed, VaultError> {
    let recipients = [opener.recipient.parse()?, key.recipient()];
    let sealed = seal::seal(&recipients, &Header::opener(opener.clone()), &key.to_text())?;
    file::place(&folder(dir), &name(&opener.recipient), &sealed, Survives::PowerCut, entropy)
}

/// The vault's key, with the identity of one of its recipients. Whether it is *this* vault's key only
/// the pin knows.
pub(crate) fn open(own: &Identity, bytes: &[u8], path: &Path) -> Result<Identity, VaultError> {
    let (header, key) = seal::unseal(own, bytes, path)?;
    let own = own.recipient().to_string();
    match header.opener {
        Some(opener) if opener.recipient == own => Identity::parse(key.expose().as_bytes(), path),
        _ => Err(VaultError::RecipientForged { path: path.to_owned() }),
    }
}

/// All of them, each looked into.
pub(crate) fn list(dir: &Path, key: &Identity) -> Result<Vec<Opener>, VaultError> {
    let folder = folder(dir);
    let mut all = Vec::new();
    for file in file::names(&folder)? {
        let path = folder.join(&file);
        let Some(bytes) = file::read(&path, IDENTITY_BYTES_MAX)? else { continue };
        let forged = || VaultError::RecipientForged { path: path.clone() };
        let (header, held) = seal::unseal(key, &bytes, &path).map_err(|_| forged())?;
        let opener = header.opener.ok_or_else(forged)?;
        if name(&opener.recipient) != file || held.expose() != key.to_text().expose() {
            return Err(forged());
        }
        all.push(opener);
    }
    Ok(all)
}

/// Removes one; whether it was there.
pub(crate) fn remove(dir: &Path, recipient: &Recipient) -> Result<bool, VaultError> {
    file::remove(&folder(dir), &name(&recipient.to_string()), Survives::PowerCut)
}
