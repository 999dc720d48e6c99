//! Proves that a file or a folder that cannot be used is refused in words, and left as it was.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use host_journal::{Journal as _, JournalError, NewEntry, Sqlite};
use host_model::{Problem as _, RunId, Timestamp};
use rusqlite::Connection;
use tempfile::TempDir;

const NAME: &str = "journal.sqlite";

fn open(folder: &Path) -> Result<Sqlite, JournalError> {
    Sqlite::open(folder, [7; 32], "process 1")
}

#[cfg(test)]
fn run() -> RunId {
    "run-01900000001-0000000a".parse().unwrap()
}

fn entry() -> NewEntry {
    NewEntry { at: Timestamp::from_millis(1), kind: "begun".to_owned(), body: "{}".to_owned() }
}

/// A folder with a journal of one run, closed.
#[cfg(test)]
async fn journal() -> TempDir {
    let folder = TempDir::new().unwrap();
    drop(open(folder.path()).unwrap().begin(&run(), None, entry()).await.unwrap());
    folder
}

/// What opening says, without the path.
#[cfg(test)]
fn refusal(folder: &Path) -> String {
    let error = open(folder).expect_err("it cannot be used");
    assert!(error.hint().is_some(), "{error}");
    error.to_string().replace(&folder.display().to_string(), "FOLDER")
}

#[tokio::test]
async fn refuses_what_is_no_journal_and_leaves_it_alone() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(NAME);
    for bytes in [&b"garbage"[..], &[0; 4096], &b"SQLite format 3\0 and then garbage ".repeat(99)] {
        fs::write(&path, bytes).unwrap();
        let refusal = refusal(folder.path());
        let expected = "the journal `FOLDER/journal.sqlite` cannot be opened: it is no journal";
        assert!(refusal.starts_with(expected), "{refusal}");
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
    fs::write(&path, b"").unwrap();
    assert!(refusal(folder.path()).ends_with("it is empty: what it held is gone"));
    fs::remove_file(&path).unwrap();
    fs::create_dir(&path).unwrap();
    assert!(refusal(folder.path()).ends_with("it is no file"));
    fs::remove_dir(&path).unwrap();

    let other = Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE entry (run TEXT)").unwrap();
    drop(other);
    let before = fs::read(&path).unwrap();
    assert!(refusal(folder.path()).ends_with("it is no journal: another program made it"));
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[tokio::test]
async fn refuses_other_versions() {
    for (version, expected) in [
        (2, "the journal `FOLDER/journal.sqlite` has format 2, and this program reads up to 1"),
        (
            0,
            "the journal `FOLDER/journal.sqlite` cannot be opened: it has format 0, which never was",
        ),
    ] {
        let folder = journal().await;
        let file = Connection::open(folder.path().join(NAME)).unwrap();
        file.pragma_update(None, "user_version", version).unwrap();
        drop(file);
        assert_eq!(refusal(folder.path()), expected);
    }
}

#[tokio::test]
async fn refuses_tables_that_are_not_its_own() {
    for sql in [
        "CREATE TRIGGER extra AFTER INSERT ON entry BEGIN DELETE FROM sealed; END",
        "CREATE VIEW extra AS SELECT * FROM entry",
        "DROP TABLE sealed",
        "ALTER TABLE run ADD COLUMN extra TEXT",
    ] {
        let folder = journal().await;
        Connection::open(folder.path().join(NAME)).unwrap().execute_batch(sql).unwrap();
        assert!(refusal(folder.path()).ends_with("its tables are not those of a journal"), "{sql}");
    }
}

#[tokio::test]
async fn does_not_begin_anew_where_only_the_log_of_a_journal_is_left() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path()).unwrap();
    drop(journal.begin(&run(), None, entry()).await.unwrap());
    let left = TempDir::new().unwrap();
    fs::copy(folder.path().join("journal.sqlite-wal"), left.path().join("journal.sqlite-wal"))
        .unwrap();
    let refusal = refusal(left.path());
    assert!(
        refusal.ends_with(
            "it is gone, and `FOLDER/journal.sqlite-wal`, which belongs to it, is there"
        ),
        "{refusal}"
    );
    assert!(!left.path().join(NAME).exists());
}

#[tokio::test]
async fn a_file_that_was_cut_is_refused_or_as_it_was() {
    let folder = journal().await;
    let whole = fs::read(folder.path().join(NAME)).unwrap();
    let journal = open(folder.path()).unwrap();
    let expected = journal.read(&run()).await.unwrap();
    for length in (0..whole.len()).step_by(509) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(NAME), &whole[..length]).unwrap();
        let read = match open(folder.path()) {
            Ok(journal) => journal.read(&run()).await,
            Err(error) => Err(error),
        };
        assert!(
            read.as_ref().is_err() || *read.as_ref().unwrap() == expected,
            "{length}: {read:?}"
        );
    }
}

#[tokio::test]
async fn a_folder_that_can_only_be_read_is_said() {
    let folder = journal().await;
    fs::set_permissions(folder.path(), Permissions::from_mode(0o500)).unwrap();
    if File::create(folder.path().join("probe")).is_ok() {
        // Whoever runs this may write anywhere.
        return;
    }
    let refusal = refusal(folder.path());
    let reason = "cannot be opened: it, or its folder, can only be read";
    fs::set_permissions(folder.path(), Permissions::from_mode(0o700)).unwrap();
    assert!(refusal.contains(reason), "{refusal}");
    open(folder.path()).unwrap().read(&run()).await.unwrap();
    fs::set_permissions(folder.path().join(NAME), Permissions::from_mode(0o400)).unwrap();
    open(folder.path()).expect("its owner gets the rights back");
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_said() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("file"), b"").unwrap();
    let error = open(&folder.path().join("file/state")).expect_err("a file is in the way");
    assert!(error.to_string().contains("file/state` cannot be made: "), "{error}");
    // A folder where a lock's file has to be.
    let folder = journal().await;
    fs::create_dir_all(folder.path().join("locks").join(format!("{}.lock", run()))).unwrap();
    let error = open(folder.path()).unwrap().reopen(&run()).await.expect_err("it cannot be held");
    assert_eq!(error.code(), "journal.file-unusable");
}

#[tokio::test]
async fn every_file_is_its_owners_alone() {
    let parent = TempDir::new().unwrap();
    let folder = parent.path().join("new/state");
    let journal = open(&folder).unwrap();
    let writer = journal.begin(&run(), None, entry()).await.unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(&folder.join("locks")), 0o700);
    let lock = format!("locks/{}.lock", run());
    for name in [NAME, "journal.sqlite-wal", "journal.sqlite-shm", &lock] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
    // One that came with wider rights loses them.
    drop((writer, journal));
    fs::set_permissions(folder.join(NAME), Permissions::from_mode(0o644)).unwrap();
    open(&folder).unwrap();
    assert_eq!(mode(&folder.join(NAME)), 0o600);
}

#[tokio::test]
async fn many_can_make_it_at_once() {
    for _ in 0..10 {
        let folder = TempDir::new().unwrap();
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| open(folder.path()).unwrap());
            }
        });
        // What a process left that died while it made one.
        fs::remove_file(folder.path().join(NAME)).unwrap();
        // Who closes at the same time as others may leave the log behind.
        for log in ["journal.sqlite-wal", "journal.sqlite-shm"] {
            drop(fs::remove_file(folder.path().join(log)));
        }
        fs::write(folder.path().join("journal.sqlite.new"), b"half").unwrap();
        fs::write(folder.path().join("journal.sqlite.new-journal"), b"half").unwrap();
        let journal = open(folder.path()).unwrap();
        assert!(journal.runs().await.unwrap().is_empty());
        let names: Vec<_> =
            fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(!names.iter().any(|name| name.to_string_lossy().contains("new")), "{names:?}");
    }
}
