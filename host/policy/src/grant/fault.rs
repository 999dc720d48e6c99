//! What is wrong with a policy file, and where.

use std::ops::Range;

use host_model::{Blame, Problem, quote_within};

/// How many characters of a line are shown.
const LINE_SHOWN: usize = 160;

/// What is wrong with a policy file, with the place in it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct PolicyFault {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// How many characters of the line are meant: at least 1.
    pub width: usize,
    /// The line itself, escaped and bounded.
    pub text: String,
    /// What is wrong: lower-case, without the place.
    pub reason: String,
}

impl PolicyFault {
    /// What is wrong at these bytes of `source`.
    pub(crate) fn at(source: &str, span: Range<usize>, reason: impl Into<String>) -> Self {
        let start = floor(source, span.start);
        let end = floor(source, span.end).max(start);
        let before = source.get(..start).unwrap_or_default();
        let begin = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = source.get(begin..).unwrap_or_default();
        let text = rest.lines().next().unwrap_or_default();
        let column = source.get(begin..start).unwrap_or_default().chars().count() + 1;
        let meant = source.get(start..end.min(begin + text.len()).max(start)).unwrap_or_default();
        Self {
            line: before.matches('\n').count() + 1,
            column,
            width: meant.chars().count().max(1),
            text: quote_within(text, LINE_SHOWN),
            reason: reason.into(),
        }
    }

    /// The line with what is meant underlined, as lines for people.
    pub fn picture(&self) -> Vec<String> {
        let number = self.line.to_string();
        let pad = " ".repeat(number.len());
        let width = self.width.min(LINE_SHOWN.saturating_sub(self.column - 1)).max(1);
        let under = format!("{}{}", " ".repeat(self.column.min(LINE_SHOWN) - 1), "^".repeat(width));
        vec![format!("{pad} |"), format!("{number} | {}", self.text), format!("{pad} | {under}")]
    }
}

/// The boundary of a character at or before that byte.
fn floor(text: &str, at: usize) -> usize {
    let at = at.min(text.len());
    (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

impl Problem for PolicyFault {
    fn code(&self) -> &'static str {
        "policy.file-invalid"
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        Some("`docs/policy.md` has every field".to_owned())
    }
}
