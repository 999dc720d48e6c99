//! What can be wrong with a vault. No variant holds a secret, nor any byte that was read.

use std::io;
use std::path::{Path, PathBuf};

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
    /// A key of a sort that this program does not use.
    #[error("the key in `{}` cannot be used: {what}", path.display())]
    IdentityUnsupported {
        /// The key's file.
        path: PathBuf,
        /// What it is.
        what: &'static str,
    },
    /// The folder has another key than the one that was first seen in it.
    #[error("the vault `{}` has another key than before", dir.display())]
    KeyReplaced {
        /// The vault's folder.
        dir: PathBuf,
        /// Where the fingerprint of the key from before stands.
        pin: Option<PathBuf>,
    },
    /// The folder had a key, and has nothing now.
    #[error("the vault `{}` is empty, and was not before", dir.display())]
    FolderEmptied {
        /// The vault's folder.
        dir: PathBuf,
        /// Where the fingerprint of the key from before stands.
        pin: PathBuf,
    },
    /// The identity is none of those that open the vault.
    #[error("the vault `{}` does not open for `{recipient}`", dir.display())]
    RecipientUnknown {
        /// The vault's folder.
        dir: PathBuf,
        /// The public key.
        recipient: String,
    },
    /// A recipient's file that nobody made who could open the vault.
    #[error("`{}` does not hold the vault's key under its recipient's name", path.display())]
    RecipientForged {
        /// The file.
        path: PathBuf,
    },
    /// Without this recipient nobody could open the vault.
    #[error("`{recipient}` is the only way into the vault")]
    RecipientLast {
        /// The public key.
        recipient: String,
    },
    /// No public key of age.
    #[error("`{}` is no recipient", quote_within(text, NAME_SHOWN_MAX))]
    RecipientInvalid {
        /// The text.
        text: String,
    },
    /// The private half where the public one belongs. It is not shown.
    #[error("a recipient was given as a secret key")]
    RecipientSecret,
    /// A passphrase's file is no text.
    #[error("the passphrase in `{}` is no UTF-8 text", path.display())]
    PassphraseUnreadable {
        /// The file.
        path: PathBuf,
    },
    /// No export, or one that was changed.
    #[error("the export `{}` cannot be read: {reason}", path.display())]
    ExportDamaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An export for somebody else.
    #[error("`{}` is not sealed for `{recipient}`", path.display())]
    ExportForeign {
        /// The file.
        path: PathBuf,
        /// The public key of who tried.
        recipient: String,
    },
    /// An export of a vault of another sort of cloud.
    #[error("`{}` comes from a vault of {from} accounts, and this one is of {to} accounts", path.display())]
    RealmDifferent {
        /// The file.
        path: PathBuf,
        /// Where its secrets belong.
        from: &'static str,
        /// Where they would come to.
        to: &'static str,
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
            Self::IdentityUnsupported { .. } => "vault.identity-unsupported",
            Self::KeyReplaced { .. } => "vault.key-replaced",
            Self::FolderEmptied { .. } => "vault.folder-emptied",
            Self::RecipientUnknown { .. } => "vault.recipient-unknown",
            Self::RecipientForged { .. } => "vault.recipient-forged",
            Self::RecipientLast { .. } => "vault.recipient-last",
            Self::RecipientInvalid { .. } => "vault.recipient-invalid",
            Self::RecipientSecret => "vault.recipient-secret",
            Self::PassphraseUnreadable { .. } => "vault.passphrase-unreadable",
            Self::ExportDamaged { .. } => "vault.export-damaged",
            Self::ExportForeign { .. } => "vault.export-foreign",
            Self::RealmDifferent { .. } => "vault.realm-different",
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
                let path = path.display().to_string();
                let path = shlex::try_quote(&path).unwrap_or_else(|_| "it".into());
                format!("run `chmod {wanted:o} {path}`, and ask who read it")
            }
            Self::IdentityMissing { .. } => {
                "restore the key from a backup; without it the entries stay sealed".to_owned()
            }
            Self::IdentityDamaged { .. } => "restore it from a backup".to_owned(),
            Self::LockDifferent { .. } => {
                "name the passphrase's or the identity's file: `[vault]` in `docs/host-toml.md`"
                    .to_owned()
            }
            Self::IdentityUnsupported { .. } => {
                "`host vault keygen -o FILE` makes a key that can be used".to_owned()
            }
            Self::KeyReplaced { dir, pin } => replaced(dir, pin.as_deref()),
            Self::FolderEmptied { dir, pin } => format!(
                "mount or restore `{}`; if you removed it yourself, remove `{}` as well",
                dir.display(),
                pin.display()
            ),
            Self::RecipientUnknown { recipient, .. } => format!(
                "ask somebody who opens it to run `host vault recipients add {recipient}`"
            ),
            Self::RecipientForged { path } => format!(
                "remove `{}` and ask who wrote it; `host vault recipients add` makes it anew",
                path.display()
            ),
            Self::RecipientLast { .. } => {
                "add another recipient first; a vault that nobody opens is lost".to_owned()
            }
            Self::RecipientInvalid { .. } => {
                "recipients begin with `age1`, as `age-keygen` and `host vault keygen` print them"
                    .to_owned()
            }
            Self::RecipientSecret => {
                "give the public key, which begins with `age1`, and make a new pair: this one was shown"
                    .to_owned()
            }
            Self::PassphraseUnreadable { .. } => {
                "its first line is the passphrase, as text".to_owned()
            }
            Self::ExportDamaged { .. } => "ask for it again".to_owned(),
            Self::ExportForeign { recipient, .. } => format!(
                "ask for it again with `--recipient {recipient}`, or name your other key with `--identity`"
            ),
            Self::RealmDifferent { .. } => {
                "pick the vault that it belongs to: `--simulate`, `--endpoint`, or neither".to_owned()
            }
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

fn replaced(dir: &Path, pin: Option<&Path>) -> String {
    let dir = dir.display();
    match pin {
        Some(pin) => format!(
            "restore `{dir}` from a backup; if you replaced the vault yourself, remove `{}`",
            pin.display()
        ),
        None => format!("somebody writes into `{dir}`: find out who, and run again"),
    }
}
