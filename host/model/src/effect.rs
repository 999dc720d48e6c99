//! What an action does to the cloud.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What an action does to the cloud, as the catalog says; never what a workflow says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// Makes something.
    Create,
    /// Changes something that is there.
    Update,
    /// Removes something.
    Delete,
}

impl Effect {
    /// Whether the cloud is another one afterwards.
    pub const fn is_write(self) -> bool {
        !matches!(self, Self::Read)
    }

    /// The word, as it stands in events and plans.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Create => "create",
            Self::Update => "update",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
