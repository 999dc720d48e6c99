//! A new AccessKey: the cloud shows its secret once, so one whose reply was lost is of no use to anybody
//! (fault row 1).
//!
//! It is removed and made again only if nothing else can have made it or have its secret: it was not there
//! before the intent, it is the only such key, its user carries this workflow's mark, it was made about
//! when the call was sent, it was never used, and the vault does not have it.

use std::collections::BTreeSet;
use std::time::Duration;

use host_client::Answer as ClientAnswer;
use host_model::{Call, ErrorKind, SecretKind, Value, quote_within};
use host_policy::{HostPurpose, Permit, Repair};
use host_runtime::Stop;
use host_wire::{FoundSecret, SecretLookup as _};
use serde_json::{Value as Json, json};

use super::by_name::answer;
use super::{Lost, SHOWN, Settled, time};
use crate::record::Known;

/// Where the list of keys stands.
const KEYS: &str = "/AccessKeys/AccessKey";
const USER_NAME: &str = "UserName";
const KEY_ID: &str = "UserAccessKeyId";
/// Between two looks that are to show the same.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// How often keys are looked at; the waits of the window are fewer.
const LOOKS_MAX: u32 = 24;

/// A key, as the list shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Key {
    pub(super) id: String,
    pub(super) created: String,
    status: String,
}

/// What an intent made.
#[derive(Debug)]
pub(super) enum NewKey {
    None,
    /// The vault has it: the process died only after it had kept the secret.
    Kept(ClientAnswer),
    /// Nobody can have it.
    Nobodys(Key),
}

/// The read that shows what is there before.
pub(super) fn before(call: &Call) -> Option<(HostPurpose, Vec<(String, Value)>)> {
    let user = user_of(call).filter(|_| call.action == "CreateAccessKey")?;
    Some((HostPurpose::ListAccessKeys, vec![text(USER_NAME, user)]))
}

/// The user that a call names; a login name has a domain behind it.
pub(super) fn user_of(call: &Call) -> Option<&str> {
    let login = || call.text("UserPrincipalName")?.split_once('@').map(|(user, _)| user);
    call.text(USER_NAME).or_else(login)
}

fn text(name: &str, value: &str) -> (String, Value) {
    (name.to_owned(), Value::Text(value.to_owned()))
}

impl Lost<'_> {
    pub(super) async fn key(&mut self, repair: Option<Repair>) -> Result<Settled, Stop> {
        let (user, key) = match self.new_key().await? {
            (_, NewKey::None) => return Ok(Settled::Again(Known::Repeated)),
            (_, NewKey::Kept(answer)) => return Ok(Settled::Found(answer)),
            (user, NewKey::Nobodys(key)) => (user, key),
        };
        let Some(repair) = repair else {
            return Err(self.keys_in_doubt(&user, &[key], "nobody agreed that it is removed"));
        };
        self.remove(&user, &key, repair).await?;
        Ok(Settled::Again(Known::Remade))
    }

    /// The user, and what the intent made. `Err` is a doubt.
    pub(super) async fn new_key(&mut self) -> Result<(String, NewKey), Stop> {
        let before = self.intent.before.as_ref().and_then(keys);
        let user = user_of(&self.intent.sent).map(str::to_owned);
        let Some((before, user)) = before.zip(user) else {
            return Err(self.doubt("which keys were there before is not known", "look at them"));
        };
        let before = before.into_iter().map(|key| key.id).collect();
        let new = self.new_keys(&user, &before).await?;
        let key = match new.as_slice() {
            [] => return Ok((user, NewKey::None)),
            [key] => key,
            _ => return Err(self.keys_in_doubt(&user, &new, "more than one key is new")),
        };
        if let Some(answer) = self.kept(key)? {
            return Ok((user, NewKey::Kept(answer)));
        }
        if let Some(why) = self.may_be_anothers(&user, key).await? {
            return Err(self.keys_in_doubt(&user, &new, &why));
        }
        Ok((user, NewKey::Nobodys(key.clone())))
    }

    /// Keys that were not there before, as two looks one after the other show them.
    async fn new_keys(&mut self, user: &str, before: &BTreeSet<String>) -> Result<Vec<Key>, Stop> {
        let mut last = None;
        for _ in 0..LOOKS_MAX {
            let mut new = self.keys(user).await?;
            new.retain(|key| !before.contains(&key.id));
            let is_the_same = last.as_ref() == Some(&new);
            if is_the_same && !new.is_empty() {
                return Ok(new);
            }
            if !self.wait().await? {
                if is_the_same {
                    return Ok(new);
                }
                self.driver.stage.clock.sleep(LOOK_AGAIN).await;
            }
            last = Some(new);
        }
        Err(self.doubt("the list of keys changes with every look", "wait until nobody changes it"))
    }

    async fn keys(&self, user: &str) -> Result<Vec<Key>, Stop> {
        let purpose = HostPurpose::ListAccessKeys;
        match self.read(purpose, vec![text(USER_NAME, user)]).await {
            Ok(body) => keys(&body).ok_or_else(|| {
                self.doubt("the list of keys cannot be read", "look at the user's keys")
            }),
            // A user who is gone has none.
            Err(error) if error.kind == ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(self.unreadable(purpose, &error)),
        }
    }

    /// The reply, if the vault has the secret: the process died only after it had kept it.
    fn kept(&self, key: &Key) -> Result<Option<ClientAnswer>, Stop> {
        let object = format!("ram:access-key/{}", key.id);
        let secrets = &self.driver.stage.secrets;
        let found = secrets.find(&self.identity.facts.account, &object).map_err(|error| {
            self.doubt(&format!("the vault cannot be read: {error}"), "mend the vault")
        })?;
        let Some(text) = found.and_then(|secret| secrets.secret(&secret)) else { return Ok(None) };
        let secret = FoundSecret {
            at: "/AccessKey/AccessKeySecret".to_owned(),
            kind: SecretKind::AccessKey,
            object,
            text,
        };
        let body = json!({ "AccessKey": {
            "AccessKeyId": key.id, "CreateDate": key.created, "Status": key.status,
        } });
        Ok(Some(ClientAnswer { secrets: vec![secret], ..answer(body) }))
    }

    /// Why somebody else could have made the key, or could use it.
    async fn may_be_anothers(&self, user: &str, key: &Key) -> Result<Option<String>, Stop> {
        let is_of_then = time::read(&key.created).is_some_and(|made| self.window.has(made));
        if !is_of_then {
            return Ok(Some("the new key was not made when this one was asked for".to_owned()));
        }
        let user_there =
            self.read_text(HostPurpose::ReadUser, user, None, "/User/Comments").await?;
        if !self.driver.stage.mark.is_in(&user_there) {
            return Ok(Some("the user was not made by this workflow alone".to_owned()));
        }
        let at = "/AccessKeyLastUsed/LastUsedDate";
        let last_use = self.read_text(HostPurpose::ReadKeyUse, user, Some(&key.id), at).await?;
        // No date is written in several ways.
        let is_unused = matches!(last_use.trim(), "" | "-" | "N/A" | "null");
        Ok((!is_unused).then(|| format!("it was used at {}", quote_within(&last_use, SHOWN))))
    }

    /// A text of a reply; empty if it is not there.
    async fn read_text(
        &self,
        purpose: HostPurpose,
        user: &str,
        key: Option<&str>,
        at: &str,
    ) -> Result<String, Stop> {
        let mut parameters = vec![text(USER_NAME, user)];
        parameters.extend(key.map(|key| text(KEY_ID, key)));
        let body = self.read(purpose, parameters).await;
        let body = body.map_err(|error| self.unreadable(purpose, &error))?;
        match body.pointer(at) {
            None | Some(Json::Null) => Ok(String::new()),
            Some(Json::String(text)) => Ok(text.clone()),
            Some(other) => Ok(other.to_string()),
        }
    }

    /// Disables the key, deletes it, and sees it gone.
    pub(super) async fn remove(
        &mut self,
        user: &str,
        key: &Key,
        repair: Repair,
    ) -> Result<(), Stop> {
        let (shown, owner) = (quote_within(&key.id, SHOWN), quote_within(user, SHOWN));
        self.note(&format!(
            "nobody has the secret of AccessKey `{shown}` of user `{owner}`, made at {}: it is disabled and \
             deleted",
            quote_within(&key.created, SHOWN)
        ));
        let (disable, delete) = repair.into_permits();
        let off = text("Status", "Inactive");
        self.repair(disable, vec![off, text(KEY_ID, &key.id), text(USER_NAME, user)], key).await?;
        self.repair(delete, vec![text(KEY_ID, &key.id), text(USER_NAME, user)], key).await?;
        self.window = time::Window::of_now(self.driver.stage.clock.now());
        while self.keys(user).await?.iter().any(|there| there.id == key.id) {
            if !self.wait().await? {
                let why = "the key that nobody has was deleted and is still listed";
                return Err(self.keys_in_doubt(user, std::slice::from_ref(key), why));
            }
        }
        Ok(())
    }

    async fn repair(
        &self,
        permit: Permit,
        parameters: Vec<(String, Value)>,
        key: &Key,
    ) -> Result<(), Stop> {
        let action = permit.action().to_owned();
        let call = self.own_call(permit.product(), &action, parameters);
        match self.driver.send_own(self.identity, permit, &call, None).await {
            Ok(_) => Ok(()),
            Err(error) if error.kind == ErrorKind::NotFound => Ok(()),
            Err(error) => {
                let why = format!(
                    "nobody has the secret of AccessKey `{}`, and `ram:{action}` was answered `{}`",
                    quote_within(&key.id, SHOWN),
                    quote_within(&error.code, SHOWN)
                );
                Err(self.doubt(&why, &format!("let the caller do `ram:{action}`")))
            }
        }
    }

    fn keys_in_doubt(&self, user: &str, keys: &[Key], why: &str) -> Stop {
        let user = quote_within(user, SHOWN);
        let line = |key: &Key| {
            format!("`{}` of {}", quote_within(&key.id, SHOWN), quote_within(&key.created, SHOWN))
        };
        let list = keys.iter().map(line).collect::<Vec<_>>().join(", ");
        let id = keys.first().map_or_else(String::new, |key| quote_within(&key.id, SHOWN));
        let next = format!(
            "see who made them, and delete those that nobody uses, for example with `aliyun ram DeleteAccessKey \
             --UserName {user} --UserAccessKeyId {id}`"
        );
        self.doubt(&format!("user `{user}` has new AccessKeys, {list}, and {why}"), &next)
    }
}

fn keys(body: &Json) -> Option<Vec<Key>> {
    let text = |key: &Json, name: &str| {
        key.get(name).and_then(Json::as_str).unwrap_or_default().to_owned()
    };
    let list = body.pointer(KEYS)?.as_array()?;
    let key = |it: &Json| Key {
        id: text(it, "AccessKeyId"),
        created: text(it, "CreateDate"),
        status: text(it, "Status"),
    };
    Some(list.iter().map(key).collect())
}
