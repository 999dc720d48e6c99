//! RAM users on the people's side.

use host_workflow_sdk::ram::LoginProfile;
use host_workflow_sdk::{Error, ErrorKind, Tag, Tolerant, ims, ownership, progress, ram};

use crate::ledger::Ledger;
use crate::parameters::{SignIn, UserWish};
use crate::parties::Parties;
use crate::step::sign_in::{self, Key};

/// Longest display name of the product that can tag users.
const TAGGED_DISPLAY_NAME_LIMIT: usize = 24;

/// What is there of a user.
#[derive(Debug, Default)]
pub(crate) struct FoundUser {
    pub(crate) user: Option<ram::User>,
    pub(crate) login: Option<LoginProfile>,
    pub(crate) key: Option<Key>,
    /// Whether an earlier run made the user.
    pub(crate) is_ours: bool,
}

/// Whose a user is, in the order in which users are settled.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Foreign,
    Ours,
    New,
}

impl FoundUser {
    const fn origin(&self) -> Origin {
        match (&self.user, self.is_ours) {
            (None, _) => Origin::New,
            (Some(_), true) => Origin::Ours,
            (Some(_), false) => Origin::Foreign,
        }
    }
}

/// A user who is ready to assume the role.
#[derive(Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) sign_in: SignIn,
    /// Set if the user signs with an AccessKey whose secret the host has.
    pub(crate) key: Option<Key>,
}

/// Looks at every wished user, in the order of the wishes.
pub(crate) fn find(wishes: &[UserWish], parties: &Parties) -> Result<Vec<FoundUser>, Error> {
    wishes.iter().map(|wish| find_one(wish, parties)).collect()
}

pub(crate) fn find_one(wish: &UserWish, parties: &Parties) -> Result<FoundUser, Error> {
    let people = &parties.people;
    let Some(user) = ram::get_user(people, &wish.name).or_absent()? else {
        if wish.existing {
            return Err(missing(parties, "user", &wish.name));
        }
        check_display_name(wish)?;
        return Ok(FoundUser::default());
    };
    if !wish.existing {
        let hint = foreign_hint(&user.user_name, wish.sign_in != SignIn::None);
        ownership::claim_user(people, &user, &hint)?;
    }
    let login = match wish.sign_in {
        SignIn::Console => ram::get_login_profile(people, &wish.name).or_absent()?,
        SignIn::None | SignIn::AccessKey => None,
    };
    let key = match wish.sign_in {
        SignIn::AccessKey => sign_in::find_key(people, &wish.name)?,
        SignIn::None | SignIn::Console => None,
    };
    let is_ours = ownership::is_our_user(&user);
    Ok(FoundUser { user: Some(user), login, key, is_ours })
}

/// Makes the users that are not there, and gives each its way to sign in.
pub(crate) fn settle(
    wishes: &[UserWish],
    parties: &Parties,
    found: Vec<FoundUser>,
    ledger: &mut Ledger,
) -> Result<Vec<Person>, Error> {
    let mut people = Vec::new();
    if wishes.is_empty() {
        return Ok(Vec::new());
    }
    progress::step("users", "the users are there and can sign in");
    let mut todo: Vec<(usize, (&UserWish, FoundUser))> =
        wishes.iter().zip(found).enumerate().collect();
    // The host may refuse credentials for somebody else's user: before anything is made.
    todo.sort_by_key(|(_, (_, found))| found.origin());
    for (place, (wish, found)) in todo {
        people.push((place, settle_one(wish, found, parties, ledger)?));
    }
    people.sort_by_key(|(place, _)| *place);
    Ok(people.into_iter().map(|(_, person)| person).collect())
}

pub(crate) fn settle_one(
    wish: &UserWish,
    found: FoundUser,
    parties: &Parties,
    ledger: &mut Ledger,
) -> Result<Person, Error> {
    match &found.user {
        None => create(wish, parties, ledger)?,
        Some(user) => adjust(wish, user, parties, ledger)?,
    }
    let key = match wish.sign_in {
        SignIn::None => None,
        SignIn::Console => {
            sign_in::settle_login(&parties.people, wish, found.login.as_ref(), ledger)?;
            None
        }
        SignIn::AccessKey => {
            Some(sign_in::settle_key(&parties.people, &wish.name, found.key, ledger)?)
        }
    };
    Ok(Person { name: wish.name.clone(), sign_in: wish.sign_in, key })
}

/// Only one product makes users with tags, and it wants the whole sign-in name.
fn create(wish: &UserWish, parties: &Parties, ledger: &mut Ledger) -> Result<(), Error> {
    if wish.tags.is_empty() {
        let options = ram::CreateUserOptions {
            display_name: wish.display_name.clone(),
            ..Default::default()
        };
        ram::create_user(&parties.people, &wish.name, &options)?;
    } else {
        let tags =
            wish.tags.iter().map(|(key, value)| Tag { key: key.clone(), value: value.clone() });
        let options = ims::CreateUserOptions { tags: tags.collect(), ..Default::default() };
        let principal = parties.user_principal(&wish.name);
        ims::create_user(&parties.people, display_name(wish), &principal, &options)?;
    }
    ledger.created(object(&wish.name));
    Ok(())
}

/// A user who is there keeps all that was not asked for; one of others keeps everything.
fn adjust(
    wish: &UserWish,
    user: &ram::User,
    parties: &Parties,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let differs = wish.display_name.is_some() && wish.display_name != user.display_name;
    if wish.existing || !differs {
        ledger.unchanged(object(&wish.name));
        return Ok(());
    }
    let options = ram::UpdateUserOptions {
        new_display_name: wish.display_name.clone(),
        ..Default::default()
    };
    ram::update_user(&parties.people, &wish.name, &options)?;
    ledger.updated(&object(&wish.name), &format!("display name is now `{}`", display_name(wish)));
    Ok(())
}

fn display_name(wish: &UserWish) -> &str {
    wish.display_name.as_deref().unwrap_or(&wish.name)
}

/// Nobody can mark a user later, so credentials for one of others need the operator's word for that
/// very user.
fn foreign_hint(name: &str, needs_credentials: bool) -> String {
    if needs_credentials {
        format!(
            "give another name; or, to have a password or an AccessKey made for this user, set \
             `existing` to true for it and run with `--allow user={name}`"
        )
    } else {
        "set `existing` to true for this user, give another name, or run with `--adopt`".to_owned()
    }
}

fn check_display_name(wish: &UserWish) -> Result<(), Error> {
    let name = display_name(wish);
    if wish.tags.is_empty() || name.chars().count() <= TAGGED_DISPLAY_NAME_LIMIT {
        return Ok(());
    }
    let message = format!(
        "cannot make user `{}` with tags: its display name has more than \
         {TAGGED_DISPLAY_NAME_LIMIT} characters: `{name}`",
        wish.name
    );
    Err(Error::new(ErrorKind::Invalid, "delegate.display-name-long", message)
        .with("limit", TAGGED_DISPLAY_NAME_LIMIT.to_string())
        .hint("give a shorter `display-name`, or no `tags`"))
}

fn object(name: &str) -> String {
    format!("user `{name}`")
}

/// An identity that must be there is not.
pub(crate) fn missing(parties: &Parties, kind: &str, name: &str) -> Error {
    let message = format!("{kind} `{name}` is not in account `{}`", parties.people.id());
    Error::new(ErrorKind::NotFound, "delegate.identity-missing", message)
        .with("object", format!("ram:{kind}/{name}"))
        .hint("check the name, or list the user under `users` without `existing` to have it made")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_whose_credentials_may_be_refused_come_first() {
        let there = |is_ours| FoundUser { user: Some(ram::User::default()), is_ours, ..found() };
        let found = [found(), there(true), there(false)];
        let mut origins: Vec<Origin> = found.iter().map(FoundUser::origin).collect();
        origins.sort();
        assert_eq!(origins, [Origin::Foreign, Origin::Ours, Origin::New]);
    }

    fn found() -> FoundUser {
        FoundUser::default()
    }

    #[test]
    fn credentials_of_a_foreign_user_need_the_users_name() {
        assert!(foreign_hint("alice", true).contains("`--allow user=alice`"));
        assert!(!foreign_hint("alice", true).contains("--adopt"));
        assert!(foreign_hint("alice", false).contains("`--adopt`"));
    }

    #[test]
    fn a_long_display_name_is_refused_only_with_tags() {
        let cases = [
            (r#"{"name": "alice", "tags": {"team": "x"}}"#, true),
            (r#"{"name": "alice-of-the-observability-team"}"#, true),
            (r#"{"name": "alice-of-the-observability-team", "tags": {"team": "x"}}"#, false),
            (r#"{"name": "a-name-of-twenty-four-ch", "tags": {"team": "x"}}"#, true),
        ];
        for (text, fits) in cases {
            let wish: UserWish = serde_json::from_str(text).unwrap();
            assert_eq!(check_display_name(&wish).is_ok(), fits, "{text}");
        }
    }
}
