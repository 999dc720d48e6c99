//! Secrets at rest: sealed, scoped, never overwritten.
//!
//! ```text
//! DIR/                 0700, refused if it is a link or open to others
//!   identity.txt       0600, the age key (or identity.age, sealed with a passphrase)
//!   entries/           0700
//!     <account>-<digest of lineage, account and object>.age
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
//! - **The recipient is no public knowledge.** It is not written down anywhere, so whoever can write
//!   into the folder but not read the identity cannot seal an entry that opens.
//!
//! Real and simulated secrets never meet because they live in different folders; the caller
//! picks. An entry opens with other tools too: `age --decrypt -i identity.txt FILE` prints one line of
//! metadata, then the secret.
//!
//! Randomness that seals comes from the operating system inside of `age`; nothing of it reaches a
//! run. The entropy port names the files written aside, the clock says when an entry was kept.

mod entry;
mod error;
mod folder;
mod lock;
mod seal;
mod vault;

#[cfg(test)]
mod tests;

pub use entry::{Entry, Kept};
pub use error::VaultError;
pub use lock::Lock;
pub use vault::{Found, Vault};
