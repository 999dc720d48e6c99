//! What authenticates: MACs over fields that can be read in one way only.

use hmac::{Hmac, KeyInit as _, Mac as _};
use host_model::RunId;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;

use crate::{Entry, Sealed};

/// The version of the tables and of everything in this file.
pub(crate) const FORMAT: i64 = 1;
/// What the first entry of a run follows.
pub(crate) const START: Tag = [0; 32];

/// What the installation's key is asked for, so that no other use of it gives the same bytes.
const DOMAIN: &[u8] = b"host journal";
const NAME: &[u8] = b"name of the key";
const ENTRY: &[u8] = b"entry";
const HEAD: &[u8] = b"head";
const SEALED: &[u8] = b"sealed";

/// A MAC.
pub(crate) type Tag = [u8; 32];

/// Where a run stands: how many entries it has, and the MAC of the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) count: u64,
    pub(crate) last: Tag,
}

impl State {
    /// Before the first entry.
    pub(crate) const START: Self = Self { count: 0, last: START };
}

/// The journal's own key.
pub(crate) struct Key([u8; 32]);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    /// From the installation's key.
    pub(crate) fn derive(installation: [u8; 32]) -> Self {
        Self(Self(installation).tag(&[DOMAIN, &FORMAT.to_be_bytes()]))
    }

    /// What tells this key from others, and tells nothing about it.
    pub(crate) fn name(&self) -> Tag {
        self.tag(&[NAME])
    }

    /// Of an entry of `run`, after the entry whose MAC is `after`.
    pub(crate) fn entry(&self, run: &RunId, entry: &Entry, after: &Tag) -> Tag {
        let number = entry.number.to_be_bytes();
        let at = entry.at.millis().to_be_bytes();
        let (kind, body) = (entry.kind.as_bytes(), entry.body.as_bytes());
        self.tag(&[ENTRY, run.as_str().as_bytes(), &number, &at, kind, body, after])
    }

    /// Of the row that says where `run` stands.
    pub(crate) fn head(&self, run: &RunId, state: &State) -> Tag {
        self.tag(&[HEAD, run.as_str().as_bytes(), &state.count.to_be_bytes(), &state.last])
    }

    /// Of a sealed secret of `run`.
    pub(crate) fn sealed(&self, run: &RunId, sealed: &Sealed) -> Tag {
        let (vault, name) = (sealed.vault.as_bytes(), sealed.name.as_bytes());
        self.tag(&[SEALED, run.as_str().as_bytes(), vault, name, &sealed.bytes])
    }

    /// Each field after its length: no two lists of fields give the same bytes.
    fn tag(&self, fields: &[&[u8]]) -> Tag {
        let mut mac =
            Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        for field in fields {
            mac.update(&(field.len() as u64).to_be_bytes());
            mac.update(field);
        }
        mac.finalize().into_bytes().into()
    }
}

/// Whether two MACs are the same, in a time that does not tell where they differ.
pub(crate) fn same(left: &Tag, right: &Tag) -> bool {
    left.ct_eq(right).into()
}
