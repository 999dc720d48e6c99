//! Where the vaults of the cases are kept, and what stands in them.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use host_model::{Problem as _, SecretKind, SecretText, Timestamp};
use host_ports::{Clock, Entropy};
use host_vault::{Entry, Folder, Lock, Memory, Vault, VaultError};
use tempfile::TempDir;

/// Sealed bytes by their place: `entries/NAME` and `pending/NAME`.
pub(crate) type Rows = BTreeMap<String, Vec<u8>>;

/// Where one vault is kept.
pub(crate) trait Medium {
    /// Opens it, as another process would.
    fn open(&self) -> Box<dyn Vault>;

    /// Another vault of the same kind, with a key of its own.
    fn stranger(&self) -> Box<dyn Vault>;

    /// What lies there.
    fn rows(&self) -> Rows;

    /// Puts that there in its place, as somebody could who writes the medium.
    fn write(&self, rows: &Rows);
}

pub(crate) struct InFolder(TempDir);

impl InFolder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn at(&self, name: &str) -> Box<dyn Vault> {
        let entropy = Arc::new(Counting::default());
        let vault = Folder::open(&self.0.path().join(name), &Lock::IdentityFile, entropy, clock());
        Box::new(vault.unwrap())
    }

    fn files(&self) -> Vec<(String, PathBuf)> {
        let mut files = Vec::new();
        for folder in ["entries", "pending"] {
            let items = fs::read_dir(self.0.path().join("vault").join(folder)).unwrap();
            files.extend(items.map(|item| {
                let item = item.unwrap();
                (format!("{folder}/{}", item.file_name().to_string_lossy()), item.path())
            }));
        }
        files
    }
}

impl Medium for InFolder {
    fn open(&self) -> Box<dyn Vault> {
        self.at("vault")
    }

    fn stranger(&self) -> Box<dyn Vault> {
        self.at("stranger")
    }

    fn rows(&self) -> Rows {
        let files = self.files().into_iter();
        files.map(|(name, path)| (name, fs::read(path).unwrap())).collect()
    }

    fn write(&self, rows: &Rows) {
        self.files().iter().for_each(|(_, path)| fs::remove_file(path).unwrap());
        for (name, bytes) in rows {
            let path = self.0.path().join("vault").join(name);
            let file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
            std::io::Write::write_all(&mut file.unwrap(), bytes).unwrap();
        }
    }
}

impl Medium for Memory {
    fn open(&self) -> Box<dyn Vault> {
        Box::new(self.clone())
    }

    fn stranger(&self) -> Box<dyn Vault> {
        Box::new(Self::new(clock()))
    }

    fn rows(&self) -> Rows {
        self.rows().clone()
    }

    fn write(&self, rows: &Rows) {
        self.rows().clone_from(rows);
    }
}

/// A clock that goes on by a second whenever somebody looks.
#[derive(Debug, Default)]
struct Ticking(AtomicU64);

#[async_trait::async_trait]
impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        let seconds = i64::try_from(self.0.fetch_add(1, Ordering::Relaxed)).unwrap();
        Timestamp::from_seconds(START + seconds)
    }

    async fn sleep(&self, _: Duration) {}
}

pub(crate) fn clock() -> Arc<dyn Clock> {
    Arc::new(Ticking::default())
}

#[derive(Debug, Default)]
struct Counting(AtomicU64);

impl Entropy for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = u8::try_from(self.0.fetch_add(1, Ordering::Relaxed) % 251).unwrap();
        }
    }
}

/// When every vault here is opened, in seconds.
pub(crate) const START: i64 = 1_784_419_200;
pub(crate) const ACCOUNT: &str = "1000000000000001";
pub(crate) const OBJECT: &str = "ram:access-key/LTAI5tExample";
pub(crate) const OTHER: &str = "ram:access-key/LTAI5tOther";
pub(crate) const LINEAGE: &str = "acme/ack";
pub(crate) const SECRET: &str = "s3cr3t-of-key-one";

pub(crate) fn entry(object: &str, lineage: &str) -> Entry {
    Entry {
        account: ACCOUNT.parse().unwrap(),
        principal: Some("user/host-reporter".to_owned()),
        kind: SecretKind::AccessKey,
        object: object.to_owned(),
        lineage: lineage.to_owned(),
    }
}

pub(crate) fn text(secret: &str) -> SecretText {
    SecretText::new(secret)
}

/// A vault with the first entry.
pub(crate) fn filled(medium: &dyn Medium) -> Box<dyn Vault> {
    let vault = medium.open();
    vault.keep(&entry(OBJECT, LINEAGE), &text(SECRET)).unwrap();
    vault
}

pub(crate) fn find(vault: &dyn Vault, entry: &Entry) -> Result<Option<String>, VaultError> {
    let found = vault.find(&entry.account, &entry.object, &entry.lineage)?;
    Ok(found.map(|found| found.secret.expose().to_owned()))
}

/// The code, after a look that neither message nor hint nor debug text has a secret.
pub(crate) fn code<T: std::fmt::Debug>(result: Result<T, VaultError>) -> &'static str {
    let error = result.unwrap_err();
    for text in [error.to_string(), format!("{error:?}"), error.hint().unwrap_or_default()] {
        assert!(!text.contains("s3cr3t") && !text.contains("AGE-SECRET"), "{text}");
    }
    error.code()
}
