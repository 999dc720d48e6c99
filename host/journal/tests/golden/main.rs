//! Proves that journals of every format stay readable, and that today's format is the one that its files
//! have: whoever changes it gives it a number and a file.

// `cfg(test)` always holds here; it tells the lints that these modules are tests throughout.
#[cfg(test)]
mod record;

use std::fs;
use std::path::Path;

use host_journal::{Journal as _, Sqlite};
use rusqlite::Connection;
use rusqlite::types::Value;
use tempfile::TempDir;

use crate::record::{Golden, KEY, record};

const V1: &[u8] = include_bytes!("v1.sqlite");
const TABLES: [&str; 4] = ["run", "entry", "component", "sealed"];

#[tokio::test]
async fn reads_the_first_format() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("journal.sqlite"), V1).unwrap();
    let golden = Golden::read();
    let journal = Sqlite::open(folder.path(), KEY, "process 1").unwrap();
    for run in &golden.run {
        let read = journal.read(&run.id).await.unwrap();
        let read: Vec<_> =
            read.iter().map(|e| (e.number, e.at.millis(), &*e.kind, &*e.body)).collect();
        let expected: Vec<_> =
            (0..).zip(&run.entry).map(|(n, e)| (n, e.at, &*e.kind, &*e.body)).collect();
        assert_eq!(read, expected);
        let (entries, _writer) = journal.reopen(&run.id).await.unwrap();
        assert_eq!(entries.len(), expected.len());
    }
    assert_eq!(journal.runs().await.unwrap().len(), golden.run.len());
    let sealed: Vec<_> = golden.run.iter().flat_map(record::Run::sealed).collect();
    assert_eq!(journal.sealed().await.unwrap(), sealed);
    let component = journal.component(&golden.digest()).await.unwrap();
    assert_eq!(component, golden.component.as_bytes());
}

#[tokio::test]
async fn writes_the_rows_that_the_first_format_has() {
    let (then, now) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    fs::write(then.path().join("journal.sqlite"), V1).unwrap();
    record(&Golden::read(), now.path()).await;
    assert_eq!(rows(then.path()), rows(now.path()));
}

/// Every row of every table, and the tables themselves.
#[cfg(test)]
fn rows(folder: &Path) -> Vec<Vec<Value>> {
    let file = Connection::open(folder.join("journal.sqlite")).unwrap();
    let mut all = Vec::new();
    let asked = TABLES.map(|table| format!("SELECT * FROM {table} ORDER BY 1, 2"));
    let schema = "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2".to_owned();
    for sql in asked.into_iter().chain([schema]) {
        let mut statement = file.prepare(&sql).unwrap();
        let columns = statement.column_count();
        let rows = statement
            .query_map([], |row| (0..columns).map(|column| row.get(column)).collect())
            .unwrap();
        all.extend(rows.map(Result::unwrap));
    }
    all
}
