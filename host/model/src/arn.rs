//! RAM resource names.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::AccountId;

/// The name of a RAM identity: `acs:ram::<account>:<root | user/… | role/… | assumed-role/…>`.
///
/// Documents show role names in their original case while some replies lower it, so
/// [`Arn::is_same`] compares without case (`facts.md`, ARN forms).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Arn {
    account: AccountId,
    principal: Principal,
}

/// Whom a RAM resource name means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Principal {
    /// The account itself.
    Root,
    /// A RAM user, by name.
    User(String),
    /// A RAM role, by name.
    Role(String),
    /// A session of a role: role name, session name.
    Session(String, String),
}

/// A text that names no RAM identity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a RAM name has the form `acs:ram::<account>:root`, `…:user/<name>` or `…:role/<name>`")]
pub struct ArnInvalid;

impl Arn {
    /// The name of `principal` in `account`.
    pub const fn new(account: AccountId, principal: Principal) -> Self {
        Self { account, principal }
    }

    /// The account that the identity belongs to.
    pub const fn account(&self) -> &AccountId {
        &self.account
    }

    /// Whom it means.
    pub const fn principal(&self) -> &Principal {
        &self.principal
    }

    /// Whether both mean the same identity, whatever the case of its name.
    pub fn is_same(&self, other: &Self) -> bool {
        self.to_string().eq_ignore_ascii_case(&other.to_string())
    }
}

impl FromStr for Arn {
    type Err = ArnInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rest = text.strip_prefix("acs:ram::").ok_or(ArnInvalid)?;
        let (account, relative) = rest.split_once(':').ok_or(ArnInvalid)?;
        let account = account.parse().map_err(|_| ArnInvalid)?;
        let parts: Vec<&str> = relative.split('/').collect();
        if parts.iter().any(|part| part.is_empty()) {
            return Err(ArnInvalid);
        }
        let principal = match parts.as_slice() {
            ["root"] => Principal::Root,
            ["user", name] => Principal::User((*name).to_owned()),
            ["role", name] => Principal::Role((*name).to_owned()),
            // AssumeRole answers `role/<role>/<session>`, GetCallerIdentity `assumed-role/…`.
            ["role" | "assumed-role", role, session] => {
                Principal::Session((*role).to_owned(), (*session).to_owned())
            }
            _ => return Err(ArnInvalid),
        };
        Ok(Self { account, principal })
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "acs:ram::{}:", self.account)?;
        match &self.principal {
            Principal::Root => f.write_str("root"),
            Principal::User(name) => write!(f, "user/{name}"),
            Principal::Role(name) => write!(f, "role/{name}"),
            Principal::Session(role, session) => write!(f, "assumed-role/{role}/{session}"),
        }
    }
}

impl TryFrom<String> for Arn {
    type Error = ArnInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Arn> for String {
    fn from(arn: Arn) -> Self {
        arn.to_string()
    }
}
