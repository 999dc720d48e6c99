//! Which run a person means.

use host_journal::{Head, Journal, JournalError};
use host_model::{RunId, quote_within};
use host_runner::undo::undoes;

use crate::failure::Failure;

/// The word for the newest run.
const LAST: &str = "last";
/// What every id begins with.
const PREFIX: &str = "run-";
/// How many of several runs a message names.
const NAMED: usize = 4;

/// Which runs `last` may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Last {
    /// All of them.
    Any,
    /// Those that made something: what takes a run back is neither checked nor taken back.
    Made,
}

/// The run of that id, or the only one whose id begins so (with or without `run-`), or whose last part does, or
/// the newest (`last`). A damaged run can be meant as well as a sound one.
pub(crate) async fn run(journal: &dyn Journal, word: &str, last: Last) -> Result<RunId, Failure> {
    if let Ok(id) = word.parse() {
        return Ok(id);
    }
    let mut listed = journal.runs().await?;
    if word == LAST && last == Last::Made {
        listed.retain(|it| it.as_ref().map_or(true, |head| undoes(head).is_none()));
    }
    let runs: Vec<&RunId> = listed.iter().filter_map(id_of).collect();
    pick(word, &runs)
}

/// The id of a run, whether it is sound or not.
pub(crate) const fn id_of(listed: &Result<Head, JournalError>) -> Option<&RunId> {
    match listed {
        Ok(Head { run, .. }) | Err(JournalError::RunDamaged { run, .. }) => Some(run),
        Err(_) => None,
    }
}

/// `runs` are the newest first.
fn pick(word: &str, runs: &[&RunId]) -> Result<RunId, Failure> {
    if word == LAST {
        let none = || {
            Failure::usage("run.none-recorded", "there is no run yet").hint("begin with `host run`")
        };
        return runs.first().map(|run| (*run).clone()).ok_or_else(none);
    }
    let found: Vec<&RunId> =
        runs.iter().copied().filter(|run| is_meant(word, run.as_str())).collect();
    let shown = quote_within(word, 64);
    match found.as_slice() {
        [only] => Ok((*only).clone()),
        [] => Err(Failure::usage("run.name-unknown", format!("no run begins with `{shown}`"))
            .hint("`host runs` lists them; `last` is the newest")),
        several => {
            let named = several.iter().take(NAMED).map(|run| format!("`{run}`"));
            let named = named.collect::<Vec<_>>().join(", ");
            let more = if several.len() > NAMED { " and others" } else { "" };
            let count = several.len();
            let message = format!("{count} runs begin with `{shown}`: {named}{more}");
            Err(Failure::usage("run.name-ambiguous", message).hint("write more of the id"))
        }
    }
}

fn is_meant(word: &str, run: &str) -> bool {
    let short = run.strip_prefix(PREFIX).unwrap_or(run);
    let random = short.rsplit('-').next().unwrap_or(short);
    // `run-` alone means all of them, and so none.
    (word.len() > PREFIX.len() && run.starts_with(word))
        || (!word.is_empty() && (short.starts_with(word) || random.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_meant_by_its_beginning_its_end_or_last() {
        let runs: Vec<RunId> =
            ["run-019b8d00003-cccc0003", "run-019b8d00002-bbbb0002", "run-018a0000001-019b0001"]
                .map(|id| id.parse().unwrap())
                .to_vec();
        let all: Vec<&RunId> = runs.iter().collect();
        let cases = [
            ("last", Ok(0)),
            ("run-019b8d00003-cccc0003", Ok(0)),
            ("run-019b8d00002", Ok(1)),
            ("019b8d00002", Ok(1)),
            ("bbbb", Ok(1)),
            ("run-018", Ok(2)),
            ("018", Ok(2)),
            ("019b8d", Err("run.name-ambiguous")),
            ("019b", Err("run.name-ambiguous")),
            ("run-", Err("run.name-unknown")),
            ("run", Err("run.name-unknown")),
            ("", Err("run.name-unknown")),
            ("dddd", Err("run.name-unknown")),
            ("run-019b8d00003-cccc00031", Err("run.name-unknown")),
        ];
        for (word, expected) in cases {
            let picked = pick(word, &all).map_err(|failure| failure.code);
            let expected = expected.map(|index: usize| runs[index].clone());
            assert_eq!(picked, expected.map_err(str::to_owned), "{word}");
        }
        assert_eq!(pick("last", &[]).unwrap_err().code, "run.none-recorded");
        let both = pick("019b8d", &all).unwrap_err().message;
        let expected =
            "2 runs begin with `019b8d`: `run-019b8d00003-cccc0003`, `run-019b8d00002-bbbb0002`";
        assert_eq!(both, expected);
    }
}
