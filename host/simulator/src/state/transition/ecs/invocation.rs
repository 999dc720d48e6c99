//! What became of commands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value as Json, json};

use super::check_region;
use crate::instant::iso8601;
use crate::state::wording::{Body, nothing};
use crate::state::{CloudError, Ending, Invocation, Operation, State, Target, page};

/// How much of an output is kept, in bytes: 24 KB.
const OUTPUT_MAX: usize = 24 * 1024;

/// Text in the encoding that the call asks for.
fn encoded(operation: &Operation<'_>, text: &str) -> String {
    if operation.parameters.text("ContentEncoding") == Some("PlainText") {
        text.to_owned()
    } else {
        STANDARD.encode(text)
    }
}

/// What both reads show of one instance.
fn outcome(target: &Target, invocation: &Invocation, operation: &Operation<'_>) -> Body {
    let start = iso8601(invocation.created);
    let body = Body::default().with("InstanceId", target.instance.as_str()).with("Repeats", 1);
    let Some(ending) = &target.ending else {
        return body
            .with("StartTime", start)
            .with("InvocationStatus", "Running")
            .with("ErrorCode", "")
            .with("ErrorInfo", "")
            .with("Dropped", 0)
            .with("Output", "");
    };
    let kept = kept(&ending.output);
    body.with("StartTime", start)
        .with("InvocationStatus", ending.status.as_str())
        .with("ErrorCode", ending.code.as_str())
        .with("ErrorInfo", ending.code.as_str())
        .with("ExitCode", ending.exit_code)
        .with("Dropped", ending.output.len() - kept.len())
        .with("Output", encoded(operation, kept))
}

/// The end of an output, as much of it as is kept.
fn kept(output: &str) -> &str {
    let mut from = output.len().saturating_sub(OUTPUT_MAX);
    while !output.is_char_boundary(from) {
        from += 1;
    }
    &output[from..]
}

fn record(target: &Target) -> &'static str {
    target.ending.as_ref().map_or("Running", Ending::record)
}

/// The account's invocations in the region that the call means.
fn wanted<'s>(
    state: &'s State,
    operation: &Operation<'_>,
) -> Result<Vec<&'s Invocation>, CloudError> {
    check_region(operation)?;
    let parameters = operation.parameters;
    let equals = |name, value: &str| parameters.text(name).is_none_or(|wanted| wanted == value);
    let all = operation.account(state)?.invocations.values();
    Ok(all
        .filter(|invocation| {
            equals("RegionId", &invocation.region)
                && equals("InvokeId", &invocation.id)
                && equals("CommandId", &invocation.command_id)
                && equals("CommandName", &invocation.name)
                && equals("CommandType", &invocation.kind)
                && equals("RepeatMode", &invocation.repeat_mode)
        })
        .collect())
}

pub(super) fn describe_invocations(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let on = |target: &Target| {
        parameters.text("InstanceId").is_none_or(|wanted| wanted == target.instance)
    };
    let is_wanted = |invocation: &&Invocation| {
        let status = parameters.text("InvokeStatus");
        invocation.targets.iter().any(on)
            && status.is_none_or(|wanted| wanted == invocation.status().0)
    };
    let items = wanted(state, operation)?.into_iter().filter(is_wanted);
    let items = items.map(|it| (it.id.clone(), shown(it, operation))).collect();
    let (page, next) = page::by_either(items, parameters)?;
    Ok(json!({
        "Invocations": { "Invocation": page.items },
        "NextToken": next,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

fn shown(invocation: &Invocation, operation: &Operation<'_>) -> Json {
    let (invoke_status, status) = invocation.status();
    let output = operation.parameters.flag("IncludeOutput") == Some(true);
    let instances: Vec<Json> = invocation
        .targets
        .iter()
        .map(|target| {
            let mut body = Json::from(
                outcome(target, invocation, operation)
                    .with("CreationTime", iso8601(invocation.created))
                    .with("InstanceInvokeStatus", record(target))
                    .with("Timed", false),
            );
            if target.ending.is_some() {
                body["FinishTime"] = Json::from(iso8601(target.due));
            }
            if !output && let Some(members) = body.as_object_mut() {
                members.remove("Output");
            }
            body
        })
        .collect();
    let parameters: Map<String, Json> = invocation
        .parameters
        .iter()
        .map(|(key, value)| (key.clone(), Json::from(value.as_str())))
        .collect();
    json!({
        "CommandContent": encoded(operation, &invocation.content),
        "CommandDescription": invocation.description,
        "CommandId": invocation.command_id,
        "CommandName": invocation.name,
        "CommandType": invocation.kind,
        "CreationTime": iso8601(invocation.created),
        "InvocationStatus": status,
        "InvokeId": invocation.id,
        "InvokeInstances": { "InvokeInstance": instances },
        "InvokeStatus": invoke_status,
        "Parameters": Json::Object(parameters).to_string(),
        "RepeatMode": invocation.repeat_mode,
        "Timed": false,
        "Timeout": invocation.timeout,
        "Username": invocation.username,
        "WorkingDir": invocation.working_dir,
    })
}

pub(super) fn describe_invocation_results(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let parameters = operation.parameters;
    let mut items = Vec::new();
    for invocation in wanted(state, operation)? {
        for target in &invocation.targets {
            let equals =
                |name, value: &str| parameters.text(name).is_none_or(|wanted| wanted == value);
            if equals("InstanceId", &target.instance)
                && equals("InvokeRecordStatus", record(target))
            {
                let key = format!("{} {}", invocation.id, target.instance);
                items.push((key, result(target, invocation, operation)));
            }
        }
    }
    let (page, next) = page::by_either(items, parameters)?;
    Ok(json!({ "Invocation": {
        "InvocationResults": { "InvocationResult": page.items },
        "NextToken": next,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    } }))
}

fn result(target: &Target, invocation: &Invocation, operation: &Operation<'_>) -> Json {
    let body = outcome(target, invocation, operation)
        .with("CommandId", invocation.command_id.as_str())
        .with("InvokeId", invocation.id.as_str())
        .with("InvokeRecordStatus", record(target))
        .with("Username", invocation.username.as_str());
    match &target.ending {
        Some(_) => body.with("FinishedTime", iso8601(target.due)).into(),
        None => body.into(),
    }
}

/// Ends what still runs; a script that is stopped has no effect (assumed).
pub(super) fn stop_invocation(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let (id, now) = (operation.required("InvokeId"), operation.now);
    let only = operation.parameters.texts("InstanceId");
    let region = operation.required("RegionId");
    let account = operation.account_mut(state)?;
    let invocation = account.invocations.get_mut(id).filter(|it| it.region == region);
    let absent = || CloudError::bare("InvalidInvokeId.NotFound", 404);
    for target in &mut invocation.ok_or_else(absent)?.targets {
        if target.ending.is_none() && (only.is_empty() || only.contains(&target.instance)) {
            target.ending = Some(Ending::of("Terminated", ""));
            target.through = None;
            target.due = now;
        }
    }
    Ok(nothing())
}
