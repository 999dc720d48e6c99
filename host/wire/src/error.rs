//! Everything that can stop a call from becoming a request, or a reply from being understood.

use host_model::{Blame, CallError, ErrorKind, Problem};

/// Why a call cannot be written or its reply not be understood. Holds names, never values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WireError {
    /// A parameter that the catalog does not have, or that belongs to paging.
    #[error("cannot encode `{action}`: the catalog does not let a call give parameter `{name}`")]
    ParameterUnknown {
        /// `product:Action`.
        action: String,
        /// The parameter's name, escaped and bounded.
        name: String,
    },
    /// A parameter that both the workflow and the host give, or one of them twice.
    #[error("cannot encode `{action}`: parameter `{name}` is given twice")]
    ParameterRepeated {
        /// `product:Action`.
        action: String,
        /// The parameter's name.
        name: String,
    },
    /// A list or tree that was given as text which is no JSON.
    #[error("cannot encode `{action}`: the text of parameter `{name}` is no JSON")]
    ValueUnreadable {
        /// `product:Action`.
        action: String,
        /// The parameter's name.
        name: String,
    },
    /// A secret where none may go, or text where only a secret may go.
    #[error("cannot encode `{action}`: {reason} in parameter `{name}`")]
    SecretMisplaced {
        /// `product:Action`.
        action: String,
        /// The parameter's name.
        name: String,
        /// What stands there, and should not.
        reason: &'static str,
    },
    /// The host does not hold the secret that the call names.
    #[error("cannot encode `{action}`: the host does not hold the {secret}")]
    SecretAbsent {
        /// `product:Action`.
        action: String,
        /// The secret's name, escaped and bounded.
        secret: String,
    },
    /// A value that cannot be a segment of a path.
    #[error(
        "cannot encode `{action}`: parameter `{name}` is a part of the path, and must be made of letters, \
         digits, `-`, `_` and `.`, but is `{value}`"
    )]
    PathUnsafe {
        /// `product:Action`.
        action: String,
        /// The parameter's name.
        name: String,
        /// The value, escaped and bounded.
        value: String,
    },
    /// A path with a part that nobody gave.
    #[error("cannot encode `{action}`: the path needs parameter `{name}`")]
    PathIncomplete {
        /// `product:Action`.
        action: String,
        /// The parameter's name.
        name: String,
    },
    /// A success whose body does not hold what it must hold.
    #[error("the reply of `{action}` cannot be understood: {reason}")]
    ReplyUnreadable {
        /// The action's name.
        action: String,
        /// What is missing or wrong, without any value of the body.
        reason: String,
    },
    /// A list that ends before it is complete, or does not say how it goes on.
    #[error("the list of `{action}` is not complete: {reason}")]
    ListIncomplete {
        /// The action's name.
        action: String,
        /// What is missing or wrong.
        reason: String,
    },
    /// A list whose length changed while it was read.
    #[error("the list of `{action}` changed while it was read: from {before} items to {after}")]
    ListChanged {
        /// The action's name.
        action: String,
        /// The length that an earlier page said.
        before: u64,
        /// The length that this page says.
        after: u64,
    },
    /// A list that leads in circles.
    #[error("the list of `{action}` leads back to a page that was read already")]
    MarkerRepeated {
        /// The action's name.
        action: String,
    },
    /// A list that is longer than any list may be.
    #[error("the list of `{action}` is longer than {limit} {what}")]
    ListTooLong {
        /// The action's name.
        action: String,
        /// The limit.
        limit: usize,
        /// `pages` or `items`.
        what: &'static str,
    },
}

impl WireError {
    const fn is_about_a_value(&self) -> bool {
        matches!(
            self,
            Self::ValueUnreadable { .. } | Self::PathUnsafe { .. } | Self::PathIncomplete { .. }
        )
    }
}

impl Problem for WireError {
    fn code(&self) -> &'static str {
        match self {
            Self::ParameterUnknown { .. } => "wire.parameter-unknown",
            Self::ParameterRepeated { .. } => "wire.parameter-repeated",
            Self::ValueUnreadable { .. } => "wire.value-unreadable",
            Self::SecretMisplaced { .. } => "wire.secret-misplaced",
            Self::SecretAbsent { .. } => "wire.secret-absent",
            Self::PathUnsafe { .. } => "wire.path-unsafe",
            Self::PathIncomplete { .. } => "wire.path-incomplete",
            Self::ReplyUnreadable { .. } => crate::REPLY_UNREADABLE,
            Self::ListIncomplete { .. } => "wire.list-incomplete",
            Self::ListChanged { .. } => "wire.list-changed",
            Self::MarkerRepeated { .. } => "wire.marker-repeated",
            Self::ListTooLong { .. } => "wire.list-too-long",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::ParameterUnknown { .. }
            | Self::ParameterRepeated { .. }
            | Self::ValueUnreadable { .. }
            | Self::SecretMisplaced { .. }
            | Self::PathUnsafe { .. }
            | Self::PathIncomplete { .. } => Blame::Workflow,
            Self::SecretAbsent { .. } => Blame::Host,
            Self::ReplyUnreadable { .. }
            | Self::ListIncomplete { .. }
            | Self::ListChanged { .. }
            | Self::MarkerRepeated { .. }
            | Self::ListTooLong { .. } => Blame::Cloud,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::ParameterUnknown { .. } => "`host inspect` lists what the catalog has",
            Self::ListIncomplete { .. } | Self::ListChanged { .. } => "ask again",
            _ => return None,
        };
        Some(hint.to_owned())
    }
}

impl From<WireError> for CallError {
    fn from(error: WireError) -> Self {
        let kind = match error.blame() {
            Blame::Cloud => ErrorKind::Unavailable,
            _ if error.is_about_a_value() => ErrorKind::Invalid,
            _ => ErrorKind::Denied,
        };
        let built = Self::new(kind, error.code(), error.to_string());
        match error.hint() {
            Some(hint) => built.with("hint", hint),
            None => built,
        }
    }
}
