//! What the run did, object by object; the report has it, and each line is logged as it happens.

use host_workflow_sdk::progress;
use serde::Serialize;

/// What was created, updated and left as it was.
///
/// Several parts of a workflow write into one; it is serialized as lists of sentences.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ledger {
    /// What is new.
    pub created: Vec<String>,
    /// What was there and is different now, with what changed.
    pub updated: Vec<String>,
    /// What was there and is as it should be.
    pub unchanged: Vec<String>,
    /// What is gone, with why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// What a person should know, although nothing failed.
    pub notes: Vec<String>,
}

impl Ledger {
    /// The object is new.
    pub fn created(&mut self, object: String) {
        progress::info(&format!("created {object}"));
        self.created.push(object);
    }

    /// The object was there and is different now; `how` says what changed.
    pub fn updated(&mut self, object: &str, how: &str) {
        progress::info(&format!("updated {object}: {how}"));
        self.updated.push(format!("{object}: {how}"));
    }

    /// The object was there and is as it should be.
    pub fn unchanged(&mut self, object: String) {
        progress::info(&format!("unchanged: {object}"));
        self.unchanged.push(object);
    }

    /// Something to look at.
    pub fn note(&mut self, text: String) {
        progress::warn(&text);
        self.notes.push(text);
    }

    /// What was there and is gone now; `why` says what it was in the way of.
    pub fn removed(&mut self, object: &str, why: &str) {
        progress::info(&format!("removed {object}: {why}"));
        self.removed.push(format!("{object}: {why}"));
    }

    /// Whether the run changed anything.
    pub fn has_changes(&self) -> bool {
        !(self.created.is_empty() && self.updated.is_empty() && self.removed.is_empty())
    }

    /// Says so if there was nothing to do.
    pub fn close(&self) {
        if !self.has_changes() {
            progress::info("nothing to change: everything is as asked");
        }
    }
}
