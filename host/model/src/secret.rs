//! Secrets: the bytes, and the names under which everything else speaks of them.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::AccountId;

/// The bytes of a secret. Cannot be printed, compared by accident, or serialized; wiped on drop.
#[derive(Clone)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The bytes, for the few places that sign, seal or encode. The name is long so that a review
    /// finds every use.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// What a secret is for: decides where it may be placed (`security.md`, rule 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// The secret of a permanent AccessKey.
    AccessKey,
    /// The keys of a temporary session.
    Session,
    /// A console password.
    Password,
    /// The key that lets ARMS agents report into an account.
    LicenseKey,
}

impl SecretKind {
    /// The word, as it stands in object names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access-key",
            Self::Session => "session",
            Self::Password => "password",
            Self::LicenseKey => "license-key",
        }
    }
}

/// Names a secret that the host holds, by what it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SecretRef {
    /// The account that the secret opens.
    pub account: AccountId,
    /// What it is for.
    pub kind: SecretKind,
    /// The cloud object that it belongs to, for example `ram:access-key/LTAI…`.
    pub object: String,
}

impl fmt::Display for SecretRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret of {} in {}", self.object, self.account)
    }
}
