//! An identity in one account, ready to be passed as the caller of any function.

use std::ops::Deref;

use crate::bindings::host::run::accounts;
use crate::{Error, ErrorKind, Identity, Secret, sts};

/// The host's code for a name that no account is bound to.
const UNBOUND: &str = "run.account-unbound";

/// An identity that acts in one account; the keys behind it stay in the host.
#[derive(Debug)]
pub struct Account {
    identity: Identity,
    id: String,
    arn: String,
}

impl Account {
    /// The identity that the operator bound to an account name of `plugin.toml`.
    pub fn open(name: &str) -> Result<Self, Error> {
        Ok(Self::from(accounts::open(name)?))
    }

    /// The same, after the cloud has said that the caller is of this account: what a run begins with.
    ///
    /// An error `workflow.account-unexpected` if it is of another.
    pub fn open_confirmed(name: &str) -> Result<Self, Error> {
        let account = Self::open(name)?;
        let caller = sts::get_caller_identity(&account)?;
        confirm(name, account.id(), &caller.account_id)?;
        Ok(account)
    }

    /// The same as [`Account::open`] for an account that the manifest calls optional: `None` if it is not bound.
    pub fn open_optional(name: &str) -> Result<Option<Self>, Error> {
        match Self::open(name) {
            Ok(account) => Ok(Some(account)),
            Err(error) if error.code == UNBOUND => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The identity that an AccessKey stands for, whose secret the host holds.
    pub fn with_access_key(access_key_id: &str, secret: &Secret) -> Result<Self, Error> {
        Ok(Self::from(accounts::with_access_key(access_key_id, secret)?))
    }

    /// Refuses (`workflow.accounts-same`) the account of `other` for a workflow that works between two.
    ///
    /// `why` completes the message, for example "nothing to share"; `hint` says which account to bind.
    pub fn require_other(&self, other: &Self, why: &str, hint: &str) -> Result<(), Error> {
        require_two(self.id(), other.id(), why).map_err(|error| error.hint(hint))
    }

    /// The id of the account, as the operator pinned it and the cloud confirmed.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The identity's ARN, as the cloud reports it.
    pub fn arn(&self) -> &str {
        &self.arn
    }
}

impl From<Identity> for Account {
    fn from(identity: Identity) -> Self {
        let (id, arn) = (identity.account_id(), identity.arn());
        Self { identity, id, arn }
    }
}

impl Deref for Account {
    type Target = Identity;

    fn deref(&self) -> &Identity {
        &self.identity
    }
}

fn confirm(name: &str, bound: &str, caller: &str) -> Result<(), Error> {
    if caller == bound {
        return Ok(());
    }
    let message = format!(
        "`{name}` is bound to account `{bound}`, and the cloud says the caller is of account `{caller}`"
    );
    Err(Error::new(ErrorKind::Conflict, "workflow.account-unexpected", message)
        .hint("check the profile that is bound to this account"))
}

fn require_two(one: &str, other: &str, why: &str) -> Result<(), Error> {
    if one != other {
        return Ok(());
    }
    let message = format!("the two accounts are both `{one}`: {why}");
    Err(Error::new(ErrorKind::Invalid, "workflow.accounts-same", message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_that_the_cloud_calls_another_is_refused() {
        confirm("source", "11", "11").unwrap();
        let error = confirm("source", "11", "22").unwrap_err();
        assert_eq!(error.code, "workflow.account-unexpected");
        for part in ["`source`", "`11`", "`22`"] {
            assert!(error.message.contains(part), "{}", error.message);
        }
        assert!(error.detail("hint").unwrap().contains("profile"));
    }

    #[test]
    fn two_sides_are_two_accounts() {
        require_two("11", "22", "nothing to share").unwrap();
        let error = require_two("11", "11", "nothing to share").unwrap_err();
        assert_eq!(error.code, "workflow.accounts-same");
        assert_eq!(error.message, "the two accounts are both `11`: nothing to share");
    }
}
