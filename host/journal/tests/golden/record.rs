//! Writes the runs of `v1.toml` into a journal.

use std::path::Path;

use host_journal::{Journal as _, NewEntry, Sealed, Sqlite};
use host_model::{RunId, Timestamp};
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

/// The key of an installation that never was.
pub(crate) const KEY: [u8; 32] = *b"the key of the golden journal 01";

/// What a golden journal holds.
#[derive(Debug, Deserialize)]
pub(crate) struct Golden {
    /// Text that stands for a component.
    pub(crate) component: String,
    pub(crate) run: Vec<Run>,
}

/// A run of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Run {
    pub(crate) id: RunId,
    pub(crate) entry: Vec<Entry>,
    #[serde(default)]
    pub(crate) sealed: Vec<Secret>,
}

/// An entry of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) body: String,
}

/// A sealed secret of it.
#[derive(Debug, Deserialize)]
pub(crate) struct Secret {
    pub(crate) vault: String,
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Golden {
    /// What `v1.toml` says.
    pub(crate) fn read() -> Self {
        toml::from_str(include_str!("v1.toml")).expect("the file is in order")
    }

    /// The digest of its component.
    pub(crate) fn digest(&self) -> String {
        let digest = Sha256::digest(&self.component);
        digest.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }
}

impl Run {
    /// Its sealed secrets, as the journal takes them.
    pub(crate) fn sealed(&self) -> Vec<Sealed> {
        let sealed = self.sealed.iter().map(|secret| {
            let (vault, name) = (secret.vault.clone(), secret.name.clone());
            Sealed { vault, name, bytes: secret.text.clone().into_bytes() }
        });
        sealed.collect()
    }
}

/// Writes `golden` into the journal of `folder`.
pub(crate) async fn record(golden: &Golden, folder: &Path) {
    const SOUND: &str = "the folder is usable";
    let journal = Sqlite::open(folder, KEY, "process 1").expect(SOUND);
    let digest = golden.digest();
    for run in &golden.run {
        let entries: Vec<_> = run.entry.iter().map(new).collect();
        let (first, rest) = entries.split_first().expect("a run has an entry");
        let component = Some((&*digest, golden.component.as_bytes()));
        let begun = journal.begin(&run.id, component, first.clone()).await;
        begun.expect(SOUND).append(rest, &run.sealed()).await.expect(SOUND);
    }
}

fn new(entry: &Entry) -> NewEntry {
    let Entry { at, kind, body } = entry;
    NewEntry { at: Timestamp::from_millis(*at), kind: kind.clone(), body: body.clone() }
}
