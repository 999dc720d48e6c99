//! A whole policy document.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::error::RamError;
use crate::statement::Statement;
use crate::{json, read, write};

/// Longest document of any kind, in characters; system policies exceed the limits of custom ones.
pub const DOCUMENT_LIMIT: usize = 32_768;
/// Longest custom permission policy, in characters (older texts: 2048, 4096).
pub const PERMISSION_LIMIT: usize = 6_144;
/// Longest trust policy, in characters (an older text; the limit of today is not confirmed).
pub const TRUST_LIMIT: usize = 2_048;
/// Longest session policy, in characters (older text: 1024).
pub const SESSION_LIMIT: usize = 2_048;

/// What a document is for; decides its limit and its shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Attached to users, groups and roles: statements have resources, no principals.
    Permission,
    /// Says who may assume a role: statements have principals, no resources.
    Trust,
    /// Passed to `AssumeRole`: shaped like a permission policy.
    Session,
}

impl Kind {
    /// The most characters of such a document.
    pub const fn limit(self) -> usize {
        match self {
            Self::Permission => PERMISSION_LIMIT,
            Self::Trust => TRUST_LIMIT,
            Self::Session => SESSION_LIMIT,
        }
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "permission policy",
            Self::Trust => "trust policy",
            Self::Session => "session policy",
        }
    }
}

/// A policy document that was read completely: what is not understood is kept, not dropped.
///
/// `==` compares as written (up to order, repetition and single-value lists inside a statement);
/// [`Document::means_same`] compares by meaning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub(crate) statements: Vec<Statement>,
    /// Members beside `Version` and `Statement`, kept as they stand.
    pub(crate) unknown: BTreeMap<String, Value>,
}

impl Document {
    /// Reads a document of any kind, up to [`DOCUMENT_LIMIT`].
    ///
    /// Element names, effects and condition operators are compared exactly, because the cloud is
    /// not known to accept other spellings; an element that differs in case only is refused, any
    /// other unknown one is kept and makes its statement opaque.
    pub fn parse(text: &str) -> Result<Self, RamError> {
        within(text, DOCUMENT_LIMIT, "policy")?;
        let value = json::read(text)
            .map_err(|error| RamError::DocumentUnreadable { reason: error.to_string() })?;
        read::document(value)
    }

    /// Reads a document of `kind`: also its limit and the shape of its statements must be right.
    pub fn parse_as(kind: Kind, text: &str) -> Result<Self, RamError> {
        within(text, kind.limit(), kind.as_str())?;
        let document = Self::parse(text)?;
        document.check_shape(kind)?;
        Ok(document)
    }

    /// Whether every statement has what a document of `kind` needs, and nothing of the other.
    pub fn check_shape(&self, kind: Kind) -> Result<(), RamError> {
        for (index, statement) in self.statements.iter().enumerate() {
            let (has, wanted, lacks, unwanted) = match kind {
                Kind::Trust => (
                    statement.principal.is_some(),
                    "Principal",
                    statement.resource.is_none(),
                    "Resource",
                ),
                Kind::Permission | Kind::Session => (
                    statement.resource.is_some(),
                    "Resource",
                    statement.principal.is_none(),
                    "Principal",
                ),
            };
            let (member, expected, found) = match (has, lacks) {
                (true, true) => continue,
                (false, _) => (wanted, format!("`{wanted}` in a {}", kind.as_str()), "nothing"),
                (true, false) => {
                    (unwanted, format!("no `{unwanted}` in a {}", kind.as_str()), "one")
                }
            };
            let path = format!("Statement[{index}].{member}");
            return Err(RamError::DocumentMalformed { path, expected, found: found.to_owned() });
        }
        Ok(())
    }

    /// The statements in the order of the text.
    pub fn statements(&self) -> &[Statement] {
        &self.statements
    }

    /// Whether the document or one of its statements has parts that are not understood.
    pub fn is_opaque(&self) -> bool {
        !self.unknown.is_empty() || self.statements.iter().any(Statement::is_opaque)
    }

    /// Compact JSON: members in a fixed order, lists sorted and without repetition, a list of one
    /// as a plain text. Statements keep their order, so that positions still tell people
    /// something. The same document always gives the same bytes.
    pub fn to_json(&self) -> String {
        write::document(self).to_string()
    }
}

/// Whether `text` has at most `limit` characters, white space included.
pub(crate) fn within(text: &str, limit: usize, kind: &'static str) -> Result<(), RamError> {
    // Bytes first: a hostile text is not walked through only to be counted.
    let length = if text.len() <= limit { text.len() } else { text.chars().count() };
    if length > limit { Err(RamError::DocumentLong { kind, limit, length }) } else { Ok(()) }
}

impl FromStr for Document {
    type Err = RamError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}
