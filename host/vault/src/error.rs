//! What can be wrong with a vault. No variant holds a secret, nor any byte that was read.

use std::io;
use std::path::PathBuf;

use host_model::{AccountId, Blame, Problem, quote_within};

/// Characters of a name that a message shows.
const NAME_SHOWN_MAX: usize = 128;

/// Why a vault did not open, or did not keep or find a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VaultError {
    /// The operating system said no.
    #[error("cannot {attempt} `{}`", path.display())]
    FileUnusable {
        /// What was attempted, a verb.
        attempt: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A link, a device, a folder where a file belongs, or the other way round.
    #[error("`{}` is not {wanted}, and links are not followed", path.display())]
    PathUnexpected {
        /// The file or folder.
        path: PathBuf,
        /// What it has to be, with its article.
        wanted: &'static str,
    },
    /// Others may read or write it.
    #[error("`{}` is open to other users: mode {mode:04o}", path.display())]
    ModeLoose {
        /// The file or folder.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
        /// What they have to be.
        wanted: u32,
    },
    /// The key is gone while entries are still there.
    #[error("the vault has entries, but its key `{}` is missing", path.display())]
    IdentityMissing {
        /// Where the key belongs.
        path: PathBuf,
    },
    /// The key cannot be read as one.
    #[error("`{}` holds no age key", path.display())]
    IdentityDamaged {
        /// The key's file.
        path: PathBuf,
    },
    /// Opened in one way, locked in the other.
    #[error("the vault is locked with {locked_with}: `{}`", path.display())]
    LockDifferent {
        /// The key's file.
        path: PathBuf,
        /// What it is locked with, with its article.
        locked_with: &'static str,
    },
    /// The passphrase does not open the key.
    #[error("the passphrase does not open `{}`", path.display())]
    PassphraseWrong {
        /// The key's file.
        path: PathBuf,
    },
    /// A passphrase that protects nothing.
    #[error("a vault's passphrase has at least {minimum} characters")]
    PassphraseShort {
        /// The least number of characters.
        minimum: usize,
    },
    /// An entry's file was changed, cut, or sealed for another key.
    #[error("the entry `{}` is damaged: {reason}", path.display())]
    EntryDamaged {
        /// The entry's file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An entry's file bears the name of another entry.
    #[error("the entry `{}` was moved: another one is sealed inside", path.display())]
    EntryMisplaced {
        /// The entry's file.
        path: PathBuf,
    },
    /// There is another secret under this name.
    #[error(
        "a secret of `{}` in {account} is kept already, and it is another one",
        quote_within(object, NAME_SHOWN_MAX)
    )]
    EntryTaken {
        /// The account.
        account: AccountId,
        /// The cloud object.
        object: String,
    },
    /// More bytes than the vault keeps.
    #[error("{what} is larger than {limit} bytes")]
    EntryOversized {
        /// Which part of it.
        what: &'static str,
        /// The limit in bytes.
        limit: usize,
    },
    /// Sealing failed.
    #[error("the secret cannot be sealed")]
    SealFailed {
        /// Why.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

impl Problem for VaultError {
    fn code(&self) -> &'static str {
        match self {
            Self::FileUnusable { .. } => "vault.file-unusable",
            Self::PathUnexpected { .. } => "vault.path-unexpected",
            Self::ModeLoose { .. } => "vault.mode-loose",
            Self::IdentityMissing { .. } => "vault.identity-missing",
            Self::IdentityDamaged { .. } => "vault.identity-damaged",
            Self::LockDifferent { .. } => "vault.lock-different",
            Self::PassphraseWrong { .. } => "vault.passphrase-wrong",
            Self::PassphraseShort { .. } => "vault.passphrase-short",
            Self::EntryDamaged { .. } => "vault.entry-damaged",
            Self::EntryMisplaced { .. } => "vault.entry-misplaced",
            Self::EntryTaken { .. } => "vault.entry-taken",
            Self::EntryOversized { .. } => "vault.entry-oversized",
            Self::SealFailed { .. } => "vault.seal-failed",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::EntryOversized { .. } | Self::EntryTaken { .. } => Blame::Workflow,
            Self::SealFailed { .. } => Blame::Host,
            _ => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::FileUnusable { .. } => "check the disk and who owns the folder".to_owned(),
            Self::PathUnexpected { .. } => {
                "move it aside, or name another folder for the vault".to_owned()
            }
            Self::ModeLoose { path, wanted, .. } => {
                format!("run `chmod {wanted:o} {}`, and ask who read it", path.display())
            }
            Self::IdentityMissing { .. } => {
                "restore the key from a backup; without it the entries stay sealed".to_owned()
            }
            Self::IdentityDamaged { .. } => "restore it from a backup".to_owned(),
            Self::LockDifferent { .. } => "open it the way it is locked".to_owned(),
            Self::PassphraseWrong { .. } => "try again; there is no other way in".to_owned(),
            Self::EntryDamaged { path, .. } | Self::EntryMisplaced { path } => format!(
                "restore `{}` from a backup, or move it out of the vault and make the secret anew",
                path.display()
            ),
            Self::EntryTaken { .. } => {
                "look at the vault's list; delete the older secret only if nothing uses it"
                    .to_owned()
            }
            Self::PassphraseShort { .. }
            | Self::EntryOversized { .. }
            | Self::SealFailed { .. } => {
                return None;
            }
        })
    }
}
