//! The file: made whole or not at all, and refused unless it is a journal.
//!
//! Once it has its name it is opened by SQLite alone: closing a file drops every lock that its process has on
//! it, SQLite's included.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::trouble::Trouble;
use crate::JournalError;
use crate::chain::FORMAT;
use crate::lock;

/// The journal's name in its folder; SQLite keeps `-wal` and `-shm` beside it, with its rights.
pub(crate) const NAME: &str = "journal.sqlite";
const MODE: u32 = 0o600;
/// `host`, as SQLite's id of applications.
const APPLICATION: i64 = 0x686f_7374;
/// How long another process may keep the file busy. One entry is written in milliseconds.
const BUSY: Duration = Duration::from_secs(10);
/// Everything that the file holds besides rows.
const TABLES: &str = include_str!("tables.sql");

/// Opens the journal in `folder`, and makes it if there is none.
pub(crate) fn open(folder: &Path) -> Result<(PathBuf, Connection), JournalError> {
    let path = folder.join(NAME);
    lock::make_folder(folder).map_err(Trouble::from).map_err(|t| t.of_file(folder, "made"))?;
    if !is_there(&path).map_err(Trouble::from).map_err(|t| t.of_file(&path, "opened"))? {
        make(folder, &path).map_err(|trouble| trouble.of_file(&path, "made"))?;
    }
    let connection = connect(&path).map_err(|trouble| trouble.of_file(&path, "opened"))?;
    Ok((path, connection))
}

fn connect(path: &Path) -> Result<Connection, Trouble> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        return Err(Trouble::Damage("it is no file".to_owned()));
    }
    if found.len() == 0 {
        // SQLite would take it for a new one.
        return Err(Trouble::Damage("it is empty: what it held is gone".to_owned()));
    }
    if found.permissions().mode() & 0o777 != MODE {
        fs::set_permissions(path, Permissions::from_mode(MODE))?;
    }
    let connection = plain(path)?;
    if connection.is_readonly("main")? {
        return Err(Trouble::Damage("it can only be read".to_owned()));
    }
    check_kind(&connection, path)?;
    settle(&connection)?;
    check_tables(&connection)?;
    Ok(connection)
}

fn plain(path: &Path) -> Result<Connection, Trouble> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    Ok(connection)
}

fn check_kind(connection: &Connection, path: &Path) -> Result<(), Trouble> {
    let number = |name: &str| connection.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    if number("application_id")? != APPLICATION {
        return Err(Trouble::Damage("it is no journal: another program made it".to_owned()));
    }
    match number("user_version")? {
        FORMAT => Ok(()),
        found if found > FORMAT => {
            Err(JournalError::Newer { path: path.to_owned(), found, known: FORMAT }.into())
        }
        found => Err(Trouble::Damage(format!("it has format {found}, which never was"))),
    }
}

/// What must hold for every connection.
fn settle(connection: &Connection) -> Result<(), Trouble> {
    let mode: String =
        connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
    if mode != "wal" {
        return Err(Trouble::Damage(format!(
            "its mode is `{mode}` and cannot be changed to `wal`"
        )));
    }
    // A transaction has ended when it is on the disk, not when the system knows it.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // The same where `fsync` does not reach the disk (macOS).
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    // The file may have been changed by somebody else.
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "cell_size_check", true)?;
    Ok(())
}

/// No table, index, view or trigger but those that belong there: a trigger could write other rows than were
/// given.
fn check_tables(connection: &Connection) -> Result<(), Trouble> {
    let blank = Connection::open_in_memory()?;
    blank.execute_batch(TABLES)?;
    if tables(connection)? == tables(&blank)? {
        return Ok(());
    }
    Err(Trouble::Damage("its tables are not those of a journal".to_owned()))
}

fn tables(connection: &Connection) -> Result<Vec<(String, String, Option<String>)>, Trouble> {
    let mut statement =
        connection.prepare("SELECT type, name, sql FROM sqlite_schema ORDER BY type, name")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Makes an empty journal aside, then gives it its name: under that name there is never half of one.
fn make(folder: &Path, path: &Path) -> Result<(), Trouble> {
    let _alone = lock_making(folder)?;
    if is_there(path)? {
        return Ok(());
    }
    let log = folder.join(format!("{NAME}-wal"));
    if is_there(&log)? {
        let log = log.display();
        return Err(Trouble::Damage(format!(
            "it is gone, and `{log}`, which belongs to it, is there"
        )));
    }
    let aside = folder.join(format!("{NAME}.new"));
    for ending in ["", "-journal", "-wal", "-shm"] {
        remove(&folder.join(format!("{NAME}.new{ending}")))?;
    }
    OpenOptions::new().write(true).create_new(true).mode(MODE).open(&aside)?;
    let connection = plain(&aside)?;
    connection.pragma_update(None, "application_id", APPLICATION)?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    connection.execute_batch(TABLES)?;
    settle(&connection)?;
    connection.close().map_err(|(_, error)| error)?;
    fs::rename(&aside, path)?;
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// One process at a time makes the journal; it takes milliseconds, so others wait.
fn lock_making(folder: &Path) -> io::Result<File> {
    let path = folder.join(format!("{NAME}.lock"));
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(MODE).open(path)?;
    file.lock()?;
    Ok(file)
}

fn is_there(path: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
