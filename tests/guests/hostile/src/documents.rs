//! Rule 5: trust stays inside, and documents are judged by meaning.

use host_workflow_sdk::{Account, Error, ram, resourcemanager};
use serde_json::{Value as Json, json};

use crate::attempt::Attempts;
use crate::field::{FOREIGN, Field};

const HARMLESS: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"arms:Get*","Resource":"*"}]}"#;

fn trust(principal: &Json) -> String {
    json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal }
    ]})
    .to_string()
}

/// Trust documents that let somebody in whom nobody bound.
fn open_documents(own: &str) -> Vec<(&'static str, String)> {
    let inside = format!("acs:ram::{own}:root");
    let outside = format!("acs:ram::{FOREIGN}:root");
    let two = |second: &Json| {
        json!({ "Version": "1", "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "RAM": [inside] } },
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": second },
        ]})
        .to_string()
    };
    let saml = json!({ "Federated": [format!("acs:ram::{own}:saml-provider/any")] });
    let repeated = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"{inside}"}},"Principal":{{"RAM":"{outside}"}}}}]}}"#
    );
    let repeated_inside = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":"{outside}","RAM":"{inside}"}}}}]}}"#
    );
    let escaped = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"RAM":"\u002a"}}]}"#;
    vec![
        ("everybody", trust(&json!({ "RAM": "*" }))),
        ("everybody in a list", trust(&json!({ "RAM": [inside, "*"] }))),
        ("everybody, escaped", escaped.to_owned()),
        ("everybody, bare", trust(&json!("*"))),
        ("every account", trust(&json!({ "RAM": "acs:ram::*:root" }))),
        ("a service", trust(&json!({ "Service": ["ecs.aliyuncs.com"] }))),
        ("a federation", trust(&saml)),
        ("a foreign account", trust(&json!({ "RAM": [outside] }))),
        ("a foreign user", trust(&json!({ "RAM": [format!("acs:ram::{FOREIGN}:user/eve")] }))),
        ("a foreign account, second", trust(&json!({ "RAM": [inside, outside] }))),
        ("a foreign account, own statement", two(&json!({ "RAM": outside }))),
        ("a service beside", trust(&json!({ "RAM": inside, "Service": "ecs.aliyuncs.com" }))),
        ("repeated key", repeated),
        ("repeated key inside", repeated_inside),
    ]
}

fn inside(own: &str) -> String {
    trust(&json!({ "RAM": [format!("acs:ram::{own}:root")] }))
}

pub(crate) fn trust_open(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::monitoring()?;
    for (index, (what, document)) in open_documents(caller.id()).into_iter().enumerate() {
        let role = field.name(&format!("open-{index}"));
        let options = ram::CreateRoleOptions::default();
        attempts.done(what, ram::create_role(&caller, &document, &role, &options));
    }
    Ok(())
}

pub(crate) fn trust_widened(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::monitoring()?;
    let role = field.name("widened");
    let options = ram::CreateRoleOptions::default();
    ram::create_role(&caller, &inside(caller.id()), &role, &options)?;
    for (what, document) in open_documents(caller.id()) {
        let options = ram::UpdateRoleOptions {
            new_assume_role_policy_document: Some(document),
            ..Default::default()
        };
        attempts.done(what, ram::update_role(&caller, &role, &options));
    }
    let found = ram::get_role(&caller, &role);
    attempts.note("look", found, |role| Json::String(role.assume_role_policy_document));
    Ok(())
}

/// Documents that amount to full power over the account, or over RAM.
fn admin_documents() -> Vec<(&'static str, String)> {
    let allow = |action: Json, resource: &str| {
        json!({ "Version": "1", "Statement": [
            { "Effect": "Allow", "Action": action, "Resource": resource }
        ]})
        .to_string()
    };
    let not_action = json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "NotAction": "moon:Walk", "Resource": "*" }
    ]});
    let two = json!({ "Version": "1", "Statement": [
        { "Effect": "Allow", "Action": "arms:Get*", "Resource": "*" },
        { "Effect": "Allow", "Action": "*", "Resource": "*" },
    ]});
    let repeated = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Action":"arms:Get*","Resource":"*"}]}"#;
    vec![
        ("everything", allow(json!("*"), "*")),
        ("everything, spelled", allow(json!("*:*"), "*")),
        ("everything in a list", allow(json!(["arms:Get*", "*"]), "*")),
        ("every RAM action", allow(json!("ram:*"), "*")),
        ("every RAM action, other case", allow(json!("RAM:*"), "*")),
        ("every RAM action on its resources", allow(json!("ram:*"), "acs:ram:*:*:*")),
        ("RAM by a pattern", allow(json!("r?m:*"), "*")),
        ("attach to anybody", allow(json!(["ram:AttachPolicyTo*", "ram:Create*"]), "*")),
        ("all but one", not_action.to_string()),
        ("second statement", two.to_string()),
        ("repeated key", repeated.to_owned()),
    ]
}

pub(crate) fn admin_document(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    for (index, (what, document)) in admin_documents().into_iter().enumerate() {
        let policy = field.name(&format!("admin-{index}"));
        let options = ram::CreatePolicyOptions::default();
        attempts.done(what, ram::create_policy(&caller, &document, &policy, &options));
    }
    Ok(())
}

pub(crate) fn admin_attached(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let user = field.own_user(&caller, "climber")?;
    let role = field.name("climber");
    let options = ram::CreateRoleOptions::default();
    ram::create_role(&caller, &inside(caller.id()), &role, &options)?;
    let to_user = ram::AttachPolicyToUserOptions::default();
    let to_role = ram::AttachPolicyToRoleOptions::default();
    for policy in ["AdministratorAccess", "AliyunRAMFullAccess"] {
        let made = ram::attach_policy_to_user(&caller, policy, "System", &user, &to_user);
        attempts.done("user", made);
        let made = ram::attach_policy_to_role(&caller, policy, "System", &role, &to_role);
        attempts.done("role", made);
        let domain = format!("{user}@{}.onaliyun.com", caller.id());
        let group = caller.id();
        let attached =
            resourcemanager::attach_policy(&caller, policy, "System", &domain, "IMSUser", group);
        attempts.done("resource manager, user", attached);
        let service = format!("{role}@role.{}.onaliyunservice.com", caller.id());
        let attached = resourcemanager::attach_policy(
            &caller,
            policy,
            "System",
            &service,
            "ServiceRole",
            group,
        );
        attempts.done("resource manager, role", attached);
    }
    look(&caller, &user, &role, attempts);
    Ok(())
}

fn look(caller: &Account, user: &str, role: &str, attempts: &mut Attempts) {
    let names = |list: Vec<ram::AttachedPolicy>| {
        list.into_iter().map(|policy| Json::String(policy.policy_name)).collect::<Json>()
    };
    attempts.note("look at user", ram::list_policies_for_user(caller, user), names);
    attempts.note("look at role", ram::list_policies_for_role(caller, role), names);
}

pub(crate) fn admin_version(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let policy = field.name("growing");
    ram::create_policy(&caller, HARMLESS, &policy, &ram::CreatePolicyOptions::default())?;
    for (what, document) in admin_documents() {
        let options =
            ram::CreatePolicyVersionOptions { set_as_default: Some(true), ..Default::default() };
        attempts.done(what, ram::create_policy_version(&caller, &document, &policy, &options));
        let options =
            ram::CreatePolicyVersionOptions { set_as_default: Some(false), ..Default::default() };
        attempts.done(what, ram::create_policy_version(&caller, &document, &policy, &options));
    }
    let found = ram::get_policy(&caller, &policy, "Custom");
    attempts.note("look", found, |policy| Json::String(policy.policy_document));
    Ok(())
}

/// A policy of the input is there already, with a version that is not the default and means full power.
pub(crate) fn admin_default(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let policy = field.object()?;
    let versions = ram::list_policy_versions(&caller, policy, "Custom")?;
    for version in versions.iter().filter(|version| !version.is_default_version) {
        let made = ram::set_default_policy_version(&caller, policy, &version.version_id);
        attempts.done(&version.version_id, made);
    }
    let found = ram::get_policy(&caller, policy, "Custom");
    attempts.note("look", found, |policy| Json::String(policy.default_version));
    Ok(())
}
