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
    lists_runs_as_they_were_begun_whatever_their_ids_say,
    lists_runs_newest_first_with_their_writers,
    lists_runs_that_were_written_lately,
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
fn a_file_that_a_dead_process_left_locks_nothing() {
    let folder = TempDir::new().unwrap();
    let locks = FileLocks::new(folder.path());
    let run = "run-01900000001-0000000a".parse().unwrap();
    let file = folder.path().join("run-01900000001-0000000a.lock");
    let leave = || std::fs::write(&file, "a process with a long name").unwrap();
    leave();
    assert_eq!(locks.holder(&run).unwrap(), None);
    let held = locks.hold(&run, "short").unwrap();
    assert_eq!(locks.holder(&run).unwrap().as_deref(), Some("short"));
    drop(held);

    // Who looks at it while it is taken over is in nobody's way.
    let done = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (locks, run, done) = (&locks, &run, &done);
        for _ in 0..2 {
            scope.spawn(move || {
                while !done.load(std::sync::atomic::Ordering::Relaxed) {
                    drop(locks.holder(run).unwrap());
                }
            });
        }
        let taken = (0..300).map(|_| {
            leave();
            locks.hold(run, "alone").map(drop)
        });
        let refused = taken.filter(Result::is_err).count();
        done.store(true, std::sync::atomic::Ordering::Relaxed);
        assert_eq!(refused, 0, "who looks does not hold it");
    });
}

#[test]
fn memory_locks_as_every_lock_does() {
    let shared = MemoryLocks::default();
    locks::hold_and_release(&|| Arc::new(shared.clone()));
}
