//! Why there is no session policy.

use host_model::{Blame, Problem};

/// Why there is no session policy, and so no session.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SessionFault {
    /// Not even the coarsest document fits, together with what the profile's own policy says.
    #[error(
        "the session policy of {origin} would have {length} characters at the least, and STS takes {limit}"
    )]
    Oversized {
        /// Whose session: "profile `x`".
        origin: String,
        /// The shortest that it gets.
        length: usize,
        /// What STS takes.
        limit: usize,
    },
    /// The profile's own policy cannot be read, or not all of it.
    #[error("the session policy that {origin} brings is not understood: {reason}")]
    Unread {
        /// Whose session.
        origin: String,
        /// Why.
        reason: String,
    },
    /// The profile's own policy allows nothing of the granted set.
    #[error("the session policy that {origin} brings allows nothing of what is granted")]
    Empty {
        /// Whose session.
        origin: String,
    },
}

impl Problem for SessionFault {
    fn code(&self) -> &'static str {
        match self {
            Self::Oversized { .. } => "policy.session-oversized",
            Self::Unread { .. } => "policy.session-unread",
            Self::Empty { .. } => "policy.session-empty",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Oversized { .. } => {
                "shorten the profile's `policy`: whole products (`ram:*`) are shorter than lists".to_owned()
            }
            Self::Unread { .. } => {
                "write the profile's `policy` with `Effect`, `Action`, `Resource` and `Condition` only, \
                 or remove it: what is granted goes along without it"
                    .to_owned()
            }
            Self::Empty { .. } => {
                "allow in the profile's `policy` what the workflow needs, or take another profile".to_owned()
            }
        })
    }
}
