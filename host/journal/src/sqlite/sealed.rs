//! Sealed secrets on their way into the vault.

use host_model::RunId;
use rusqlite::{Connection, Row, params};

use super::read::{damage, run_id};
use super::trouble::Trouble;
use crate::Sealed;
use crate::chain::{Key, Tag, same};

/// Every one that is kept, the oldest first, with the run that it came from.
pub(crate) fn read(connection: &Connection, key: &Key) -> Result<Vec<(RunId, Sealed)>, Trouble> {
    let mut statement =
        connection.prepare("SELECT run, vault, name, bytes, mac FROM sealed ORDER BY rowid")?;
    let mut rows = statement.query([])?;
    let mut kept = Vec::new();
    while let Some(row) = rows.next()? {
        let changed = || damage("a sealed secret that no vault has yet was changed");
        let (id, sealed, mac) = raw(row).ok_or_else(changed)?;
        let run = run_id(&id)?;
        if !same(&key.sealed(&run, &sealed), &mac) {
            return Err(damage(format!(
                "a sealed secret of run `{run}`, which no vault has yet, was changed"
            )));
        }
        kept.push((run, sealed));
    }
    Ok(kept)
}

fn raw(row: &Row<'_>) -> Option<(String, Sealed, Tag)> {
    let sealed =
        Sealed { vault: row.get(1).ok()?, name: row.get(2).ok()?, bytes: row.get(3).ok()? };
    Some((row.get(0).ok()?, sealed, row.get(4).ok()?))
}

/// Forgets one.
pub(crate) fn forget(connection: &Connection, sealed: &Sealed) -> Result<(), Trouble> {
    connection.execute(
        "DELETE FROM sealed WHERE vault = ?1 AND name = ?2 AND bytes = ?3",
        params![sealed.vault, sealed.name, sealed.bytes],
    )?;
    Ok(())
}
