//! The durable record of runs: appended, chained, authenticated.
//!
//! ```text
//! FOLDER/                  0700
//!   journal.sqlite         0600, and SQLite's -wal and -shm beside it: the three travel together
//!   locks/RUN.lock         0600, held by the one writer of a run, with its name in it
//! ```
//!
//! A run is a list of entries that only grows. What they mean is not known here: a body is text. With them are
//! kept the components that runs were begun with, by digest, and sealed secrets on their way into a vault.
//!
//! What must hold:
//!
//! - **On the disk before it counts.** `append` returns when its transaction was synced. A call that is sent after
//!   that can be found in the journal after a power cut; one that could not be recorded is never sent.
//! - **All or nothing.** Entries that are appended together, and the sealed secrets with them, are one
//!   transaction. A journal is made aside and gets its name when it is whole.
//! - **Chained and authenticated.** Each entry has a MAC over its run, number, time, kind, body and the MAC before
//!   it, with a key that is derived from the installation's. One row for each run says how many entries there are
//!   and what the last MAC is, under a MAC of its own, and is written in the same transaction: a changed,
//!   missing, moved, added or foreign entry is found by every read, and so is a cut end.
//! - **Damage is named, and stays where it is.** An error says which run, which entry and what is wrong with it.
//!   Other runs are read as ever. Nothing is repaired, and nothing is appended to what is damaged.
//! - **One writer for each run**, by a lock that the system releases when its process dies. Reading needs no
//!   lock, and waits for nobody.
//!
//! What one file cannot tell: that a whole run is gone, or sealed secrets that no vault has yet, or the whole
//! journal, or that all of it (or one run, head and entries) is as it was at an earlier time. So it is if `-wal`
//! is lost or damaged: what follows its last sound transaction was torn, as far as anybody can see. Whoever can
//! do that can as well delete the file. And nothing here is secret: bodies are free of secrets before they come,
//! and sealed bytes are sealed.

mod chain;
mod error;
mod lock;
mod port;
mod sqlite;

pub use error::JournalError;
pub use lock::FileLocks;
pub use port::{Entry, Head, Held, Journal, Locks, NewEntry, Sealed, Writer};
pub use sqlite::Sqlite;
