//! Runs as data, from `tests/runs`.

use std::path::Path;

use host_history::Past;
use host_journal::Entry;
use host_model::{RunId, Timestamp};
use host_runner::record::read;
use serde_json::Value as Json;

/// All files, without their ending.
pub(crate) const ALL: [&str; 5] = ["delegate", "ack", "ecs", "interrupted", "undo"];

/// A recorded run: its id and its entries, as a journal gives them.
#[derive(Debug, Clone)]
pub(crate) struct Tape {
    pub(crate) run: RunId,
    pub(crate) entries: Vec<Entry>,
}

impl Tape {
    pub(crate) fn load(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let path = root.join(format!("tests/runs/{name}.jsonl"));
        let text = std::fs::read_to_string(path).expect("the run is there");
        let lines: Vec<Json> =
            text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
        let run = lines[0]["run"].as_str().expect("the first line names the run");
        let entries = lines.iter().enumerate().map(|(number, line)| Entry {
            number: number as u64,
            at: Timestamp::from_millis(line["at"].as_i64().expect("each line has a time")),
            kind: line["kind"].as_str().expect("each line has a kind").to_owned(),
            body: line.to_string(),
        });
        Self { run: run.parse().expect("a run's id"), entries: entries.collect() }
    }

    /// The run up to the first entry that `is_last`, and no further.
    pub(crate) fn until(mut self, is_last: impl Fn(&Entry) -> bool) -> Self {
        let end = self.entries.iter().position(is_last).expect("there is such an entry");
        self.entries.truncate(end + 1);
        self
    }

    /// The same run with another word for one, wherever it stands.
    pub(crate) fn with(mut self, word: &str, other: &str) -> Self {
        let other = Json::String(other.to_owned()).to_string();
        let other = other.trim_matches('"');
        for entry in &mut self.entries {
            entry.body = entry.body.replace(word, other);
        }
        self
    }

    pub(crate) fn past(&self) -> Past {
        let entries = read(&self.run, &self.entries).expect("the entries are typed");
        Past::new(&self.run, &entries).expect("the run has a beginning")
    }
}
