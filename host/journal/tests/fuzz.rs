//! Proves that no damage whatsoever is accepted in silence, and that none ends the program: what is read
//! of a damaged journal is an error, or exactly what was written.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use host_journal::{Entry, Journal as _, NewEntry, Sealed, Sqlite};
use host_model::{RunId, Timestamp};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use rusqlite::Connection;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

const NAME: &str = "journal.sqlite";
const RUNS: [&str; 2] = ["run-01900000001-0000000a", "run-01900000002-0000000b"];
const ENTRIES: i64 = 12;
/// Longer than a page, so that it has pages of its own.
const COMPONENT: [u8; 9000] = [0x61; 9000];

/// A sound journal, and what it holds.
struct Sound {
    file: Vec<u8>,
    entries: Vec<Vec<Entry>>,
    sealed: Vec<Sealed>,
}

fn runtime() -> Runtime {
    Builder::new_current_thread().build().expect("it needs nothing")
}

#[cfg(test)]
fn run(id: &str) -> RunId {
    id.parse().unwrap()
}

fn digest() -> String {
    Sha256::digest(COMPONENT).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

#[cfg(test)]
fn sound() -> &'static Sound {
    static SOUND: OnceLock<Sound> = OnceLock::new();
    SOUND.get_or_init(|| runtime().block_on(record()))
}

#[cfg(test)]
async fn record() -> Sound {
    let folder = TempDir::new().unwrap();
    let journal = Sqlite::open(folder.path(), [7; 32], "process 1").unwrap();
    let mut entries = Vec::new();
    for id in RUNS {
        let new = |at: i64| {
            let body = format!(
                "{{\"of\":\"{id}\",\"at\":{at},\"{}\":0}}",
                "x".repeat(usize::try_from(at * at * 50).unwrap())
            );
            NewEntry { at: Timestamp::from_millis(at), kind: "intent".to_owned(), body }
        };
        let digest = digest();
        let mut writer =
            journal.begin(&run(id), Some((&digest, &COMPONENT)), new(0)).await.unwrap();
        let sealed =
            Sealed { vault: "vault".into(), name: format!("{id}.age"), bytes: vec![3; 200] };
        writer.append(&(1..ENTRIES).map(new).collect::<Vec<_>>(), &[sealed]).await.unwrap();
        entries.push(journal.read(&run(id)).await.unwrap());
    }
    let sealed = journal.sealed().await.unwrap();
    drop(journal);
    Sound { file: fs::read(folder.path().join(NAME)).unwrap(), entries, sealed }
}

/// What is done to the bytes of the file.
#[derive(Debug, Clone)]
enum Harm {
    Flip(Index, u8),
    Cut(Index),
    Fill(Index, usize, u8),
    Copy(Index, Index, usize),
}

fn harm() -> impl Strategy<Value = Harm> {
    prop_oneof![
        4 => (any::<Index>(), 1..=255_u8).prop_map(|(at, mask)| Harm::Flip(at, mask)),
        1 => any::<Index>().prop_map(Harm::Cut),
        1 => (any::<Index>(), 1..6000_usize, any::<u8>())
            .prop_map(|(at, length, byte)| Harm::Fill(at, length, byte)),
        1 => (any::<Index>(), any::<Index>(), 1..6000_usize)
            .prop_map(|(from, to, length)| Harm::Copy(from, to, length)),
    ]
}

impl Harm {
    fn apply(&self, file: &mut Vec<u8>) {
        let size = file.len();
        match self {
            Self::Flip(at, mask) => file[at.index(size)] ^= mask,
            Self::Cut(at) => file.truncate(at.index(size).max(1)),
            Self::Fill(at, length, byte) => {
                let at = at.index(size);
                file[at..size.min(at + length)].fill(*byte);
            }
            Self::Copy(from, to, length) => {
                let (from, to) = (from.index(size), to.index(size));
                let end = size.min(from + (*length).min(size - to));
                file.copy_within(from..end, to);
            }
        }
    }
}

/// What is done to the rows. Statements that SQLite refuses do nothing.
fn statement() -> impl Strategy<Value = String> {
    let numbers = -1..=ENTRIES;
    let entries = (select(RUNS.to_vec()), numbers.clone(), select(RUNS.to_vec()), numbers);
    entries.prop_flat_map(|(run, number, other, to)| {
        let place = format!("run = '{run}' AND number = {number}");
        let elsewhere = format!("run = '{other}' AND number = {to}");
        select(vec![
            format!("DELETE FROM entry WHERE {place}"),
            format!("DELETE FROM entry WHERE run = '{run}' AND number >= {number}"),
            format!("DELETE FROM run WHERE id = '{run}'"),
            format!("DELETE FROM entry WHERE {elsewhere};
                UPDATE entry SET run = '{other}', number = {to} WHERE {place}"),
            format!("UPDATE OR REPLACE entry SET number = -7 WHERE {place};
                UPDATE OR REPLACE entry SET run = '{run}', number = {number} WHERE {elsewhere};
                UPDATE OR REPLACE entry SET run = '{other}', number = {to} WHERE number = -7"),
            format!("INSERT OR REPLACE INTO entry
                SELECT '{other}', {to}, at, kind, body, after, mac FROM entry WHERE {place}"),
            format!("UPDATE entry SET number = number - 1 WHERE run = '{run}' AND number > {number}"),
            format!("UPDATE entry SET body = body || 'x' WHERE {place}"),
            format!("UPDATE entry SET at = {to} WHERE {place}"),
            format!("UPDATE entry SET (body, kind) = (SELECT body, kind FROM entry WHERE {elsewhere}) WHERE {place}"),
            format!("UPDATE entry SET mac = (SELECT mac FROM entry WHERE {elsewhere}) WHERE {place}"),
            format!("UPDATE entry SET after = (SELECT after FROM entry WHERE {elsewhere}) WHERE {place}"),
            format!("UPDATE run SET count = {to} WHERE id = '{run}'"),
            format!("UPDATE run SET count = {to}, last = (SELECT mac FROM entry
                WHERE run = '{run}' AND number = {to} - 1) WHERE id = '{run}'"),
            format!("UPDATE run SET (count, last, mac) = (SELECT count, last, mac FROM run
                WHERE id = '{other}') WHERE id = '{run}'"),
            "UPDATE component SET bytes = x'61'".to_owned(),
            format!("UPDATE sealed SET name = '{to}' WHERE run = '{run}'"),
            format!("UPDATE sealed SET run = '{other}' WHERE run = '{run}'"),
        ])
    })
}

/// Reads all that can be read and compares.
#[cfg(test)]
async fn check(folder: &Path) -> Result<(), TestCaseError> {
    let sound = sound();
    let Ok(journal) = Sqlite::open(folder, [7; 32], "process 1") else { return Ok(()) };
    for (id, entries) in RUNS.iter().zip(&sound.entries) {
        if let Ok(read) = journal.read(&run(id)).await {
            prop_assert_eq!(&read, entries);
        }
        if let Ok((read, damage)) = journal.salvage(&run(id)).await {
            prop_assert!(entries.starts_with(&read));
            prop_assert!(damage.is_some() || read.len() == entries.len());
        }
        if let Ok((read, mut writer)) = journal.reopen(&run(id)).await {
            prop_assert_eq!(&read, entries);
            let new = NewEntry {
                at: Timestamp::from_millis(1),
                kind: String::new(),
                body: String::new(),
            };
            drop(writer.append(&[new], &[]).await);
        }
    }
    for head in journal.runs().await.into_iter().flatten().flatten() {
        let place = RUNS.iter().position(|id| *id == head.run.as_str()).unwrap();
        prop_assert_eq!(&head.first, &sound.entries[place][0]);
    }
    if let Ok(component) = journal.component(&digest()).await {
        prop_assert_eq!(component, COMPONENT);
    }
    // That one is gone is what no file can tell.
    for sealed in journal.sealed().await.into_iter().flatten() {
        prop_assert!(sound.sealed.contains(&sealed));
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn bytes_that_were_damaged_are_never_accepted(harms in prop::collection::vec(harm(), 1..4)) {
        let folder = TempDir::new().unwrap();
        let mut file = sound().file.clone();
        for harm in &harms {
            harm.apply(&mut file);
        }
        fs::write(folder.path().join(NAME), file).unwrap();
        runtime().block_on(check(folder.path()))?;
    }

    #[test]
    fn rows_that_were_damaged_are_never_accepted(statements in prop::collection::vec(statement(), 1..4)) {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join(NAME), &sound().file).unwrap();
        let file = Connection::open(folder.path().join(NAME)).unwrap();
        file.pragma_update(None, "synchronous", "OFF").unwrap();
        for statement in &statements {
            drop(file.execute_batch(statement));
        }
        drop(file);
        runtime().block_on(check(folder.path()))?;
    }
}
