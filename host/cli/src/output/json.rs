//! The event stream: one JSON object a line, described by `docs/events.schema.json`.

use std::sync::{Mutex, PoisonError};

use host_client::Note;
use host_history::{Tally, next_after};
use host_runner::{Reporter, RunEvent};
use serde_json::{Value, json};

use super::Story;
use super::notes::Audience;
use crate::failure::Failure;

/// The version of the stream; it changes when a field goes or changes its meaning.
const VERSION: u32 = 1;

/// Writes every event as a line of JSON.
#[derive(Debug)]
pub(crate) struct Json {
    /// The run that is told.
    pub(crate) story: Story,
    /// What came of it so far.
    pub(crate) tally: Mutex<Tally>,
}

impl Audience for Json {
    fn hear(&self, _: &Note, words: String) {
        self.report(&RunEvent::Note { message: words });
    }
}

impl Json {
    /// What the last line has besides its event: what came of the run, and what to do next.
    fn closing(&self, event: &RunEvent) -> Option<(Value, Value)> {
        let RunEvent::RunEnded { proofs, .. } = event else { return None };
        let ending = self.story.ending(event)?;
        let tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        Some((json!(tally.summary(&ending, proofs)), json!(next_after(&ending))))
    }
}

impl Reporter for Json {
    fn report(&self, event: &RunEvent) {
        self.tally.lock().unwrap_or_else(PoisonError::into_inner).take(event);
        let mut line = json!({ "version": VERSION });
        let fields = serde_json::to_value(event).unwrap_or(Value::Null);
        if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
            let name = fields.get("event").cloned().unwrap_or(Value::Null);
            line.insert("event".to_owned(), name);
            line.insert("run".to_owned(), Value::String(self.story.run.clone()));
            line.extend(fields.into_iter().filter(|(name, _)| name != "event"));
            if let Some((summary, next)) = self.closing(event) {
                line.insert("summary".to_owned(), summary);
                line.insert("next".to_owned(), next);
            }
        }
        super::data(&visible(&line));
    }
}

/// A line of JSON outside of a run.
pub(super) fn event(name: &str, fields: Value) -> String {
    let mut line = json!({ "version": VERSION, "event": name });
    if let (Some(line), Value::Object(fields)) = (line.as_object_mut(), fields) {
        line.extend(fields);
    }
    visible(&line)
}

/// A failure before or outside of a run.
pub(super) fn failure(failure: &Failure) -> String {
    event("error", serde_json::to_value(failure).unwrap_or(Value::Null))
}

/// A document of JSON, indented, with its last line's end.
pub(super) fn document(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    // A line's end within a text is escaped already: those that are left only indent.
    text.lines().map(|line| escaped(line) + "\n").collect()
}

/// The value on one line.
fn visible(value: &Value) -> String {
    escaped(&value.to_string())
}

/// JSON with every character escaped that a terminal obeys or hides, which changes nothing for who reads
/// the JSON (`security.md`, rule 12).
fn escaped(text: &str) -> String {
    let mut line = String::new();
    for character in text.chars() {
        if host_model::quote(character.encode_utf8(&mut [0; 4])).starts_with("\\u{") {
            let units = character.encode_utf16(&mut [0; 2]).to_vec();
            for unit in units {
                line.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            line.push(character);
        }
    }
    line
}
