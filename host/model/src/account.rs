//! Account ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An Alibaba Cloud account id: decimal digits, 16 of them today, fewer in old accounts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(String);

/// A text that is no account id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an account id is 5 to 20 digits")]
pub struct AccountIdInvalid;

impl AccountId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountId {
    type Err = AccountIdInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.bytes().all(|byte| byte.is_ascii_digit());
        if digits && (5..=20).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AccountIdInvalid)
        }
    }
}

impl TryFrom<String> for AccountId {
    type Error = AccountIdInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        id.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
