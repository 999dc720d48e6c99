//! Rule 13: what would have to look like a proof, in every order.

use host_workflow_sdk::progress::{Outcome, check, step};
use host_workflow_sdk::{Account, Error, Tag, arms, clock, cs, ram};
use serde_json::json;

use crate::addons::{EMPTY, Key, REGION, REPORTER};
use crate::attempt::Attempts;
use crate::commands::{install, install_number};
use crate::field::Field;

/// What a reporting user is allowed.
const REPORTING: &str = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["arms:DescribeTraceLicenseKey","arms:CreateTraceApp","arms:ListTraceApps"],"Resource":"*"}]}"#;

/// Makes the moves of `object`, which are divided by commas.
pub(crate) fn moves(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let source = Field::source()?;
    let monitoring = Field::monitoring()?;
    for one in field.object()?.split(',') {
        match one.split_once(':') {
            Some(("step", id)) => step(id, "a step of the attack"),
            Some(("claim", id)) => check(id, Outcome::Holds, "believe me"),
            Some(("install", app)) => {
                let key = arms::describe_trace_license_key(&monitoring, REGION)?;
                attempts.note(one, install(&source, &key, app), |id| json!(id));
            }
            Some(("list", how)) => list(how, &monitoring, &source, attempts),
            _ if one == "install-number" => {
                let key = arms::describe_trace_license_key(&monitoring, REGION)?;
                attempts.note(one, install_number(&source, &key), |id| json!(id));
            }
            _ if one == "change" => change(field, &monitoring, &source, attempts)?,
            _ => clock::sleep(120),
        }
    }
    Ok(())
}

fn list(how: &str, monitoring: &Account, source: &Account, attempts: &mut Attempts) {
    let all = arms::ListTraceAppsOptions::default();
    let tag = || Tag { key: "hostile".to_owned(), value: "nothing".to_owned() };
    let none = arms::ListTraceAppsOptions { tags: vec![tag()], ..Default::default() };
    let found = match how {
        "elsewhere" => arms::list_trace_apps(monitoring, "cn-shanghai", &all),
        "source" => arms::list_trace_apps(source, REGION, &all),
        "filtered" => arms::list_trace_apps(monitoring, REGION, &none),
        _ => arms::list_trace_apps(monitoring, REGION, &all),
    };
    attempts
        .note(how, found, |all| json!(all.into_iter().map(|app| app.app_name).collect::<Vec<_>>()));
}

fn change(
    field: &Field,
    monitoring: &Account,
    source: &Account,
    attempts: &mut Attempts,
) -> Result<(), Error> {
    let key = Key::new(field, monitoring, "prover")?;
    let (policy, user) = (field.name("reporting"), field.name("prover"));
    ram::create_policy(monitoring, REPORTING, &policy, &ram::CreatePolicyOptions::default())?;
    let options = ram::AttachPolicyToUserOptions::default();
    ram::attach_policy_to_user(monitoring, &policy, "Custom", &user, &options)?;
    clock::sleep(30);
    let options = cs::InstallClusterAddonsOptions { config: key.whole(""), ..Default::default() };
    let made = cs::install_cluster_addons(source, REGION, EMPTY, REPORTER, "5.1.1", &options);
    attempts.note("change", made, |change| json!(change.raw));
    Ok(())
}
