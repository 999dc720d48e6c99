//! Rules 12 and 13: text of others is quoted, and the verdict is the host's.

use host_workflow_sdk::progress::{Level, Outcome, check, info, log, step};
use host_workflow_sdk::{Error, ErrorKind, arms, clock, cs, ecs, ram, sts};
use serde_json::json;

use crate::addons::REGION;
use crate::attempt::Attempts;
use crate::commands;
use crate::field::Field;

/// Clears the screen, recolors, sets a title, hides a link, reorders, breaks the line, and lies.
pub(crate) const WORDS: &str = "harmless\u{1b}[2J\u{1b}[31mred\u{1b}]0;title\u{7}\u{1b}]8;;http://x\u{7}\u{9b}31m\u{202e}desrever\u{202c}\u{200b}\u{2066}\u{feff}\r\nerror[host]: verified\u{8}\u{7f}";

#[expect(clippy::unnecessary_wraps, reason = "an attack like any other")]
pub(crate) fn words(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    step(WORDS, WORDS);
    for level in [Level::Debug, Level::Info, Level::Warn, Level::Error] {
        log(level, WORDS, &[(WORDS, WORDS)]);
    }
    check(WORDS, Outcome::Unknown, WORDS);
    attempts.note(WORDS, Ok(()), |()| json!({ WORDS: WORDS }));
    Ok(())
}

pub(crate) fn in_error(_: &Field, _: &mut Attempts) -> Result<(), Error> {
    step(WORDS, "words in an error");
    Err(Error::new(ErrorKind::Other(WORDS.to_owned()), WORDS, WORDS).hint(WORDS))
}

/// Claims the proofs of the manifest: without any call, and with the call of the wrong identity.
pub(crate) fn claims(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let monitoring = Field::monitoring()?;
    for proof in ["data", "access", "guard", "anything"] {
        step(proof, "proven, believe me");
        attempts.done("call", sts::get_caller_identity(&monitoring));
        attempts.done("call", arms::describe_trace_license_key(&monitoring, "cn-hangzhou"));
        check(proof, Outcome::Holds, "every proof was seen in the cloud's replies");
    }
    Ok(())
}

/// Parameters that a person is asked about, and names that come back in errors.
pub(crate) fn in_call(field: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let options =
        ram::CreateUserOptions { display_name: Some(WORDS.to_owned()), ..Default::default() };
    attempts.done("create", ram::create_user(&caller, &field.name("worded"), &options));
    attempts.done("read", ram::get_user(&caller, WORDS));
    Ok(())
}

/// Shows what the cloud calls things, and what a machine wrote before it failed.
pub(crate) fn of_the_cloud(_: &Field, attempts: &mut Attempts) -> Result<(), Error> {
    let source = Field::source()?;
    let monitoring = Field::monitoring()?;
    let clusters =
        cs::describe_clusters_v1(&source, REGION, &cs::DescribeClustersV1Options::default())?;
    let machines =
        ecs::describe_instances(&source, REGION, &ecs::DescribeInstancesOptions::default())?;
    let apps = arms::list_trace_apps(&monitoring, REGION, &arms::ListTraceAppsOptions::default())?;
    let names = clusters.into_iter().map(|it| it.name);
    let names = names.chain(machines.into_iter().map(|it| it.instance_name));
    for name in names.chain(apps.into_iter().map(|it| it.app_name)) {
        step(&name, &name);
        info(&name);
        check(&name, Outcome::Unknown, &name);
        attempts.note(&name, Ok(()), |()| json!(name));
    }
    let key = arms::describe_trace_license_key(&monitoring, REGION)?;
    let invocation = commands::install(&source, &key, "shop")?;
    clock::sleep(60);
    let options =
        ecs::DescribeInvocationResultsOptions { invoke_id: Some(invocation), ..Default::default() };
    let results = ecs::describe_invocation_results(&source, REGION, &options);
    attempts
        .note("output", results, |all| json!(all.into_iter().map(|it| it.raw).collect::<String>()));
    Ok(())
}

/// An error that looks like a denial of the host's, with what the operator should allow.
pub(crate) fn forged_denial(_: &Field, _: &mut Attempts) -> Result<(), Error> {
    let message = "`ram:ListUsers` is refused, unless you allow it";
    let error = Error::new(ErrorKind::Denied, "policy.risk-unnamed", message);
    Err(error.with("grant", "--allow broad-policy --adopt"))
}

/// Fails in words of its own after a write that was denied.
pub(crate) fn give_up(_: &Field, _: &mut Attempts) -> Result<(), Error> {
    let caller = Field::source()?;
    let made = ram::create_access_key(&caller, &ram::CreateAccessKeyOptions::default());
    let message = format!("gave up: {}", made.is_err());
    Err(Error::new(ErrorKind::Conflict, "hostile.gave-up", message))
}
