//! Writing: everything that belongs together in one transaction.

use host_model::RunId;
use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::read::{Reading, damage};
use super::trouble::Trouble;
use crate::chain::{Key, State};
use crate::{Entry, JournalError, NewEntry, Sealed};

/// A transaction that writes, of which nothing stays unless it is committed.
#[derive(Debug)]
pub(crate) struct Writing<'a> {
    transaction: Transaction<'a>,
    key: &'a Key,
    run: &'a RunId,
}

impl<'a> Writing<'a> {
    pub(crate) fn begin(
        connection: &'a mut Connection,
        key: &'a Key,
        run: &'a RunId,
    ) -> Result<Self, Trouble> {
        // The right to write from the start: two that read first could both be refused it later.
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        Ok(Self { transaction, key, run })
    }

    fn reading(&self) -> Reading<'_> {
        Reading { connection: &self.transaction, key: self.key }
    }

    /// Refuses a run that is there already.
    pub(crate) fn refuse_known(&self) -> Result<(), Trouble> {
        if self.reading().has(self.run)? {
            return Err(JournalError::RunTaken { run: self.run.clone() }.into());
        }
        Ok(())
    }

    /// Refuses a run that does not stand where its writer left it.
    pub(crate) fn refuse_moved(&self, state: &State) -> Result<(), Trouble> {
        match self.reading().head(self.run)? {
            Some(found) if found == *state => Ok(()),
            Some(_) => Err(damage("somebody else wrote it while it was held")),
            None => Err(damage("its head is missing")),
        }
    }

    /// Keeps a component's bytes under their digest; what is kept there otherwise is no component.
    pub(crate) fn component(&self, digest: &str, bytes: &[u8]) -> Result<(), Trouble> {
        self.transaction.execute(
            "INSERT INTO component (digest, bytes) VALUES (?1, ?2)
             ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes",
            params![digest, bytes],
        )?;
        Ok(())
    }

    /// Appends entries after `state`, and says where the run stands then.
    pub(crate) fn entries(&self, mut state: State, entries: &[NewEntry]) -> Result<State, Trouble> {
        let mut statement = self.transaction.prepare(
            "INSERT INTO entry (run, number, at, kind, body, after, mac)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        for new in entries {
            let NewEntry { at, kind, body } = new.clone();
            let entry = Entry { number: state.count, at, kind, body };
            let mac = self.key.entry(self.run, &entry, &state.last);
            let number = signed(entry.number)?;
            let at = entry.at.millis();
            let id = self.run.as_str();
            statement.execute(params![id, number, at, entry.kind, entry.body, state.last, mac])?;
            state = State { count: state.count + 1, last: mac };
        }
        self.transaction.execute(
            "INSERT OR REPLACE INTO run (id, key, count, last, mac) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                self.run.as_str(),
                self.key.name(),
                signed(state.count)?,
                state.last,
                self.key.head(self.run, &state)
            ],
        )?;
        Ok(state)
    }

    /// Keeps sealed secrets until the vault has them.
    pub(crate) fn sealed(&self, sealed: &[Sealed]) -> Result<(), Trouble> {
        for one in sealed {
            self.transaction.execute(
                "INSERT INTO sealed (run, vault, name, bytes, mac) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![
                    self.run.as_str(),
                    one.vault,
                    one.name,
                    one.bytes,
                    self.key.sealed(self.run, one)
                ],
            )?;
        }
        Ok(())
    }

    /// On the disk when this returns.
    pub(crate) fn commit(self) -> Result<(), Trouble> {
        Ok(self.transaction.commit()?)
    }
}

/// As SQLite counts.
fn signed(number: u64) -> Result<i64, Trouble> {
    i64::try_from(number)
        .map_err(|_| damage(format!("{number} entries are more than it can count")))
}
