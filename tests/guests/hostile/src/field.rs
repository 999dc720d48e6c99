//! What an attack works with.

use host_workflow_sdk::{Account, Error, ErrorKind, ram};
use serde::Deserialize;

/// The input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct Input {
    /// Which attack.
    pub(crate) attack: String,
    /// A user that is there already, and not ours.
    #[serde(default)]
    pub(crate) user: Option<String>,
    /// An object of the vault, or a policy, to go for.
    #[serde(default)]
    pub(crate) object: Option<String>,
    /// Prefix of what the attack makes, so that several runs in one cloud do not meet.
    #[serde(default = "prefix")]
    pub(crate) prefix: String,
}

fn prefix() -> String {
    "hostile".to_owned()
}

/// An account that nobody bound.
pub(crate) const FOREIGN: &str = "1999999999999999";

/// Accounts, and the input.
#[derive(Debug)]
pub(crate) struct Field {
    pub(crate) input: Input,
}

impl Field {
    pub(crate) const fn new(input: Input) -> Self {
        Self { input }
    }

    pub(crate) fn monitoring() -> Result<Account, Error> {
        Account::open("monitoring")
    }

    pub(crate) fn source() -> Result<Account, Error> {
        Account::open("source")
    }

    /// A name of this attack's own.
    pub(crate) fn name(&self, what: &str) -> String {
        format!("{}-{what}", self.input.prefix)
    }

    /// The user of others to go for: the one of the input, or the first one that there is.
    pub(crate) fn victim(&self, account: &Account) -> Result<String, Error> {
        if let Some(user) = &self.input.user {
            return Ok(user.clone());
        }
        let users = ram::list_users(account)?;
        let victim = users
            .into_iter()
            .map(|user| user.user_name)
            .find(|name| !name.starts_with(&self.input.prefix));
        victim.ok_or_else(|| {
            let message = "there is no user of others; name one with `user`";
            Error::new(ErrorKind::NotFound, "hostile.victim-missing", message)
        })
    }

    /// A user that this run makes, marked by the host.
    pub(crate) fn own_user(&self, account: &Account, what: &str) -> Result<String, Error> {
        let name = self.name(what);
        let made = ram::create_user(account, &name, &ram::CreateUserOptions::default());
        match made {
            Err(error) if !error.is_already_exists() => Err(error),
            _ => Ok(name),
        }
    }

    /// The object of the input.
    pub(crate) fn object(&self) -> Result<&str, Error> {
        self.input.object.as_deref().ok_or_else(|| {
            let message = "this attack needs `object`";
            Error::new(ErrorKind::Invalid, "hostile.object-missing", message)
        })
    }
}
