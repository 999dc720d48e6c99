//! How a user signs in: a console password or an AccessKey, both made and kept by the host.

use host_workflow_sdk::ram::{AccessKey, LoginProfile};
use host_workflow_sdk::{Account, Error, ErrorKind, Secret, ram, vault};

use crate::ledger::Ledger;
use crate::parameters::UserWish;

/// The code of a user whose keys the vault does not know.
pub(crate) const KEY_UNKNOWN: &str = "delegate.key-unknown";

/// An AccessKey that the host can sign with.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

/// The vault's name of a user's password.
pub(crate) fn password_object(user: &str) -> String {
    format!("ram:login-profile/{user}")
}

/// The vault's name of a key's secret.
pub(crate) fn key_object(id: &str) -> String {
    format!("ram:access-key/{id}")
}

/// The user's key if the vault has its secret; `None` if the user has no key at all.
///
/// A key whose secret is unknown is an error: it cannot be read again, and a second key beside it
/// would leave a user with a key that nobody looks after.
pub(crate) fn find_key(people: &Account, user: &str) -> Result<Option<Key>, Error> {
    let options =
        ram::ListAccessKeysOptions { user_name: Some(user.to_owned()), ..Default::default() };
    let keys = ram::list_access_keys(people, &options)?;
    for key in keys.iter().filter(|key| key.status == "Active") {
        let secret = vault::find(people, &key_object(&key.access_key_id))?;
        if let Some(secret) = secret {
            return Ok(Some(Key { id: key.access_key_id.clone(), secret }));
        }
    }
    if keys.is_empty() { Ok(None) } else { Err(unusable(user, &keys)) }
}

fn unusable(user: &str, keys: &[AccessKey]) -> Error {
    let show = |key: &AccessKey| format!("`{}` ({})", key.access_key_id, key.status);
    let names: Vec<String> = keys.iter().map(show).collect();
    let limit = if keys.len() > 1 { "; two are the most that a user may have" } else { "" };
    let message = format!(
        "cannot give user `{user}` an AccessKey: it has {} already, and the vault has no secret of \
         an active one{limit}",
        names.join(" and ")
    );
    Error::new(ErrorKind::Conflict, KEY_UNKNOWN, message).hint(
        "a secret is shown only when its key is made; delete the key if nothing uses it and run \
         again, name another user, or set `sign-in` to `none` and let its holder assume the role",
    )
}

/// Makes a key if there is none.
pub(crate) fn settle_key(
    people: &Account,
    user: &str,
    found: Option<Key>,
    ledger: &mut Ledger,
) -> Result<Key, Error> {
    if let Some(key) = found {
        ledger.unchanged(format!("AccessKey `{}` of user `{user}`", key.id));
        return Ok(key);
    }
    let options =
        ram::CreateAccessKeyOptions { user_name: Some(user.to_owned()), ..Default::default() };
    let made = ram::create_access_key(people, &options)?;
    ledger.created(format!("AccessKey `{}` of user `{user}`", made.access_key_id));
    Ok(Key { id: made.access_key_id, secret: made.access_key_secret })
}

/// Lets the user sign in to the console, with a password that only the vault knows.
pub(crate) fn settle_login(
    people: &Account,
    wish: &UserWish,
    found: Option<&LoginProfile>,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let object = format!("console sign-in of user `{}`", wish.name);
    match found {
        None => {
            let password = vault::generate_password(people, &password_object(&wish.name))?;
            let options = ram::CreateLoginProfileOptions {
                mfa_bind_required: Some(wish.mfa),
                password_reset_required: Some(wish.password_reset),
                ..Default::default()
            };
            ram::create_login_profile(people, &password, &wish.name, &options)?;
            ledger.created(object);
        }
        // A reset that was asked for once is over after the first sign-in: never compared.
        Some(profile) if wish.mfa && !profile.mfa_bind_required => {
            let options = ram::UpdateLoginProfileOptions {
                mfa_bind_required: Some(true),
                password_reset_required: Some(profile.password_reset_required),
                ..Default::default()
            };
            ram::update_login_profile(people, &wish.name, &options)?;
            ledger.updated(&object, "an MFA device is now required");
        }
        Some(_) => ledger.unchanged(object),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_every_key_that_is_in_the_way() {
        let key = |id: &str, status: &str| AccessKey {
            access_key_id: id.to_owned(),
            status: status.to_owned(),
            ..Default::default()
        };
        let one = unusable("alice", &[key("LTAI1", "Active")]);
        assert!(one.message.contains("`LTAI1` (Active) already"), "{}", one.message);
        assert!(!one.message.contains("two are the most"), "{}", one.message);
        let two = unusable("alice", &[key("LTAI1", "Active"), key("LTAI2", "Inactive")]);
        assert!(two.message.contains("`LTAI1` (Active) and `LTAI2` (Inactive)"), "{}", two.message);
        assert!(two.message.contains("two are the most"), "{}", two.message);
        assert_eq!(two.code, "delegate.key-unknown");
    }
}
