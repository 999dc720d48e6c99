//! What every vault has to do, and that the one in a folder and the one in memory do it.
//!
//! The cases know the port, and what lies on the medium as sealed bytes by name: a vault in a shared database is
//! added here as a third.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod damage;
#[cfg(test)]
mod entries;
#[cfg(test)]
mod notes;

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

struct InFolder(TempDir);

impl InFolder {
    fn at(&self, name: &str) -> Box<dyn Vault> {
        let entropy = Arc::new(Counting::default());
        let vault = Folder::open(&self.0.path().join(name), &Lock::IdentityFile, entropy, clock());
        Box::new(vault.expect("the folder is usable"))
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

fn clock() -> Arc<dyn Clock> {
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

macro_rules! conformance {
    ($($cases:ident: $($case:ident),* $(,)?);* $(;)?) => {
        mod in_folder {
            $($(#[test]
            fn $case() {
                crate::$cases::$case(&super::InFolder(super::TempDir::new().unwrap()));
            })*)*
        }

        mod in_memory {
            $($(#[test]
            fn $case() {
                crate::$cases::$case(&super::Memory::new(super::clock()));
            })*)*
        }
    };
}

conformance!(
    entries:
        another_process_finds_what_was_kept,
        never_overwrites,
        does_not_find_what_belongs_to_another_scope,
        tells_names_apart_that_join_to_the_same_text,
        keeps_a_secret_with_line_breaks_as_it_is,
        lists_everything_in_order_without_secrets,
        deletes_only_what_is_named,
        keeps_what_was_sealed_only_when_it_is_placed,
        placing_again_is_fine_and_something_else_is_refused,
        refuses_what_was_sealed_for_another_vault_or_name,
        receives_with_the_date_of_the_other_vault,
        says_limits_at_the_limit,
        rehearses_without_a_trace,
        one_of_many_has_a_name,
        shows_no_secret_when_printed;
    notes:
        a_note_outlives_the_process_and_the_next_run_finds_it,
        notes_of_other_users_accounts_and_lineages_are_other_notes,
        a_note_and_a_secret_leave_each_other_alone,
        a_note_has_limits_too,
        one_of_many_runs_has_the_note;
    damage:
        damage_is_named_and_passes_for_no_free_name,
        what_is_beside_damage_is_found,
        damage_goes_when_somebody_says_so,
        nothing_passes_under_the_name_of_another,
        a_note_is_no_entry_and_an_entry_is_no_note,
        nobody_plants_what_opens;
);
