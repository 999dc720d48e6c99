//! What a client and the offline cloud came to, as the tests note it.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;

use crate::error::XtaskError;

/// A reply that was understood, or a refusal that arrived as the client's own error.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Outcome {
    /// The client, for example `python-v3`.
    pub(super) client: String,
    /// The action, as `product:Action`.
    pub(super) action: String,
    /// Whose key it was.
    pub(super) caller: Caller,
    /// The code of a refusal.
    pub(super) code: Option<String>,
}

/// Whose key a client had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Caller {
    /// A user's permanent key.
    User,
    /// The key of a session.
    Session,
}

/// All outcomes that are noted in a folder, each once.
pub(super) fn read(folder: &Path) -> Result<BTreeSet<Outcome>, XtaskError> {
    let unusable =
        |source| XtaskError::FileUnusable { path: folder.to_owned(), what: "read", source };
    let mut all = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(unusable)? {
        let path = entry.map_err(unusable)?.path();
        if path.extension().is_some_and(|extension| extension == "jsonl") {
            let text = fs::read_to_string(&path).map_err(unusable)?;
            for line in text.lines() {
                all.insert(parse(line)?);
            }
        }
    }
    Ok(all)
}

/// An outcome from a line.
pub(super) fn parse(line: &str) -> Result<Outcome, XtaskError> {
    serde_json::from_str(line).map_err(|error| XtaskError::Unreadable {
        what: format!("the outcome `{line}`"),
        reason: error.to_string(),
    })
}
