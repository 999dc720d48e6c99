//! Which run is meant by what was typed.

use host_model::{RunId, quote_within};

use crate::HistoryError;

/// What every id begins with.
const PREFIX: &str = "run-";
/// How many of several runs a message names.
const NAMED: usize = 4;

/// The run that `word` means: its id, the first characters of it (with or without `run-`), or of its last
/// part; or `last`, the newest. `runs` are the newest first.
pub fn pick(word: &str, runs: &[RunId]) -> Result<RunId, HistoryError> {
    let shown = || quote_within(word, 60);
    if word == "last" {
        return runs.first().cloned().ok_or_else(|| HistoryError::RunUnknown { word: shown() });
    }
    let found: Vec<&RunId> = runs.iter().filter(|run| is_meant(word, run.as_str())).collect();
    match found.as_slice() {
        [] => Err(HistoryError::RunUnknown { word: shown() }),
        [run] => Ok((*run).clone()),
        several => Err(HistoryError::RunAmbiguous {
            word: shown(),
            count: several.len(),
            shown: several.iter().take(NAMED).map(|run| format!("`{run}`")).collect(),
        }),
    }
}

fn is_meant(word: &str, run: &str) -> bool {
    let short = run.strip_prefix(PREFIX).unwrap_or(run);
    let random = short.rsplit('-').next().unwrap_or(short);
    // `run-` alone means all of them, and so none.
    word.len() > PREFIX.len() && run.starts_with(word)
        || !word.is_empty() && (short.starts_with(word) || random.starts_with(word))
}

#[cfg(test)]
mod tests {
    use host_model::Problem as _;

    use super::*;

    #[test]
    fn a_run_is_meant_by_its_beginning_its_end_or_last() {
        let runs: Vec<RunId> =
            ["run-019b8d00003-cccc0003", "run-019b8d00002-bbbb0002", "run-018a0000001-019b0001"]
                .map(|id| id.parse().unwrap())
                .to_vec();
        let cases = [
            ("last", Ok(0)),
            ("run-019b8d00003-cccc0003", Ok(0)),
            ("run-019b8d00002", Ok(1)),
            ("019b8d00002", Ok(1)),
            ("bbbb", Ok(1)),
            ("run-018", Ok(2)),
            ("018", Ok(2)),
            ("019b8d", Err("history.run-ambiguous")),
            ("019b", Err("history.run-ambiguous")),
            ("run-", Err("history.run-unknown")),
            ("run", Err("history.run-unknown")),
            ("", Err("history.run-unknown")),
            ("dddd", Err("history.run-unknown")),
            ("run-019b8d00003-cccc00031", Err("history.run-unknown")),
        ];
        for (word, expected) in cases {
            let picked = pick(word, &runs).map_err(|error| error.code());
            assert_eq!(picked, expected.map(|index| runs[index].clone()), "{word}");
        }
        assert_eq!(pick("last", &[]).unwrap_err().code(), "history.run-unknown");
        let both = pick("019b8d", &runs).unwrap_err().to_string();
        assert_eq!(
            both,
            "`019b8d` means 2 runs: `run-019b8d00003-cccc0003`, `run-019b8d00002-bbbb0002`"
        );
    }
}
