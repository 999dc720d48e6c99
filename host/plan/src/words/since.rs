//! What is not as a run left it.

use host_model::{AccountId, Call, quote_within};
use serde_json::{Value as Json, json};

use super::line::{Line, Lines};
use super::{NAME_SHOWN, subject};

/// A thing that is not as a run left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// The account.
    pub account: AccountId,
    /// The read that shows it.
    pub read: Call,
    /// What was there and what is there now, [`crate::changes`]. Never empty.
    pub lines: Vec<Line>,
}

impl Drift {
    /// For programs.
    pub fn json(&self) -> Json {
        let lines: Vec<String> = self.lines.iter().map(ToString::to_string).collect();
        json!({
            "account": self.account,
            "read": self.action(),
            "what": subject(&self.read),
            "lines": lines,
        })
    }

    fn action(&self) -> String {
        format!("{}:{}", self.read.product, self.read.action)
    }
}

/// What is not as a run left it, for people, below the plan of what would be done about it. Empty if all is.
pub fn since(drift: &[Drift]) -> Vec<Line> {
    let mut lines = Lines::default();
    if drift.is_empty() {
        return Vec::new();
    }
    lines.head("What is not as the run left it");
    for it in drift {
        let (name, account) = (quote_within(&it.read.identity.0, NAME_SHOWN), &it.account);
        let (what, read) = (subject(&it.read), it.action());
        lines.plain(1, &format!("{name} ({account}): {what}, as `{read}` shows it"));
        lines.extend(it.lines.iter().map(|line| Line { depth: line.depth + 2, ..line.clone() }));
    }
    lines.into_vec()
}
