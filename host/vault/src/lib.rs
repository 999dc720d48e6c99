//! Secrets at rest: sealed, scoped, never overwritten.
//!
//! What a vault can do is a port, [`Vault`]; the one that this program has is a folder, [`Folder`]:
//!
//! ```text
//! DIR/                 0700, refused if it is a link or open to others
//!   identity.txt       0600, the vault's key (or identity.age, sealed with a passphrase)
//!   recipients/        0700
//!     <age1…>.age      the vault's key once more, sealed for an operator's own identity
//!   entries/           0700
//!     <account>-<digest of lineage, account and object>.age
//!   pending/           0700, notes of secrets that were asked for and have not arrived
//!     <account>-<digest of lineage, account, user and kind>.age
//! DIR.pin              the fingerprint of the vault's key
//! DIR.lock             held while the vault is opened
//! ```
//!
//! What must hold:
//!
//! - **One file, one secret.** Every entry is an ordinary age file of its own. A crash leaves it
//!   whole or absent: it is written aside, synced, and then linked to its name, which fails if the
//!   name is taken. Files that a crash left aside are never read.
//! - **Nothing is overwritten.** Keeping an equal secret again is fine, another one under the same
//!   name is an error: the older may be the only copy of a key that works.
//! - **The name is sealed in.** What an entry belongs to stands inside, and its file's name is the
//!   digest of it. A file under another name, or with other bytes, is refused by name.
//! - **Scoped.** Lineage is part of the name, so an entry of another lineage is not found rather
//!   than denied (`security.md`, rule 9).
//! - **Nobody plants an entry who can only write the folder.** Entries and notes are sealed for the
//!   vault's own key and for nothing else, and its public half is written down nowhere: who cannot open
//!   the vault cannot seal anything that opens. Operators with keys of their own do not change that,
//!   since what is sealed for their public keys is the vault's key, not the entries; and a file of
//!   theirs that does not hold this key was not made by somebody who had it. A whole vault with a key of
//!   the attacker's own fails against the fingerprint outside of the folder. What such a person still
//!   can do is delete, and put back what was there before.
//! - **A secret on its way is never lost from sight.** A note is sealed before the cloud is asked for a
//!   secret that it shows once, and goes when the secret is kept. A process that dies in between leaves
//!   the note for the next run.
//!
//! A vault travels in two ways. An operator whose public key was added opens a copy of the folder,
//! without `identity.txt`, with an identity of their own; the first opening takes the fingerprint that
//! it sees, so the two operators compare it. Or single entries are exported, sealed for the recipients
//! that were named, and imported by somebody who was shown what comes and said yes.
//!
//! Real and simulated secrets never meet because they live in different folders; the caller
//! picks, and an export says which it came from. An entry opens with other tools too:
//! `age --decrypt -i identity.txt FILE` prints one line of metadata, then the secret.
//!
//! Randomness that seals comes from the operating system inside of `age`; nothing of it reaches a
//! run. The entropy port names the files written aside, the clock says when an entry was kept.

mod entry;
mod error;
mod export;
mod file;
mod folder;
mod intent;
mod key;
mod lock;
mod memory;
mod opener;
mod pin;
mod port;
mod seal;

#[cfg(test)]
mod tests;

pub use entry::{Entry, Kept};
pub use error::VaultError;
pub use export::{Realm, export, open_export};
pub use folder::Folder;
pub use intent::{Intent, Pending};
pub use key::{Identity, Recipient};
pub use lock::Lock;
pub use memory::Memory;
pub use opener::Opener;
pub use port::{Found, SealedEntry, Vault};
