//! What can go wrong with a policy document.

use host_model::{Blame, Problem};

/// Why a document was not read, or a merge was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RamError {
    /// `ram.document-long`: more characters than this kind of document may have.
    #[error("a {kind} document has at most {limit} characters, this one has {length}")]
    DocumentLong {
        /// In words: `permission policy`, `trust policy`, `session policy`, `policy`.
        kind: &'static str,
        /// The limit, in characters.
        limit: usize,
        /// What was given, in characters.
        length: usize,
    },
    /// `ram.document-unreadable`: no JSON, or JSON that different readers take differently.
    #[error("the policy document is no clear JSON: {reason}")]
    DocumentUnreadable {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// `ram.document-malformed`: JSON, but not of the policy language.
    #[error("the policy document is malformed at `{path}`: expected {expected}, found {found}")]
    DocumentMalformed {
        /// Where, for example `Statement[1].Effect`.
        path: String,
        /// What the language wants there.
        expected: String,
        /// What stands there, in short.
        found: String,
    },
    /// `ram.statement-opaque`: a statement to be added has parts that are not understood.
    #[error("statement {statement} of the wanted trust has parts that are not understood")]
    StatementOpaque {
        /// Index in the wanted document, from 0.
        statement: usize,
    },
    /// `ram.trust-contested`: somebody else's statement rules over the same principal.
    #[error(
        "`Statement[{statement}]` of the existing trust already rules over `{principal}` \
         ({why}), and adding a statement beside it could undo what its author meant"
    )]
    TrustContested {
        /// Index in the existing document, from 0.
        statement: usize,
        /// The principal that both name.
        principal: String,
        /// What makes the statement a rule that must not be bypassed.
        why: &'static str,
    },
}

impl Problem for RamError {
    fn code(&self) -> &'static str {
        match self {
            Self::DocumentLong { .. } => "ram.document-long",
            Self::DocumentUnreadable { .. } => "ram.document-unreadable",
            Self::DocumentMalformed { .. } => "ram.document-malformed",
            Self::StatementOpaque { .. } => "ram.statement-opaque",
            Self::TrustContested { .. } => "ram.trust-contested",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::DocumentLong { .. }
            | Self::DocumentUnreadable { .. }
            | Self::DocumentMalformed { .. }
            | Self::StatementOpaque { .. } => Blame::Workflow,
            Self::TrustContested { .. } => Blame::Policy,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::DocumentLong { .. } => "use wildcards, or spread it over several policies",
            Self::DocumentUnreadable { .. } => "check the document with a JSON tool",
            Self::DocumentMalformed { .. } => "element names and effects are spelled exactly",
            Self::StatementOpaque { .. } => "write the statement with documented elements only",
            Self::TrustContested { .. } => {
                "use a role of its own, or ask the owner of that statement to change it"
            }
        };
        Some(hint.to_owned())
    }
}
