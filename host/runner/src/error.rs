//! Why a run could not begin.

use host_model::{Blame, Problem};

/// Why a run could not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// A name that the manifest does not have.
    #[error("the workflow has no account `{name}`; it has {}", known.join(", "))]
    AccountUnknown {
        /// The name that was given.
        name: String,
        /// The names of the manifest.
        known: Vec<String>,
    },
    /// An account that the workflow needs.
    #[error("the workflow needs the account `{name}` ({what}), and none is bound to it")]
    AccountMissing {
        /// The name.
        name: String,
        /// What it is.
        what: String,
    },
    /// The vault cannot take a secret, which had better be known before one is made.
    #[error("no secret could be kept: {reason}")]
    VaultUnfit {
        /// Why.
        reason: String,
    },
}

impl Problem for RunError {
    fn code(&self) -> &'static str {
        match self {
            Self::AccountUnknown { .. } => "run.account-unknown",
            Self::AccountMissing { .. } => "run.account-missing",
            Self::VaultUnfit { .. } => "run.vault-unfit",
        }
    }

    fn blame(&self) -> Blame {
        Blame::User
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::AccountUnknown { .. } => None,
            Self::AccountMissing { name, .. } => Some(format!(
                "bind it with `--account {name}=PROFILE@ID`, or try the workflow with `--simulate`"
            )),
            Self::VaultUnfit { .. } => Some("run `host doctor`".to_owned()),
        }
    }
}
