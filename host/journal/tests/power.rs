//! Proves that a journal survives its process and the power: whoever is killed releases the run and loses
//! nothing that was acknowledged, and a log that was torn anywhere is as it was after one of its transactions.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use host_journal::{Journal as _, NewEntry, Sealed, Sqlite, Writer};
use host_model::{RunId, Timestamp};
use tempfile::TempDir;

/// Tells this program, started once more, in which folder it is the other process.
const FOLDER: &str = "HOST_JOURNAL_TEST_FOLDER";
/// A file in that folder that says to leave syncing to the system.
const FORGO: &str = "forgo-sync";
const NAME: &str = "journal.sqlite";
const LOG: &str = "journal.sqlite-wal";

fn open(folder: &Path, holder: &str) -> Sqlite {
    Sqlite::open(folder, [7; 32], holder).expect("the folder is usable")
}

#[cfg(test)]
fn run() -> RunId {
    "run-01900000001-0000000a".parse().unwrap()
}

fn entry(at: i64, kind: &str) -> NewEntry {
    NewEntry { at: Timestamp::from_millis(at), kind: kind.to_owned(), body: "x".repeat(1500) }
}

fn sealed(at: i64) -> Sealed {
    Sealed { vault: "vault".to_owned(), name: format!("{at}.age"), bytes: vec![1; 300] }
}

/// An intent; then its outcome, with the secret that it brought.
#[cfg(test)]
async fn append(writer: &mut dyn Writer, at: i64) {
    writer.append(&[entry(at, "intent")], &[]).await.unwrap();
    writer.append(&[entry(at, "outcome")], &[sealed(at)]).await.unwrap();
}

/// What another process does: appends until it is killed, and says what it has appended.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "tells the other process from the test's own")]
async fn the_other_process() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let folder = PathBuf::from(folder);
    let journal = open(&folder, "the other process");
    if folder.join(FORGO).exists() {
        journal.forgo_sync().unwrap();
    }
    let (entries, mut writer) = journal.reopen(&run()).await.unwrap();
    let first = i64::try_from(entries.len()).unwrap();
    for at in first.. {
        append(&mut *writer, at).await;
        println!("\nappended {at}");
    }
}

/// What each of several processes does that meet where there is no journal yet: begins a run of its own.
#[tokio::test]
#[expect(clippy::disallowed_methods, reason = "tells the other process from the test's own")]
async fn one_of_many_processes() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let number = std::process::id().to_be_bytes();
    let own = RunId::new(Timestamp::from_seconds(1_700_000_000), number);
    let journal = open(&PathBuf::from(folder), "one of many");
    let mut writer = journal.begin(&own, None, entry(0, "begun")).await.unwrap();
    append(&mut *writer, 1).await;
}

#[tokio::test]
async fn processes_that_make_the_journal_at_once_share_it() {
    for _ in 0..3 {
        let folder = TempDir::new().unwrap();
        let others: Vec<_> =
            (0..6).map(|_| other_process("one_of_many_processes", folder.path())).collect();
        for mut other in others {
            assert!(other.wait().unwrap().success());
        }
        let runs = open(folder.path(), "this process").runs().await.unwrap();
        assert_eq!(
            runs.into_iter().map(Result::unwrap).filter(|head| head.last.number == 2).count(),
            6
        );
    }
}

#[cfg(test)]
fn other_process(test: &str, folder: &Path) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

#[tokio::test]
async fn a_killed_process_releases_its_run_and_loses_nothing() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path(), "this process");
    drop(journal.begin(&run(), None, entry(0, "begun")).await.unwrap());
    let mut before = 1;
    for round in 0..5 {
        if round == 3 {
            fs::write(folder.path().join(FORGO), "").unwrap();
        }
        let mut other = other_process("the_other_process", folder.path());
        let lines = BufReader::new(other.stdout.take().unwrap()).lines().map(Result::unwrap);
        let mut appended = lines.filter(|line| line.starts_with("appended"));
        let acknowledged = (0..=round).map(|_| appended.next().expect("it appends")).count();
        let held = journal.reopen(&run()).await.unwrap_err().to_string();
        assert!(held.ends_with("is being written by the other process"), "{held}");
        assert!(!journal.read(&run()).await.unwrap().is_empty());
        other.kill().unwrap();
        other.wait().unwrap();

        let (entries, _writer) = journal.reopen(&run()).await.expect("the system released it");
        assert!(entries.len() >= before + 2 * acknowledged, "{} after {before}", entries.len());
        before = entries.len();
        let outcomes = entries.iter().filter(|entry| entry.kind == "outcome").count();
        assert_eq!(journal.sealed().await.unwrap().len(), outcomes);
        assert_eq!(journal.runs().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn a_torn_log_is_as_it_was_after_one_of_its_transactions() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path(), "this process");
    let mut writer = journal.begin(&run(), None, entry(0, "begun")).await.unwrap();
    for at in 1..4 {
        append(&mut *writer, at).await;
    }
    let all = journal.read(&run()).await.unwrap();
    let (file, log) =
        (fs::read(folder.path().join(NAME)).unwrap(), fs::read(folder.path().join(LOG)).unwrap());
    let (mut lengths, mut last) = (Vec::new(), 0);
    let torn = (0..log.len()).step_by(1031).map(|cut| (cut, None));
    let garbled = (0..log.len()).step_by(3079).map(|cut| (log.len(), Some(cut)));
    for (length, garbage) in torn.chain([(log.len(), None)]).chain(garbled) {
        let mut log = log[..length].to_vec();
        if let Some(garbage) = garbage {
            log[garbage] ^= 0x55;
        }
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(NAME), &file).unwrap();
        fs::write(folder.path().join(LOG), &log).unwrap();
        let journal = open(folder.path(), "after the power cut");
        let Ok((entries, mut writer)) = journal.reopen(&run()).await else {
            assert!(journal.runs().await.unwrap().is_empty(), "cut at {length}");
            continue;
        };
        assert_eq!(entries, all[..entries.len()], "cut at {length}");
        let outcomes = entries.iter().filter(|entry| entry.kind == "outcome").count();
        assert_eq!(journal.sealed().await.unwrap().len(), outcomes, "cut at {length}");
        writer.append(&[entry(9, "resumed")], &[]).await.unwrap();
        if garbage.is_none() {
            assert!(entries.len() >= last, "cut at {length}");
            last = entries.len();
            lengths.push(last);
        }
    }
    lengths.dedup();
    assert_eq!(lengths, [1, 2, 3, 4, 5, 6, 7], "every transaction is a place to stop at");
}
