//! Proves that every kind of damage is found by every read, that its words say where it is, and that it
//! stays where it is. The corpus is `damaged/cases.toml`.

use std::path::Path;

use host_journal::{Entry, Journal, JournalError, NewEntry, Sealed, Sqlite};
use host_model::{RunId, Timestamp};
use rusqlite::Connection;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;

const KEY: [u8; 32] = [7; 32];
const DAMAGED: &str = "run-01900000001-0000000a";
const OTHER: &str = "run-01900000002-0000000b";
const COMPONENT: &[u8] = b"a component";

#[derive(Deserialize)]
struct Cases {
    case: Vec<Case>,
}

/// What somebody did to a journal, and what reading it says.
#[derive(Deserialize)]
struct Case {
    name: String,
    sql: String,
    /// The end of the error that reading the damaged run gives; nothing where its entries are as they were.
    run: Option<String>,
    /// How many entries before the damage can be read.
    sound: usize,
    /// The end of the error that reading the component gives.
    component: Option<String>,
    /// The end of the error that reading the sealed secrets gives.
    sealed: Option<String>,
}

#[cfg(test)]
fn run(id: &str) -> RunId {
    id.parse().unwrap()
}

fn entries(name: &str, count: i64) -> Vec<NewEntry> {
    let kinds = ["begun", "answered", "intent", "outcome", "ended"];
    (0..count)
        .zip(kinds)
        .map(|(at, kind)| NewEntry {
            at: Timestamp::from_millis(1000 + at),
            kind: kind.to_owned(),
            body: format!("{{\"of\":\"{name}\",\"at\":{at}}}"),
        })
        .collect()
}

fn open(folder: &Path) -> Sqlite {
    Sqlite::open(folder, KEY, "process 1").expect("the file itself is sound")
}

fn digest() -> String {
    Sha256::digest(COMPONENT).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// Two runs of five entries, a component and a sealed secret.
#[cfg(test)]
async fn journal() -> TempDir {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let digest = digest();
    for (id, component) in [(DAMAGED, Some((&*digest, COMPONENT))), (OTHER, None)] {
        let entries = entries(id, 5);
        let mut writer = journal.begin(&run(id), component, entries[0].clone()).await.unwrap();
        let sealed = Sealed { vault: "vault".into(), name: format!("{id}.age"), bytes: vec![1, 2] };
        writer.append(&entries[1..3], &[]).await.unwrap();
        writer.append(&entries[3..], &[sealed]).await.unwrap();
    }
    folder
}

#[cfg(test)]
fn check<T>(name: &str, result: Result<T, JournalError>, expected: Option<&str>) -> Option<T> {
    match (result, expected) {
        (Ok(value), None) => Some(value),
        (Err(error), Some(expected)) => {
            let text = error.to_string();
            assert!(text.ends_with(expected), "{name}: {text}\nexpected the end {expected}");
            None
        }
        (Ok(_), Some(expected)) => panic!("{name}: accepted, expected {expected}"),
        (Err(error), None) => panic!("{name}: {error}"),
    }
}

#[tokio::test]
async fn every_damage_is_named_and_stays_where_it_is() {
    let cases: Cases = toml::from_str(include_str!("damaged/cases.toml")).unwrap();
    let template = journal().await;
    for case in cases.case {
        let folder = TempDir::new().unwrap();
        let name = "journal.sqlite";
        std::fs::copy(template.path().join(name), folder.path().join(name)).unwrap();
        let before = open(folder.path()).read(&run(DAMAGED)).await.unwrap();
        let file = Connection::open(folder.path().join("journal.sqlite")).unwrap();
        file.execute_batch(&case.sql).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        drop(file);

        let journal = open(folder.path());
        let (name, expected) = (&*case.name, case.run.as_deref());
        let read = check(name, journal.read(&run(DAMAGED)).await, expected);
        assert!(read.is_none_or(|read| read == before), "{name}");
        let reopened = journal.reopen(&run(DAMAGED)).await;
        let reopened = check(name, reopened.map(|(entries, _)| entries), expected);
        assert!(reopened.is_none_or(|entries| entries == before), "{name}");
        salvaged(&journal, &case, &before).await;
        listed(&journal, &case).await;
        assert_eq!(journal.read(&run(OTHER)).await.unwrap().len(), 5, "{name}");
        let component = check(name, journal.component(&digest()).await, case.component.as_deref());
        assert!(component.is_none_or(|bytes| bytes == COMPONENT), "{name}");
        let sealed = check(name, journal.sealed().await, case.sealed.as_deref());
        assert!(sealed.is_none_or(|sealed| sealed.len() == 2), "{name}");
    }
}

#[cfg(test)]
async fn salvaged(journal: &Sqlite, case: &Case, before: &[Entry]) {
    let name = &case.name;
    let beginnings = journal.beginnings(9).await.unwrap();
    let mut own = beginnings.iter().filter(|(id, _)| *id == run(DAMAGED));
    assert!(own.all(|(_, first)| *first == before[0]), "{name}");
    let head = journal.head(&run(DAMAGED)).await;
    assert_eq!(head.is_ok_and(|head| head.is_some()), case.run.is_none(), "{name}");
    let Ok((entries, damage)) = journal.salvage(&run(DAMAGED)).await else {
        assert!(case.run.as_ref().is_some_and(|run| run.contains("there is no run")), "{name}");
        return;
    };
    assert_eq!(entries, before[..case.sound], "{name}");
    assert_eq!(damage.is_some(), case.run.is_some(), "{name}");
}

#[cfg(test)]
async fn listed(journal: &Sqlite, case: &Case) {
    let name = &case.name;
    let listed = journal.runs().await.unwrap();
    let heads = listed.iter().flatten().map(|head| head.run.to_string()).collect::<Vec<_>>();
    assert!(heads.contains(&OTHER.to_owned()), "{name}: {heads:?}");
    assert_eq!(heads.contains(&DAMAGED.to_owned()), case.run.is_none(), "{name}: {heads:?}");
    let errors = listed.into_iter().filter_map(Result::err).map(|error| error.to_string());
    let errors: Vec<_> = errors.collect();
    let is_gone = case.run.as_ref().is_some_and(|run| run.contains("there is no run"));
    if let (Some(expected), false) = (&case.run, is_gone) {
        assert!(errors.iter().any(|error| error.ends_with(expected)), "{name}: {errors:?}");
    }
}

#[tokio::test]
async fn a_journal_of_another_installation_is_named_run_by_run() {
    let folder = journal().await;
    let journal = Sqlite::open(folder.path(), [8; 32], "process 1").unwrap();
    let error = journal.read(&run(DAMAGED)).await.unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "run `{DAMAGED}` was damaged or changed: it was written with the key of another installation"
        )
    );
    assert_eq!(journal.runs().await.unwrap().iter().filter(|head| head.is_err()).count(), 2);
    assert!(journal.sealed().await.is_err());
    // It can still take runs of its own, which the other refuses in turn.
    let own = run("run-01900000003-0000000c");
    journal.begin(&own, None, entries("own", 1)[0].clone()).await.unwrap();
    assert_eq!(journal.read(&own).await.unwrap().len(), 1);
    assert_eq!(open(folder.path()).runs().await.unwrap().iter().flatten().count(), 2);
}

#[tokio::test]
async fn nothing_is_appended_to_a_run_whose_head_was_changed() {
    let folder = journal().await;
    let journal = open(folder.path());
    let (_, mut writer) = journal.reopen(&run(DAMAGED)).await.unwrap();
    let file = Connection::open(folder.path().join("journal.sqlite")).unwrap();
    file.execute("UPDATE run SET count = 4 WHERE id = ?1", [DAMAGED]).unwrap();
    let error = writer.append(&entries("late", 1), &[]).await.unwrap_err();
    assert!(error.to_string().ends_with("its head was changed"), "{error}");
    file.execute("UPDATE run SET count = 5 WHERE id = ?1", [DAMAGED]).unwrap();
    writer.append(&entries("late", 1), &[]).await.unwrap();
    assert_eq!(journal.read(&run(DAMAGED)).await.unwrap().len(), 6);
}

#[tokio::test]
async fn a_head_of_an_earlier_time_or_of_another_copy_is_found() {
    let folder = TempDir::new().unwrap();
    let journal = open(folder.path());
    let new = entries("heads", 5);
    let mut writer = journal.begin(&run(DAMAGED), None, new[0].clone()).await.unwrap();
    writer.append(&new[1..3], &[]).await.unwrap();
    drop((writer, journal));
    let file = Connection::open(folder.path().join("journal.sqlite")).unwrap();
    file.execute("ATTACH ?1 AS copy", [folder.path().join("copy").to_str()]).unwrap();
    file.execute_batch("CREATE TABLE copy.early AS SELECT * FROM run").unwrap();
    // The same run goes on in two copies of the file.
    let copy = TempDir::new().unwrap();
    std::fs::copy(folder.path().join("journal.sqlite"), copy.path().join("journal.sqlite"))
        .unwrap();
    for (folder, last) in [(&folder, 3), (&copy, 4)] {
        let journal = open(folder.path());
        let (_, mut writer) = journal.reopen(&run(DAMAGED)).await.unwrap();
        writer.append(&[new[last].clone(), new[last].clone()], &[]).await.unwrap();
    }
    file.execute("ATTACH ?1 AS other", [copy.path().join("journal.sqlite").to_str()]).unwrap();

    for (head, expected, sound) in [
        ("copy.early", "entry 3 is there, and its head counts up to it", 5),
        ("other.run", "its head belongs to other entries", 5),
    ] {
        file.execute_batch(&format!("REPLACE INTO main.run SELECT * FROM {head}")).unwrap();
        let journal = open(folder.path());
        let error = journal.read(&run(DAMAGED)).await.unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}");
        let (entries, damage) = journal.salvage(&run(DAMAGED)).await.unwrap();
        assert_eq!((entries.len(), damage.is_some()), (sound, true));
    }
    // The other copy's last entry in the place of this one's.
    file.execute_batch("REPLACE INTO main.entry SELECT * FROM other.entry WHERE number = 4")
        .unwrap();
    let error = open(folder.path()).read(&run(DAMAGED)).await.unwrap_err().to_string();
    let expected = "entry 4 was written after other entries than those before it";
    assert!(error.ends_with(expected), "{error}");
}
