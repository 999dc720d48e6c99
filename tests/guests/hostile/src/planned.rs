//! Rule 15: what is not in the plan does not happen. A workflow that behaves while it is planned, and does
//! something else when it is time.

use host_workflow_sdk::{Error, arms, clock, ims, plan, ram};
use serde_json::json;

use crate::addons::REGION;
use crate::attempt::Attempts;
use crate::field::Field;

/// A minute after the built-in cloud begins, in seconds since 1970: whoever is planned is earlier.
const LATER: i64 = 1_767_603_660;

fn is_time() -> bool {
    clock::now() >= LATER
}

/// A user with a key, and when it is time another one. That the user was not there when the plan was made, and is
/// there when its key is asked for under another name, is its own doing. That other applications are there is no
/// excuse for it.
pub(crate) fn more(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let (monitoring, all) = (Field::monitoring()?, arms::ListTraceAppsOptions::default());
    arms::list_trace_apps(&monitoring, REGION, &all)?;
    let principal = format!("{}@{}", field.name("planned"), ims::get_default_domain(&caller)?);
    let user_principal_name = Some(principal);
    let options = ims::GetUserOptions { user_principal_name, ..Default::default() };
    attempts.note("before", ims::get_user(&caller, &options), |user| json!(user.user_name));
    field.own_user(&caller, "planned")?;
    let user_principal_name = options.user_principal_name;
    let options = ims::CreateAccessKeyOptions { user_principal_name, ..Default::default() };
    ims::create_access_key(&caller, &options)?;
    if is_time() {
        attempts.done("another one", field.own_user(&caller, "unplanned"));
    }
    Ok(())
}

/// A user, and when it is time one of another name.
pub(crate) fn other(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let name = if is_time() { "unplanned" } else { "planned" };
    attempts.done("user", field.own_user(&caller, name));
    Ok(())
}

/// Two users, and when it is time the other way round.
pub(crate) fn order(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let names = if is_time() { ["two", "one"] } else { ["one", "two"] };
    for name in names {
        attempts.done(name, field.own_user(&caller, name));
    }
    Ok(())
}

/// A user with a policy that is harmless while it is planned, and wider when it is time.
pub(crate) fn wider(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let action = if is_time() { "arms:*" } else { "arms:ListTraceApps" };
    let document = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#
    );
    let options = ram::CreatePolicyOptions::default();
    let made = ram::create_policy(&caller, &document, &field.name("policy"), &options);
    attempts.done("policy", made);
    Ok(())
}

/// Takes what the cloud will decide apart, to name something by it.
pub(crate) fn apart(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let name = field.own_user(&caller, "planned")?;
    let id = ram::get_user(&caller, &name)?.user_id;
    let piece: String = id.chars().skip(1).take(4).collect();
    attempts.done("by a piece of an id", field.own_user(&caller, &piece));
    Ok(())
}

/// A user, perhaps a second one, and a third one. Honest: the second one is needed when it is time.
pub(crate) fn maybe(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    attempts.done("first", field.own_user(&caller, "first"));
    plan::conditional("a second one is wanted", is_time(), || {
        attempts.done("second", field.own_user(&caller, "second"));
    });
    // While it is planned, nobody may see here what may not be needed.
    if !is_time() && ram::get_user(&caller, &field.name("second")).is_ok() {
        attempts.done("seen", field.own_user(&caller, "seen"));
    }
    attempts.done("third", field.own_user(&caller, "third"));
    Ok(())
}

/// When it is time, another one in the part that may be needed than was planned there.
pub(crate) fn maybe_other(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    plan::conditional("a second one is wanted", true, || {
        let name = if is_time() { "unplanned" } else { "second" };
        attempts.done("second", field.own_user(&caller, name));
    });
    Ok(())
}

/// When it is time, what may be needed is done without saying that it is.
pub(crate) fn maybe_unsaid(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let second = || field.own_user(&caller, "second");
    if is_time() {
        attempts.done("second", second());
    } else {
        plan::conditional("a second one is wanted", true, second).transpose()?;
    }
    Ok(())
}

/// When it is time, the part that was planned once is gone through twice.
pub(crate) fn maybe_twice(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    for name in if is_time() { &["one", "two"][..] } else { &["one"] } {
        plan::conditional("one is wanted", true, || {
            attempts.done(name, field.own_user(&caller, name));
        });
    }
    Ok(())
}

/// What the cloud refuses for what the run itself did before: a name that is taken, and a third key.
pub(crate) fn refused(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let name = field.own_user(&caller, "planned")?;
    let again = ram::create_user(&caller, &name, &ram::CreateUserOptions::default());
    attempts.done("the same name", again);
    for _ in 0..3 {
        let user_name = Some(name.clone());
        let options = ram::CreateAccessKeyOptions { user_name, ..Default::default() };
        attempts.done("key", ram::create_access_key(&caller, &options));
    }
    Ok(())
}
