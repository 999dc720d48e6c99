//! Rule 7: a sink is a rule, not a field.

use host_workflow_sdk::{Account, Error, Secret, Value, arms, ram, vault};

use crate::attempt::Attempts;
use crate::calls::{Given, IMS, RAM, read, text, write};
use crate::field::Field;

/// A password that the host made for a user of this attack.
fn password(account: &Account, user: &str) -> Result<Secret, Error> {
    vault::generate_password(account, &format!("ram:login-profile/{user}"))
}

pub(crate) fn secret_as_text(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "leaky")?;
    let options =
        ram::CreateAccessKeyOptions { user_name: Some(user.clone()), ..Default::default() };
    let key = ram::create_access_key(&caller, &options)?.access_key_secret;
    let role = field.name("leaky");
    let trust = r#"{"Version":"1","Statement":[]}"#;
    let named = [Given::Text("RoleName", &role), Given::Text("AssumeRolePolicyDocument", trust)];
    let [name, document] = named;
    let given = [name, document, Given::Secret("Description", &key)];
    attempts.note("Description", write(&caller, RAM, "CreateRole", &given), text);
    let given = [Given::Text("UserName", &user), Given::Secret("NewComments", &key)];
    attempts.note("Comments", write(&caller, RAM, "UpdateUser", &given), text);
    let given = [Given::Secret("UserName", &key)];
    attempts.note("UserName", read(&caller, RAM, "GetUser", &given), text);
    let given = [Given::Text("PolicyName", &role), Given::Secret("PolicyDocument", &key)];
    attempts.note("PolicyDocument", write(&caller, RAM, "CreatePolicy", &given), text);
    let extra = vec![("Moon".to_owned(), Value::Secret(&key))];
    let options = ram::CreateRoleOptions { extra, ..Default::default() };
    attempts.done("extra", ram::create_role(&caller, trust, &role, &options));
    let extra = vec![("Description".to_owned(), Value::Secret(&key))];
    let options = ram::CreateRoleOptions { extra, ..Default::default() };
    attempts.done("extra Description", ram::create_role(&caller, trust, &role, &options));
    Ok(())
}

pub(crate) fn text_as_secret(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "texted")?;
    let given = [Given::Text("UserName", &user), Given::Text("Password", "Hunter2-Hunter2!")];
    attempts.note("text", write(&caller, RAM, "CreateLoginProfile", &given), text);
    let given = [Given::Text("UserName", &user), Given::Json("Password", "\"Hunter2-Hunter2!\"")];
    attempts.note("json", write(&caller, RAM, "CreateLoginProfile", &given), text);
    let given = [Given::Text("UserName", &user), Given::Text("Password", "Hunter2-Hunter2!")];
    attempts.note("update", write(&caller, RAM, "UpdateLoginProfile", &given), text);
    let extra = vec![("Password".to_owned(), Value::Text("Hunter2-Hunter2!".to_owned()))];
    let options = ram::UpdateLoginProfileOptions { extra, ..Default::default() };
    attempts.done("extra", ram::update_login_profile(&caller, &user, &options));
    let principal = format!("{user}@{}.onaliyun.com", caller.id());
    let given =
        [Given::Text("UserPrincipalName", &principal), Given::Text("Password", "Hunter2-Hunter2!")];
    attempts.note("ims", write(&caller, IMS, "CreateLoginProfile", &given), text);
    attempts.done("look", ram::get_login_profile(&caller, &user));
    Ok(())
}

pub(crate) fn secret_of_wrong_kind(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "mixed")?;
    let key_options =
        ram::CreateAccessKeyOptions { user_name: Some(user.clone()), ..Default::default() };
    let key = ram::create_access_key(&caller, &key_options)?;
    let options = ram::CreateLoginProfileOptions::default();
    let made = ram::create_login_profile(&caller, &key.access_key_secret, &user, &options);
    attempts.done("key as password", made);
    let monitoring = Field::monitoring()?;
    let license = arms::describe_trace_license_key(&monitoring, "cn-hangzhou")?;
    let made = ram::create_login_profile(&caller, &license, &user, &options);
    attempts.done("license key as password", made);
    let word = password(&caller, &user)?;
    let opened = Account::with_access_key(&key.access_key_id, &word);
    attempts.done("password as key", opened);
    let opened = Account::with_access_key("LTAI5tOtherOtherOtherO", &key.access_key_secret);
    attempts.done("key of another id", opened);
    attempts.done("look", ram::get_login_profile(&caller, &user));
    Ok(())
}

pub(crate) fn password_of_another(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let source = Field::source()?;
    let monitoring = Field::monitoring()?;
    let first = field.own_user(&source, "first")?;
    let second = field.own_user(&source, "second")?;
    field.own_user(&monitoring, "first")?;
    let word = password(&source, &first)?;
    let options = ram::CreateLoginProfileOptions::default();
    attempts.done("user", ram::create_login_profile(&source, &word, &second, &options));
    attempts.done("account", ram::create_login_profile(&monitoring, &word, &first, &options));
    attempts.done("look", ram::get_login_profile(&source, &second));
    attempts.done("look there", ram::get_login_profile(&monitoring, &first));
    attempts.done("owner", ram::create_login_profile(&source, &word, &first, &options));
    Ok(())
}
