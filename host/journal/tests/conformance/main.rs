//! What every journal and every lock has to do, and that the embedded journal does it.
//!
//! The cases know the ports alone. A second implementation, in memory, shows that they do: a journal in a
//! shared database is added here as a third.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod journals;
#[cfg(test)]
mod locks;
#[cfg(test)]
mod memory;

use std::path::Path;
use std::sync::Arc;

use host_journal::{FileLocks, Journal, Locks, Sqlite};
use tempfile::TempDir;

use crate::memory::{Memory, MemoryLocks};

/// A place where journals are kept: every call opens the same one as another process would.
pub(crate) type Open<'a> = &'a dyn Fn(&str) -> Box<dyn Journal>;

fn in_folder(folder: &Path) -> impl Fn(&str) -> Box<dyn Journal> {
    |holder| Box::new(Sqlite::open(folder, [7; 32], holder).expect("the folder is usable"))
}

macro_rules! conformance {
    ($($case:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test]
            async fn $case() {
                let folder = super::TempDir::new().unwrap();
                crate::journals::$case(&super::in_folder(folder.path())).await;
            })*
        }

        mod in_memory {
            $(#[tokio::test]
            async fn $case() {
                let shared = super::Memory::default();
                crate::journals::$case(&|holder| Box::new(shared.as_process(holder))).await;
            })*
        }
    };
}

conformance!(
    keeps_what_was_appended,
    numbers_and_reads_text_as_it_was_given,
    begins_a_run_once,
    has_one_writer_for_each_run,
    reads_while_another_process_writes,
    goes_on_where_the_last_writer_stopped,
    lists_runs_newest_first_with_their_writers,
    knows_no_run_that_was_not_begun,
    keeps_components_by_digest,
    keeps_sealed_secrets_until_they_are_placed,
    salvages_all_of_a_sound_run,
    appends_nothing_for_nothing,
);

#[test]
fn files_lock_as_every_lock_does() {
    let folder = TempDir::new().unwrap();
    let open = || Arc::new(FileLocks::new(folder.path().join("locks"))) as Arc<dyn Locks>;
    locks::hold_and_release(&open);
}

#[test]
fn memory_locks_as_every_lock_does() {
    let shared = MemoryLocks::default();
    locks::hold_and_release(&|| Arc::new(shared.clone()));
}
