//! Secrets on their way to another vault: one age file, sealed for the recipients that were named.
//!
//! Its first line says what it is, and each further line is one entry with its secret, as JSON. Nobody
//! who receives it can tell from the file who sealed it: whoever imports looks at what comes and says yes.

use std::path::{Path, PathBuf};

use host_model::SecretText;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{Found, Identity, Kept, Recipient, VaultError, seal};

const FORMAT: u32 = 1;
/// Bytes of an export's file.
pub(crate) const EXPORT_BYTES_MAX: u64 = 32 << 20;
/// Room for one line besides its texts, so that the buffer never grows and leaves copies behind.
const LINE_ROOM: usize = 1024;
/// JSON writes a character of a text with at most so many bytes for each of its own.
const ESCAPED: usize = 6;

/// Which cloud the secrets of a vault belong to. What a simulated one invented stays there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Realm {
    /// Real accounts.
    Real,
    /// A cloud on this machine, behind an address.
    Loopback,
    /// An offline cloud in this process.
    Simulated,
}

impl Realm {
    /// The word, as it stands in exports.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Real => "real",
            Self::Loopback => "loopback",
            Self::Simulated => "simulated",
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    host_vault_export: u32,
    realm: Realm,
}

#[derive(Serialize)]
struct Line<'a> {
    kept: &'a Kept,
    secret: &'a str,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Read {
    kept: Kept,
    secret: String,
}

/// The bytes of an export.
pub fn export(all: &[Found], to: &[Recipient], realm: Realm) -> Result<Vec<u8>, VaultError> {
    let room = |found: &Found| {
        let entry = &found.kept.entry;
        let names = entry.object.len() + entry.lineage.len();
        let names = names + entry.principal.as_deref().unwrap_or_default().len();
        LINE_ROOM + ESCAPED * (names + found.secret.expose().len())
    };
    let room = all.iter().map(room).sum::<usize>() + LINE_ROOM;
    let mut plain = Zeroizing::new(Vec::with_capacity(room));
    let header = Header { host_vault_export: FORMAT, realm };
    serde_json::to_writer(&mut *plain, &header).map_err(seal::failed)?;
    for Found { kept, secret } in all {
        plain.push(b'\n');
        let line = Line { kept, secret: secret.expose() };
        serde_json::to_writer(&mut *plain, &line).map_err(seal::failed)?;
    }
    plain.push(b'\n');
    seal::encrypt(to.iter().map(Recipient::as_age), &plain)
}

/// What an export holds, for one of its recipients; `realm` is that of the vault it comes to.
pub fn open_export(
    path: &Path,
    identity: &Identity,
    realm: Realm,
) -> Result<Vec<Found>, VaultError> {
    let sealed = read(path)?;
    let damaged = |reason| VaultError::ExportDamaged { path: path.to_owned(), reason };
    let plain = seal::open(identity.as_age(), &sealed).map_err(|error| match error {
        age::DecryptError::NoMatchingKeys => {
            let recipient = identity.recipient().to_string();
            VaultError::ExportForeign { path: path.to_owned(), recipient }
        }
        _ => damaged("its bytes are not those of an age file"),
    })?;
    let mut lines = plain.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let header: Option<Header> = lines.next().and_then(|line| serde_json::from_slice(line).ok());
    let header = header.ok_or_else(|| damaged("it is no export of a vault"))?;
    if header.host_vault_export != FORMAT {
        return Err(damaged("a newer version of this program wrote it"));
    }
    if header.realm != realm {
        let (from, to) = (header.realm.as_str(), realm.as_str());
        return Err(VaultError::RealmDifferent { path: path.to_owned(), from, to });
    }
    let found = lines.map(|line| {
        let read: Read =
            serde_json::from_slice(line).map_err(|_| damaged("one of its lines cannot be read"))?;
        Ok(Found { kept: read.kept, secret: SecretText::new(read.secret) })
    });
    found.collect()
}

fn read(path: &Path) -> Result<Vec<u8>, VaultError> {
    let unusable = |source| {
        let path: PathBuf = path.to_owned();
        VaultError::FileUnusable { attempt: "read", path, source }
    };
    let length = std::fs::metadata(path).map_err(unusable)?.len();
    if length > EXPORT_BYTES_MAX {
        return Err(VaultError::ExportDamaged { path: path.to_owned(), reason: "too large" });
    }
    std::fs::read(path).map_err(unusable)
}
