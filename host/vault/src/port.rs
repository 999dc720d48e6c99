//! The port: what a vault can do, whoever keeps it.
//!
//! The one in files is [`Folder`](crate::Folder), and [`Memory`](crate::Memory) is gone with its process. One
//! suite of cases (`tests/conformance`) says what any other has to do as well.

use std::fmt::Debug;

use host_model::{AccountId, SecretRef, SecretText};

use crate::{Entry, Intent, Kept, Pending, VaultError};

/// A secret that was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// What it belongs to, and since when.
    pub kept: Kept,
    /// The secret.
    pub secret: SecretText,
}

/// A secret that is sealed for a vault, and not kept in it yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedEntry {
    /// What the vault calls it: in a folder, the name of its file.
    pub name: String,
    /// Sealed bytes, which only this vault opens.
    pub bytes: Vec<u8>,
}

/// Secrets at rest, and notes of those that are on their way.
///
/// Every implementation promises:
///
/// - **Never overwritten.** An object of an account has one secret in a lineage. The same again is fine;
///   another secret, kind or principal under that name is refused, and the older stays: it may be the only
///   copy of a key that works.
/// - **Scoped.** What belongs to another account, object or lineage is not found, rather than denied. Lists
///   are for people, and show everything.
/// - **Sealed.** Bytes that lie somewhere, or are on their way, tell nothing to whoever does not open this
///   vault; and who cannot open it cannot seal anything that opens.
/// - **Durable when it returns.** What was kept, noted or removed survives the death of this process, and a
///   power cut unless the vault is of invented secrets. After an error it is there whole, or not at all, and
///   doing it again tells which.
/// - **One vault for all.** What one process was told is kept or removed, every other one sees so from then
///   on. Of many at once that ask for one name one has it, and the others are answered as if they came later.
/// - **Damage is an error, never absence.** What was changed, cut, moved or planted is named, and stays where
///   it is; it does not pass for a free name. Of the rest whatever is asked for by name is answered as ever.
/// - **No secret is printed**, by `Debug` or in an error.
///
/// The functions block, as those of the journal's locks do. A run is one sequence and has nothing else to do
/// meanwhile, each of them is one small file or row, and a call that cannot be dropped at an `await` always
/// comes to its end. An implementation behind a network waits on a thread of its own.
pub trait Vault: Debug + Send + Sync {
    /// Seals a secret without keeping it, so that something else can be made durable together with it
    /// before [`place`](Self::place) keeps it. It is dated now.
    ///
    /// # Errors
    ///
    /// The secret is over 64 KiB, or its names are over 4 KiB together.
    fn prepare(&self, entry: &Entry, secret: &SecretText) -> Result<SealedEntry, VaultError>;

    /// Keeps what was sealed for this vault; whether it is new here. Placing the same again is fine, also
    /// when a process that died had placed it before.
    ///
    /// # Errors
    ///
    /// There is another secret under its name; it was changed, sealed for another vault, or for another
    /// name; or nothing can be kept.
    fn place(&self, sealed: &SealedEntry) -> Result<bool, VaultError>;

    /// Keeps what another vault kept, with its date; whether it is new here.
    ///
    /// # Errors
    ///
    /// As for [`prepare`](Self::prepare) and [`place`](Self::place).
    fn receive(&self, found: &Found) -> Result<bool, VaultError>;

    /// Seals a secret and keeps it.
    ///
    /// # Errors
    ///
    /// As for [`prepare`](Self::prepare) and [`place`](Self::place).
    fn keep(&self, entry: &Entry, secret: &SecretText) -> Result<SecretRef, VaultError> {
        self.place(&self.prepare(entry, secret)?)?;
        Ok(entry.secret_ref())
    }

    /// The secret of an object, if this lineage has it.
    ///
    /// # Errors
    ///
    /// What is there under its name is damaged, or cannot be read.
    fn find(
        &self,
        account: &AccountId,
        object: &str,
        lineage: &str,
    ) -> Result<Option<Found>, VaultError>;

    /// All entries of all lineages, sorted, without their secrets.
    ///
    /// # Errors
    ///
    /// One of them is damaged: it is named, and there is no list.
    fn list(&self) -> Result<Vec<Kept>, VaultError>;

    /// Removes an entry, damaged or not; whether there was one. Its bytes may survive on the medium, sealed.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    fn delete(&self, account: &AccountId, object: &str, lineage: &str) -> Result<bool, VaultError>;

    /// Does all that keeping a secret takes, and leaves no trace of it, so that a full disk or a lost key is
    /// known *before* the cloud makes a secret that it shows only once.
    ///
    /// # Errors
    ///
    /// No secret can be kept now.
    fn rehearse(&self) -> Result<(), VaultError>;

    /// Notes that a secret is about to be asked for, *before* the request is sent.
    ///
    /// Gives what an earlier run noted for this user and kind and never settled, if there is such a note, and
    /// leaves it: the cloud may have a key that nobody knows, and that comes first.
    ///
    /// # Errors
    ///
    /// The note that is there is damaged; its names are over 4 KiB together; or nothing can be kept.
    fn intend(&self, intent: &Intent) -> Result<Option<Pending>, VaultError>;

    /// Every note of all lineages that was not settled, sorted.
    ///
    /// # Errors
    ///
    /// One of them is damaged: it is named, and there is no list.
    fn intents(&self) -> Result<Vec<Pending>, VaultError>;

    /// Removes the note, whichever run wrote it: the secret is kept, or it is certain that the cloud made
    /// none. Whether there was one.
    ///
    /// # Errors
    ///
    /// It cannot be removed.
    fn settle(&self, intent: &Intent) -> Result<bool, VaultError>;
}
