//! Reading a run: every entry is verified, and what does not fit is named.

use host_model::{RunId, Timestamp, quote};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::trouble::Trouble;
use crate::Entry;
use crate::chain::{Key, State, Tag, same};

/// Among how many numbers the place is looked for that a misplaced entry came from.
const PLACES_MAX: u64 = 10_000;

const KEY: &str = "SELECT key FROM run WHERE id = ?1";
const HEAD: &str = "SELECT count, last, mac FROM run WHERE id = ?1";
const ENTRIES: &str =
    "SELECT number, at, kind, body, after, mac FROM entry WHERE run = ?1 ORDER BY number";
const FIRST: &str =
    "SELECT number, at, kind, body, after, mac FROM entry WHERE run = ?1 AND number = 0";
/// A query over `some`, the runs that have an entry: the entries are skipped through by their index.
macro_rules! over_runs {
    ($query:literal) => {
        concat!(
            "WITH RECURSIVE some (run) AS (
                SELECT min(run) FROM entry
                UNION ALL
                SELECT (SELECT min(run) FROM entry WHERE run > some.run) FROM some WHERE some.run IS NOT NULL
            )",
            $query
        )
    };
}

/// Every run that has a head or an entry, the one that was begun last first: entries are numbered by the file in
/// the order in which they come. Ids tell times, but those of offline clouds are not everybody's.
const RUNS: &str = over_runs!(
    " SELECT id FROM (SELECT id FROM run UNION SELECT run FROM some WHERE run IS NOT NULL)
    ORDER BY (SELECT min(rowid) FROM entry WHERE entry.run = id) DESC, id DESC"
);

/// Runs that are at work, or were lately: the last entry of each is found by its index.
const ACTIVE: &str = over_runs!(
    " SELECT run FROM some
    WHERE (SELECT at FROM entry WHERE entry.run = some.run ORDER BY number DESC LIMIT 1) BETWEEN ?2 AND ?3
        AND EXISTS (SELECT 1 FROM entry WHERE entry.run = some.run AND kind = ?1 AND at BETWEEN ?2 AND ?3)
    ORDER BY (SELECT min(rowid) FROM entry WHERE entry.run = some.run)"
);

/// A transaction that reads.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading<'a> {
    pub(crate) connection: &'a Connection,
    pub(crate) key: &'a Key,
}

/// An entry as it lies there: nothing of it is believed.
struct Raw {
    number: i64,
    /// Nothing if it is not even of the right types.
    held: Option<(Entry, Tag, Tag)>,
}

impl Raw {
    fn read(row: &Row<'_>) -> Option<Self> {
        let number = row.get(0).ok()?;
        let held = || {
            let at = Timestamp::from_millis(row.get(1).ok()?);
            let number = u64::try_from(number).ok()?;
            let entry = Entry { number, at, kind: row.get(2).ok()?, body: row.get(3).ok()? };
            Some((entry, row.get(4).ok()?, row.get(5).ok()?))
        };
        Some(Self { number, held: held() })
    }
}

impl Reading<'_> {
    /// Every run's id, the one that was begun last first.
    pub(crate) fn runs(&self) -> Result<Vec<String>, Trouble> {
        let mut statement = self.connection.prepare(RUNS)?;
        let ids = statement.query_map([], |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// The ids of runs that were written lately.
    pub(crate) fn active(
        &self,
        kind: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<String>, Trouble> {
        let mut statement = self.connection.prepare(ACTIVE)?;
        let asked = params![kind, from.millis(), until.millis()];
        let ids = statement.query_map(asked, |row| row.get(0))?;
        Ok(ids.collect::<Result<_, _>>()?)
    }

    /// Whether there is anything of the run.
    pub(crate) fn has(&self, run: &RunId) -> Result<bool, Trouble> {
        let asked = "SELECT EXISTS (SELECT 1 FROM run WHERE id = ?1)
            OR EXISTS (SELECT 1 FROM entry WHERE run = ?1)";
        Ok(self.connection.query_row(asked, [run.as_str()], |row| row.get(0))?)
    }

    /// Gives every entry of the run to `each`, as long as they are sound, and says where the run stands;
    /// nothing if there is none.
    pub(crate) fn verify(
        &self,
        run: &RunId,
        each: &mut dyn FnMut(Entry),
    ) -> Result<Option<State>, Trouble> {
        if self.is_foreign(run)? {
            return Err(damage("it was written with the key of another installation"));
        }
        let head = match self.head(run) {
            Err(Trouble::Damage(damage)) => Err(damage),
            other => Ok(other?),
        };
        let state = self.walk(run, each)?;
        match head {
            Err(damage) => Err(Trouble::Damage(damage)),
            Ok(None) if state.count == 0 => Ok(None),
            Ok(None) => Err(Trouble::Damage("its head is missing".to_owned())),
            Ok(Some(head)) => compare(&head, &state).map(|()| Some(head)),
        }
    }

    /// The run's first entry, if it is sound.
    pub(crate) fn first(&self, run: &RunId) -> Result<Option<Entry>, Trouble> {
        let read = |row: &Row<'_>| Ok(Raw::read(row));
        let mut statement = self.connection.prepare(FIRST)?;
        let raw = statement.query_row([run.as_str()], read).optional()?.flatten();
        let sound = raw
            .and_then(|raw| raw.held)
            .filter(|(entry, _, mac)| same(&self.key.entry(run, entry, &State::START.last), mac));
        Ok(sound.map(|(entry, ..)| entry))
    }

    /// Whether the run names another key than this installation's.
    fn is_foreign(&self, run: &RunId) -> Result<bool, Trouble> {
        let read = |row: &Row<'_>| Ok(row.get::<_, Tag>(0).ok());
        let key = self.connection.query_row(KEY, [run.as_str()], read).optional()?;
        Ok(key.is_some_and(|key| key != Some(self.key.name())))
    }

    /// Where the run stands, by the row that says so.
    pub(crate) fn head(&self, run: &RunId) -> Result<Option<State>, Trouble> {
        let read = |row: &Row<'_>| {
            let typed = || {
                let count: i64 = row.get(0).ok()?;
                let state = State { count: u64::try_from(count).ok()?, last: row.get(1).ok()? };
                Some((state, row.get(2).ok()?))
            };
            Ok(typed())
        };
        let found: Option<Option<(State, Tag)>> =
            self.connection.query_row(HEAD, [run.as_str()], read).optional()?;
        match found {
            None => Ok(None),
            Some(Some((state, mac))) if same(&self.key.head(run, &state), &mac) => Ok(Some(state)),
            Some(_) => Err(damage("its head was changed")),
        }
    }

    /// From entry to entry.
    fn walk(&self, run: &RunId, each: &mut dyn FnMut(Entry)) -> Result<State, Trouble> {
        let mut statement = self.connection.prepare(ENTRIES)?;
        let mut rows = statement.query([run.as_str()])?;
        let mut state = State::START;
        while let Some(row) = rows.next()? {
            let raw = Raw::read(row).ok_or_else(|| damage("an entry has no number"))?;
            let (entry, mac) = self.next(run, &state, raw)?;
            state = State { count: state.count + 1, last: mac };
            each(entry);
        }
        Ok(state)
    }

    /// The entry, if it is the one that comes next.
    fn next(&self, run: &RunId, state: &State, raw: Raw) -> Result<(Entry, Tag), Trouble> {
        let number = state.count;
        match u64::try_from(raw.number) {
            Err(_) => return Err(damage(format!("an entry has the number {}", raw.number))),
            Ok(found) if found != number => {
                return Err(damage(format!("entry {number} is missing")));
            }
            Ok(_) => {}
        }
        let Some((entry, after, mac)) = raw.held else {
            return Err(damage(format!("entry {number} was changed")));
        };
        if same(&self.key.entry(run, &entry, &state.last), &mac) {
            return Ok((entry, mac));
        }
        Err(Trouble::Damage(self.diagnose(run, entry, &after, &mac)?))
    }

    /// What an entry is that does not fit where it lies.
    fn diagnose(
        &self,
        run: &RunId,
        mut entry: Entry,
        after: &Tag,
        mac: &Tag,
    ) -> Result<String, Trouble> {
        let number = entry.number;
        if same(&self.key.entry(run, &entry, after), mac) {
            return Ok(format!(
                "entry {number} was written after other entries than those before it"
            ));
        }
        for other in self.runs()?.iter().filter_map(|id| id.parse::<RunId>().ok()) {
            if same(&self.key.entry(&other, &entry, after), mac) {
                return Ok(format!("entry {number} was written for run `{other}`"));
            }
        }
        let last: Option<i64> = self.connection.query_row(
            "SELECT max(number) FROM entry WHERE run = ?1",
            params![run.as_str()],
            |row| row.get(0),
        )?;
        let last = u64::try_from(last.unwrap_or_default()).unwrap_or_default();
        for place in 0..=last.min(PLACES_MAX) {
            entry.number = place;
            if same(&self.key.entry(run, &entry, after), mac) {
                return Ok(format!("entry {number} was written as entry {place}"));
            }
        }
        Ok(format!("entry {number} was changed"))
    }
}

/// What the head says against what is there.
fn compare(head: &State, found: &State) -> Result<(), Trouble> {
    if found.count < head.count {
        let (found, all) = (found.count, head.count);
        return Err(damage(format!("its end was cut off: {found} of {all} entries are there")));
    }
    if found.count > head.count {
        let number = head.count;
        return Err(damage(format!("entry {number} is there, and its head counts up to it")));
    }
    if !same(&found.last, &head.last) {
        return Err(damage("its head belongs to other entries"));
    }
    Ok(())
}

/// An id as it lies there.
pub(crate) fn run_id(id: &str) -> Result<RunId, Trouble> {
    id.parse().map_err(|_| damage(format!("a row names the run `{}`, which is no id", quote(id))))
}

pub(crate) fn damage(what: impl Into<String>) -> Trouble {
    Trouble::Damage(what.into())
}
