//! The one AccessKey of the reporting user, made once and kept in the vault.

use host_reporting::Ledger;
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind, Secret, Tolerant, ram, sts, vault};

use crate::key::{self, KeyPlan, Known, LastUse};
use crate::step::reporting_user::FoundUser;

/// The step, and the claim, that the key is accepted.
const KEY_WORKS: &str = "key-works";
const ACTIVE: &str = "Active";
const INACTIVE: &str = "Inactive";
/// What the cloud says of a key that it holds back because it may be known to others.
const LEAKED: &str = "risk of leakage";

/// A key that the host can sign with.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) id: String,
    pub(crate) secret: Secret,
}

/// The user's keys, and what happens to them.
#[derive(Debug)]
pub(crate) struct FoundKeys {
    pub(crate) known: Vec<Known>,
    pub(crate) plan: KeyPlan,
}

/// The vault's name of a key's secret.
pub(crate) fn object(id: &str) -> String {
    format!("ram:access-key/{id}")
}

/// Looks at the user's keys; what stands against reporting with one of them is said now.
pub(crate) fn find(
    monitoring: &Account,
    user: &FoundUser,
    retire: Option<&str>,
) -> Result<FoundKeys, Error> {
    let mut known = if user.is_there() { known(monitoring, &user.name)? } else { Vec::new() };
    let is_enough = known.iter().any(|key| key.is_active && key.is_in_vault) && retire.is_none();
    if !is_enough {
        for key in &mut known {
            key.last_used = last_used(monitoring, &user.name, &key.id)?;
        }
    }
    let lost = unsettled(monitoring, user)?
        .and_then(|since| key::orphan(&known, since, made))
        .map(|key| key.id.clone());
    let plan = key::decide(&known, retire, lost.as_deref())
        .map_err(|why| unusable(&user.name, &known, &why))?;
    Ok(FoundKeys { known, plan })
}

fn known(monitoring: &Account, user: &str) -> Result<Vec<Known>, Error> {
    let options =
        ram::ListAccessKeysOptions { user_name: Some(user.to_owned()), ..Default::default() };
    let keys = ram::list_access_keys(monitoring, &options)?.into_iter().map(|key| {
        let is_in_vault = is_in_vault(monitoring, &key.access_key_id)?;
        Ok(Known {
            is_active: key.status == ACTIVE,
            id: key.access_key_id,
            created: key.create_date,
            is_in_vault,
            last_used: LastUse::Unknown,
        })
    });
    keys.collect()
}

/// Whether an earlier run of this workflow made that key.
pub(crate) fn is_in_vault(monitoring: &Account, id: &str) -> Result<bool, Error> {
    Ok(vault::find(monitoring, &object(id))?.is_some())
}

fn made(key: &Known) -> Option<i64> {
    host_reporting::seconds(key.created.as_deref()?)
}

/// Nobody stops because a date cannot be read.
fn last_used(monitoring: &Account, user: &str, id: &str) -> Result<LastUse, Error> {
    let options =
        ram::GetAccessKeyLastUsedOptions { user_name: Some(user.to_owned()), ..Default::default() };
    match ram::get_access_key_last_used(monitoring, id, &options) {
        Ok(text) => Ok(LastUse::read(&text)),
        Err(error) if error.is_denied() => Err(error),
        Err(_) => Ok(LastUse::Unknown),
    }
}

/// When an earlier run asked for a key of this user whose secret never reached the vault, in seconds
/// since the epoch; `None` if every key that was asked for is accounted for.
fn unsettled(monitoring: &Account, user: &FoundUser) -> Result<Option<i64>, Error> {
    if user.is_there() { vault::unsettled(monitoring, &user.name) } else { Ok(None) }
}

fn unusable(user: &str, known: &[Known], why: &str) -> Error {
    let oldest = known.iter().find(|key| !key.is_active).or_else(|| known.first());
    let retire = oldest.map_or("<ID>", |key| key.id.as_str());
    let message = format!("user `{user}` cannot get an AccessKey: {why}");
    Error::new(ErrorKind::Conflict, "ack.keys-unusable", message).hint(format!(
        "see what uses them, then run again with `retire-key` set to the id of one, for example \
         `-p retire-key={retire}`: it is disabled and then deleted; or name another `reporting-user`"
    ))
}

/// Clears the way, then takes the key from the vault, or makes one.
pub(crate) fn settle(
    monitoring: &Account,
    user: &FoundUser,
    plan: &KeyPlan,
    ledger: &mut Ledger,
) -> Result<Key, Error> {
    progress::step("access-key", "the reporting user has one AccessKey that the vault knows");
    if let Some(key) = &plan.first {
        retire(monitoring, &user.name, key, ledger)?;
    }
    let object_of = |id: &str| format!("AccessKey `{id}` of user `{}`", user.name);
    if let Some(id) = &plan.uses {
        let Some(secret) = vault::find(monitoring, &object(id))? else {
            let message =
                format!("the vault had the secret of {} and has it no more", object_of(id));
            return Err(Error::new(ErrorKind::Conflict, "ack.key-lost", message)
                .hint("run again; another key is made then, if there is a place for one"));
        };
        ledger.unchanged(object_of(id));
        return Ok(Key { id: id.clone(), secret });
    }
    let options =
        ram::CreateAccessKeyOptions { user_name: Some(user.name.clone()), ..Default::default() };
    let made = ram::create_access_key(monitoring, &options)?;
    ledger.created(object_of(&made.access_key_id));
    Ok(Key { id: made.access_key_id, secret: made.access_key_secret })
}

/// Disables a key, and then deletes that very key.
pub(crate) fn retire(
    monitoring: &Account,
    user: &str,
    key: &Known,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    progress::warn(&format!("AccessKey {key} of user `{user}` goes: what still uses it stops"));
    if key.is_active {
        let options =
            ram::UpdateAccessKeyOptions { user_name: Some(user.to_owned()), ..Default::default() };
        ram::update_access_key(monitoring, INACTIVE, &key.id, &options).or_absent()?;
    }
    let options =
        ram::DeleteAccessKeyOptions { user_name: Some(user.to_owned()), ..Default::default() };
    ram::delete_access_key(monitoring, &key.id, &options).or_absent()?;
    let id = &key.id;
    ledger.removed(&format!("AccessKey `{id}` of user `{user}`"), "disabled, then deleted");
    Ok(())
}

/// Signs with the key, before anything gets it.
pub(crate) fn show(monitoring: &Account, user: &FoundUser, key: &Key) -> Result<(), Error> {
    progress::step(KEY_WORKS, "the key answers as the reporting user");
    let answer = Account::with_access_key(&key.id, &key.secret)
        .and_then(|caller| sts::get_caller_identity(&caller));
    match answer {
        Ok(caller) if is_user(&caller, monitoring.id(), &user.name) => {
            progress::check(
                KEY_WORKS,
                Outcome::Holds,
                &format!("the key acts as `{}`", caller.arn),
            );
            Ok(())
        }
        Ok(caller) => {
            let message = format!(
                "AccessKey `{}` was kept for user `{}`, and acts as `{}`",
                key.id, user.name, caller.arn
            );
            Err(refused(Error::new(ErrorKind::Conflict, "ack.key-foreign", message)))
        }
        Err(error) if error.is_denied() => Err(error),
        Err(error) => Err(refused(explained(error, &key.id))),
    }
}

fn is_user(caller: &sts::CallerIdentity, account: &str, user: &str) -> bool {
    let arn = format!("acs:ram::{account}:user/{user}");
    caller.account_id == account && caller.arn.eq_ignore_ascii_case(&arn)
}

fn refused(error: Error) -> Error {
    progress::check(KEY_WORKS, Outcome::Fails, &error.message);
    error
}

/// A key that the cloud does not take is no reason to try again.
fn explained(error: Error, id: &str) -> Error {
    let (what, next) = if error.message.contains(LEAKED) {
        (
            "is held back by the cloud, which takes it for leaked",
            "do not use it any more: run again with `retire-key` set to its id, and every cluster gets \
             another one",
        )
    } else if error.is_forbidden() || error.is_not_found() {
        (
            "is in the vault, and the cloud does not take it",
            "it may have been disabled or deleted just now: run again, or set `retire-key` to its id",
        )
    } else {
        return error;
    };
    let message = format!("AccessKey `{id}` {what} (`{}`)", error.code);
    Error::new(ErrorKind::Forbidden, "ack.key-refused", message).hint(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_of_one_user_of_one_account() {
        let caller = |account: &str, user: &str| sts::CallerIdentity {
            account_id: account.to_owned(),
            arn: format!("acs:ram::{account}:user/{user}"),
            ..Default::default()
        };
        assert!(is_user(&caller("11", "Reporter"), "11", "reporter"));
        assert!(!is_user(&caller("22", "reporter"), "11", "reporter"));
        assert!(!is_user(&caller("11", "other"), "11", "reporter"));
    }

    #[test]
    fn a_refused_key_says_what_to_do() {
        let leaked = "There is a risk of leakage of this AccessKey.";
        let error = |code: &str, words: &str| Error::new(ErrorKind::Forbidden, code, words);
        let said = explained(error("Forbidden", leaked), "LTAI1");
        assert!(said.message.contains("leaked") && said.message.contains("`LTAI1`"));
        let said = explained(error("InvalidAccessKeyId.Inactive", "x"), "LTAI1");
        assert!(said.detail("hint").unwrap().contains("retire-key"));
        let late = Error::new(ErrorKind::Unavailable, "ServiceUnavailable", "x");
        assert_eq!(explained(late, "LTAI1").code, "ServiceUnavailable");
    }

    #[test]
    fn a_conflict_names_a_next_step() {
        let known = |id: &str, is_active| Known {
            id: id.to_owned(),
            is_active,
            created: None,
            is_in_vault: false,
            last_used: LastUse::Never,
        };
        let error = unusable("u", &[known("a", true), known("b", false)], "why");
        assert!(error.detail("hint").unwrap().contains("-p retire-key=b"));
    }
}
