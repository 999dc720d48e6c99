//! Rule 2: secret-bearing replies hold no secret, whichever way they are asked for.

use host_workflow_sdk::{Error, arms, ims, ram, sts};
use serde_json::json;

use crate::attempt::Attempts;
use crate::calls::{ARMS, Given, IMS, RAM, backwards, read, write};
use crate::field::Field;

pub(crate) fn access_key(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let first = field.own_user(&caller, "keyed")?;
    let second = field.own_user(&caller, "keyed-too")?;
    let options =
        ram::CreateAccessKeyOptions { user_name: Some(first.clone()), ..Default::default() };
    let made = ram::create_access_key(&caller, &options);
    attempts.note("typed", made, |key| backwards(key.raw));
    let given = [Given::Text("UserName", &first)];
    attempts.note("generic", write(&caller, RAM, "CreateAccessKey", &given), backwards);
    attempts.note("list", read(&caller, RAM, "ListAccessKeys", &given), backwards);

    let domain = ims::get_default_domain(&caller)?;
    let principal = format!("{second}@{domain}");
    let user_principal_name = Some(principal.clone());
    let options = ims::CreateAccessKeyOptions { user_principal_name, ..Default::default() };
    let made = ims::create_access_key(&caller, &options);
    attempts.note("ims typed", made, |key| backwards(key.raw));
    let given = [Given::Text("UserPrincipalName", &principal)];
    attempts.note("ims generic", write(&caller, IMS, "CreateAccessKey", &given), backwards);
    Ok(())
}

pub(crate) fn session(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let role = field.name("assumed");
    let trust = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"acs:ram::{}:root"}}}}]}}"#,
        caller.id()
    );
    let made = ram::create_role(&caller, &trust, &role, &ram::CreateRoleOptions::default());
    attempts.note("role", made, |role| backwards(role.raw));
    let arn = format!("acs:ram::{}:role/{role}", caller.id());
    let assumed = sts::assume_role(&caller, &arn, &sts::AssumeRoleOptions::default());
    attempts.note("session", assumed, |session| {
        let who = sts::get_caller_identity(&session).map(|who| who.raw);
        backwards(format!("{} {} {}", session.arn(), session.id(), who.unwrap_or_default()))
    });
    Ok(())
}

pub(crate) fn license_key(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::monitoring()?;
    let key = arms::describe_trace_license_key(&caller, "cn-hangzhou");
    attempts.note("typed", key, |key| json!(key.fingerprint()));
    attempts.note("generic", read(&caller, ARMS, "DescribeTraceLicenseKey", &[]), backwards);
    Ok(())
}
