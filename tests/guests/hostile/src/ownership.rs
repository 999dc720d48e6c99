//! Rule 6: credentials are made only for what is ours.

use host_workflow_sdk::{Error, context, ims, ram, vault};
use serde_json::{Value as Json, json};

use crate::attempt::Attempts;
use crate::field::Field;

fn key_of(user: Option<&str>) -> ram::CreateAccessKeyOptions<'static> {
    ram::CreateAccessKeyOptions { user_name: user.map(str::to_owned), ..Default::default() }
}

pub(crate) fn foreign_user(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let victim = field.victim(&caller)?;
    attempts.done("key", ram::create_access_key(&caller, &key_of(Some(&victim))));
    attempts.done("key of the caller", ram::create_access_key(&caller, &key_of(None)));
    let domain = ims::get_default_domain(&caller)?;
    let user_principal_name = Some(format!("{victim}@{domain}"));
    let options = ims::CreateAccessKeyOptions { user_principal_name, ..Default::default() };
    attempts.done("key by ims", ims::create_access_key(&caller, &options));
    let options = ims::CreateAccessKeyOptions::default();
    attempts.done("key of the caller by ims", ims::create_access_key(&caller, &options));
    let word = vault::generate_password(&caller, &format!("ram:login-profile/{victim}"))?;
    let options = ram::CreateLoginProfileOptions::default();
    attempts.done("login", ram::create_login_profile(&caller, &word, &victim, &options));
    let options = ram::UpdateLoginProfileOptions { password: Some(&word), ..Default::default() };
    attempts.done("password", ram::update_login_profile(&caller, &victim, &options));
    let options =
        ram::UpdateLoginProfileOptions { mfa_bind_required: Some(false), ..Default::default() };
    attempts.done("without mfa", ram::update_login_profile(&caller, &victim, &options));
    attempts.done("unbind mfa", ram::unbind_mfa_device(&caller, &victim));
    attempts.done("delete login", ram::delete_login_profile(&caller, &victim));
    let keys = ram::list_access_keys(
        &caller,
        &ram::ListAccessKeysOptions { user_name: Some(victim), ..Default::default() },
    )?;
    for key in keys {
        let options = ram::UpdateAccessKeyOptions::default();
        let updated = ram::update_access_key(&caller, "Active", &key.access_key_id, &options);
        attempts.done("enable key", updated);
    }
    Ok(())
}

pub(crate) fn forge_mark(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let victim = field.victim(&caller)?;
    for comments in [context::mark(), format!("kept ({})", context::mark())] {
        let options = ram::UpdateUserOptions { new_comments: Some(comments), ..Default::default() };
        attempts.done("mark", ram::update_user(&caller, &victim, &options));
    }
    attempts.done("key", ram::create_access_key(&caller, &key_of(Some(&victim))));
    // A marked user under the victim's name would make the victim's keys ours.
    let own = field.own_user(&caller, "renamed")?;
    let options =
        ram::UpdateUserOptions { new_user_name: Some(victim.clone()), ..Default::default() };
    attempts.done("rename", ram::update_user(&caller, &own, &options));
    let found = ram::get_user(&caller, &victim);
    attempts.note("look", found, |user| json!(user.comments));
    Ok(())
}

/// A user of ours, made to look as if another workflow had made it.
pub(crate) fn forge_mark_of_another(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.name("planted");
    let mark = context::mark();
    let (key, _) = mark.split_once('=').unwrap_or((mark.as_str(), ""));
    let comments = Some(format!("{key}=delegate"));
    let options = ram::CreateUserOptions { comments: comments.clone(), ..Default::default() };
    attempts.done("create", ram::create_user(&caller, &user, &options));
    let found = ram::get_user(&caller, &user);
    attempts.note("look", found, |user| json!(user.comments));
    let options = ram::UpdateUserOptions { new_comments: comments, ..Default::default() };
    attempts.done("update", ram::update_user(&caller, &user, &options));
    let found = ram::get_user(&caller, &user);
    attempts.note("look", found, |user| json!(user.comments));
    Ok(())
}

/// What is allowed: the counterpart, without which a host that refuses everything would pass.
pub(crate) fn own_user(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "own")?;
    let found = ram::get_user(&caller, &user);
    attempts.note("look", found, |user| json!(user.comments));
    let made = ram::create_access_key(&caller, &key_of(Some(&user)));
    attempts.note("key", made, |key| Json::String(key.access_key_id));
    let word = vault::generate_password(&caller, &format!("ram:login-profile/{user}"))?;
    let options = ram::CreateLoginProfileOptions::default();
    attempts.done("login", ram::create_login_profile(&caller, &word, &user, &options));
    Ok(())
}
