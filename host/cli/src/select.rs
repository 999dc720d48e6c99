//! Which run a person means.

use host_journal::Journal;
use host_model::{RunId, quote_within};

use crate::failure::Failure;

/// The run of that id, or the only one whose id begins so, or the newest (`last`).
pub(crate) async fn run(journal: &dyn Journal, word: &str) -> Result<RunId, Failure> {
    if let Ok(id) = word.parse() {
        return Ok(id);
    }
    let mut found = Vec::new();
    for head in journal.runs().await?.into_iter().flatten() {
        if word == "last" {
            return Ok(head.run);
        }
        if head.run.as_str().starts_with(word) {
            found.push(head.run);
        }
    }
    let shown = quote_within(word, 64);
    match found.as_slice() {
        [only] => Ok(only.clone()),
        [] if word == "last" => {
            Err(Failure::usage("run.none", "there is no run yet").hint("begin with `host run`"))
        }
        [] => Err(Failure::usage("run.unknown", format!("no run begins with `{shown}`"))
            .hint("`host runs` lists them")),
        [_, _, ..] => {
            let count = found.len();
            let message = format!("{count} runs begin with `{shown}`");
            Err(Failure::usage("run.ambiguous", message).hint("write more of the id"))
        }
    }
}
