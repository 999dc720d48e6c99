//! Permanent keys and sessions.

use std::fmt;

use host_model::{AccountId, Timestamp};
use serde::{Deserialize, Serialize};

/// An invented secret. It opens nothing but this offline cloud, and is not printed all the same.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InventedSecret(String);

impl InventedSecret {
    /// Takes the text over.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for InventedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A permanent AccessKey.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: InventedSecret,
    /// Whether it is `Active`.
    pub active: bool,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it is accepted everywhere.
    pub usable_from: Timestamp,
    /// When it was used last.
    pub last_used: Option<Timestamp>,
}

impl AccessKey {
    /// The word of the API.
    pub const fn status(&self) -> &'static str {
        if self.active { "Active" } else { "Inactive" }
    }
}

/// A session of a role.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// The temporary AccessKey's id.
    pub key_id: String,
    /// Its secret.
    pub secret: InventedSecret,
    /// The token that goes with it.
    pub token: InventedSecret,
    /// The role's account.
    pub account: AccountId,
    /// The role's name.
    pub role: String,
    /// The role's id.
    pub role_id: String,
    /// The session's name.
    pub name: String,
    /// What the session may do at most, if that was narrowed.
    pub policy: Option<String>,
    /// When it ends.
    pub expires: Timestamp,
}

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The account that the call is made in.
    pub account: AccountId,
    /// Who in that account.
    pub identity: CallerIdentity,
}

/// Who calls, within an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallerIdentity {
    /// The account itself.
    Root,
    /// A RAM user, by name.
    User(String),
    /// A session of a role.
    Session {
        /// The role's name.
        role: String,
        /// The role's id, which stays the same when another role takes the name.
        role_id: String,
        /// The session's name.
        session: String,
        /// What the session may do at most.
        policy: Option<String>,
    },
}
