//! Proves that a full disk leaves nothing half done. What a file of its own can prove is in `tests/`.

use host_model::{Problem as _, RunId, Timestamp};
use tempfile::TempDir;

use super::Sqlite;
use crate::{Journal, NewEntry, Sealed};

fn run(number: u32) -> RunId {
    RunId::new(Timestamp::from_millis(1_700_000_000_000), number.to_be_bytes())
}

fn entry(bytes: usize) -> NewEntry {
    NewEntry { at: Timestamp::from_millis(1), kind: "intent".to_owned(), body: "x".repeat(bytes) }
}

/// How many pages the file may grow by from now on.
fn limit(journal: &Sqlite, pages_more: i64) {
    let connection = journal.store.connection.lock().unwrap();
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0)).unwrap();
    let set = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
    connection.pragma_update_and_check(None, "max_page_count", pages + pages_more, set).unwrap();
}

#[tokio::test]
async fn a_full_disk_is_said_and_leaves_nothing_half_done() {
    let folder = TempDir::new().unwrap();
    let journal = Sqlite::open(folder.path(), [1; 32], "process 1").unwrap();
    let mut writer = journal.begin(&run(1), None, entry(10)).await.unwrap();
    let before = journal.read(&run(1)).await.unwrap();
    let sealed =
        Sealed { vault: "vault".to_owned(), name: "a.age".to_owned(), bytes: vec![1; 1000] };
    limit(&journal, 2);

    // The first entry has room, the second has not; and neither has the next run.
    let entries = [entry(10), entry(100_000)];
    let error = writer.append(&entries, std::slice::from_ref(&sealed)).await.unwrap_err();
    assert_eq!(error.code(), "journal.file-unusable");
    let text = error.to_string();
    assert!(
        text.ends_with("cannot be written: no space is left (database or disk is full)"),
        "{text}"
    );
    assert_eq!(journal.read(&run(1)).await.unwrap(), before);
    assert!(journal.sealed().await.unwrap().is_empty());

    let error = journal.begin(&run(2), None, entry(100_000)).await.unwrap_err();
    assert_eq!(error.code(), "journal.file-unusable");
    assert_eq!(journal.read(&run(2)).await.unwrap_err().code(), "journal.run-unknown");
    assert_eq!(journal.runs().await.unwrap().len(), 1);

    // Room was made: all goes on where it was.
    limit(&journal, 10_000);
    writer.append(&entries, std::slice::from_ref(&sealed)).await.unwrap();
    let bodies: Vec<_> =
        journal.read(&run(1)).await.unwrap().iter().map(|entry| entry.body.len()).collect();
    assert_eq!(bodies, [10, 10, 100_000]);
    assert_eq!(journal.sealed().await.unwrap(), [sealed]);
    journal.begin(&run(2), None, entry(100_000)).await.unwrap();
}

#[tokio::test]
async fn a_writer_whose_run_was_written_by_another_stops() {
    let folder = TempDir::new().unwrap();
    let journal = Sqlite::open(folder.path(), [1; 32], "process 1").unwrap();
    let mut writer = journal.begin(&run(1), None, entry(10)).await.unwrap();
    // The lock's file was removed by hand, so another process got the run.
    std::fs::remove_dir_all(folder.path().join("locks")).unwrap();
    let (_, mut other) = journal.reopen(&run(1)).await.unwrap();
    other.append(&[entry(11)], &[]).await.unwrap();
    let error = writer.append(&[entry(12)], &[]).await.unwrap_err();
    assert_eq!(error.code(), "journal.run-damaged");
    assert!(error.to_string().ends_with("somebody else wrote it while it was held"), "{error}");
    other.append(&[entry(13)], &[]).await.unwrap();
    assert_eq!(journal.read(&run(1)).await.unwrap().len(), 3);
}

#[test]
fn a_transaction_ends_when_it_is_on_the_disk() {
    let folder = TempDir::new().unwrap();
    let journal = Sqlite::open(folder.path(), [1; 32], "process 1").unwrap();
    let connection = journal.store.connection.lock().unwrap();
    for (name, expected) in [
        ("synchronous", "2"),
        ("journal_mode", "wal"),
        ("fullfsync", "1"),
        ("busy_timeout", "10000"),
    ] {
        let asked = format!("SELECT CAST({name} AS TEXT) FROM pragma_{name}");
        let asked = asked.replace("CAST(busy_timeout", "CAST(timeout");
        let found: String = connection.query_row(&asked, [], |row| row.get(0)).unwrap();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn shows_no_key() {
    let folder = TempDir::new().unwrap();
    let journal = Sqlite::open(folder.path(), [0x5a; 32], "process 1").unwrap();
    let shown = format!("{journal:?}");
    assert!(shown.contains("key: Key,"), "{shown}");
    assert!(!shown.contains("90, 90"), "{shown}");
}
