//! An identity in one account, ready to be passed as the caller of any function.

use std::ops::Deref;

use crate::bindings::host::run::accounts;
use crate::{Error, Identity, Secret};

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

    /// The same for an account that the manifest calls optional: `None` if it is not bound.
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
