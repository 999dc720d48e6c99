//! Commands that are sent.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use host_model::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::{check_region, instance};
use crate::state::script::word_of;
use crate::state::{
    Assistant, CloudError, CommandTrouble, Facet, Instance, Invocation, Operation, State, Target,
};

/// The largest script, in bytes of base64: 24 KB.
const CONTENT_MAX: usize = 24 * 1024;

/// Parameters of a command, and characters of a parameter's name.
const PARAMETERS_MAX: usize = 20;
const KEY_MAX: usize = 64;

/// After how many seconds a command is given up, unless the call says.
const TIMEOUT: i64 = 60;

fn refused(code: &str) -> CloudError {
    CloudError::bare(code, 403)
}

pub(super) fn run_command(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(operation)?;
    let content = content(operation)?;
    let token = Token::of(operation);
    if let Some(reply) = token.reply(state, operation)? {
        return Ok(reply);
    }
    let kind = operation.required("Type").to_owned();
    let parameters = parameters(operation)?;
    let enabled = operation.parameters.flag("EnableParameter") == Some(true);
    if enabled {
        check_places(&content, &parameters)?;
    }
    let command = Command { id: None, content, kind, parameters, enabled };
    send(state, operation, command, &token)
}

pub(super) fn invoke_command(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(operation)?;
    let token = Token::of(operation);
    if let Some(reply) = token.reply(state, operation)? {
        return Ok(json!({ "InvokeId": reply["InvokeId"] }));
    }
    let id = operation.required("CommandId");
    let mut kept = operation.account(state)?.invocations.values();
    let kept = kept.find(|it| it.command_id == id && it.kept);
    let kept = kept.ok_or_else(|| CloudError::bare("InvalidCmdId.NotFound", 404))?;
    let parameters = parameters(operation)?;
    if !parameters.is_empty() && !kept.enabled {
        return Err(CloudError::bare("Parameter.Disabled", 404));
    }
    if kept.enabled {
        check_places(&kept.content, &parameters)?;
    }
    let command = Command {
        id: Some(id.to_owned()),
        content: kept.content.clone(),
        kind: kept.kind.clone(),
        parameters,
        enabled: kept.enabled,
    };
    let reply = send(state, operation, command, &token)?;
    Ok(json!({ "InvokeId": reply["InvokeId"] }))
}

/// The script as text, from either encoding.
fn content(operation: &Operation<'_>) -> Result<String, CloudError> {
    let text = operation.required("CommandContent");
    let wrong = |what: &str| CloudError::invalid("InvalidParameter.CommandContent", what);
    let base64 = operation.parameters.text("ContentEncoding") == Some("Base64");
    let bytes = if base64 {
        STANDARD.decode(text).map_err(|_| wrong("The script is not in base64."))?
    } else {
        text.as_bytes().to_vec()
    };
    if is_too_long(bytes.len()) {
        return Err(refused("CmdContent.ExceedLimit"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("The script is no text."))
}

/// Whether so many bytes are too many, once they are in base64.
const fn is_too_long(bytes: usize) -> bool {
    bytes.div_ceil(3) * 4 > CONTENT_MAX
}

fn parameters(operation: &Operation<'_>) -> Result<BTreeMap<String, String>, CloudError> {
    let given = operation.parameters.text("Parameters").unwrap_or_default();
    let members: Map<String, Json> = if given.is_empty() {
        Map::new()
    } else {
        let wrong = || CloudError::bare("InvalidParameter.Parameters", 400);
        serde_json::from_str(given).map_err(|_| wrong())?
    };
    if members.len() > PARAMETERS_MAX {
        return Err(refused("ParameterCount.ExceedLimit"));
    }
    if members.keys().any(|key| key.chars().count() > KEY_MAX) {
        return Err(refused("ParameterKey.ExceedLimit"));
    }
    let text = |value: Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    Ok(members.into_iter().map(|(key, value)| (key, text(value))).collect())
}

/// Every `{{name}}` of the script must be given, and the whole be short enough.
fn check_places(content: &str, parameters: &BTreeMap<String, String>) -> Result<(), CloudError> {
    let places = content.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let mut names = places.map(|(name, _)| name.trim());
    if names.any(|name| !parameters.contains_key(name)) {
        return Err(refused("Parameter.NotMatched"));
    }
    let filled: usize = parameters.values().map(String::len).sum();
    if is_too_long(content.len() + filled) {
        return Err(refused("CmdContent.ExceedLimit"));
    }
    Ok(())
}

/// What a client token stands for.
struct Token {
    token: Option<String>,
    request: String,
}

impl Token {
    fn of(operation: &Operation<'_>) -> Self {
        Self {
            token: operation.parameters.owned("ClientToken"),
            request: operation.parameters.digest(operation.action),
        }
    }

    /// The reply that a request with this token had, if there was one.
    fn reply(&self, state: &State, operation: &Operation<'_>) -> Result<Option<Json>, CloudError> {
        let account = operation.account(state)?;
        let Some(token) = &self.token else { return Ok(None) };
        let Some((request, invocation)) = account.client_tokens.get(token) else { return Ok(None) };
        if *request != self.request {
            return Err(CloudError::invalid(
                "IdempotentParameterMismatch",
                "The client token was used with other parameters.",
            ));
        }
        let known = account.invocations.get(invocation);
        Ok(known.map(|it| json!({ "CommandId": it.command_id, "InvokeId": it.id })))
    }
}

/// What is to be run.
struct Command {
    /// The id of one that is kept; a new one has none yet.
    id: Option<String>,
    content: String,
    kind: String,
    parameters: BTreeMap<String, String>,
    enabled: bool,
}

/// Whether an instance's system runs scripts of that type.
fn fits(instance: &Instance, kind: &str) -> bool {
    (instance.os_type == "windows") != (kind == "RunShellScript")
}

fn check_schedule(operation: &Operation<'_>) -> Result<(), CloudError> {
    let parameters = operation.parameters;
    let scheduled = parameters.text("RepeatMode") == Some("Period")
        || parameters.flag("Timed") == Some(true)
        || parameters.text("Timed").is_some_and(|timed| timed.eq_ignore_ascii_case("true"));
    match parameters.text("Frequency") {
        None if scheduled => Err(refused("MissingParam.Frequency")),
        Some(text) if scheduled && !is_schedule(text) => Err(refused("InvalidParam.Frequency")),
        _ => Ok(()),
    }
}

/// A rate, a time, or a cron expression.
fn is_schedule(text: &str) -> bool {
    let call = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.ends_with(')'));
    call("rate(") || call("at(") || text.split_whitespace().count() >= 6
}

/// Sends a command: one unfit instance fails it for all.
fn send(
    state: &mut State,
    operation: &Operation<'_>,
    command: Command,
    token: &Token,
) -> Result<Json, CloudError> {
    check_schedule(operation)?;
    let ids = operation.parameters.texts("InstanceId");
    for id in &ids {
        let instance = instance(state, operation, id)?;
        if !fits(instance, &command.kind) {
            return Err(refused("InvalidInstance.NotMatch"));
        }
    }
    if operation.account(state)?.invocations.len() >= state.quotas.commands {
        return Err(refused("CmdCount.ExceedQuota"));
    }
    let parameters = operation.parameters;
    let or = |name: &str, usual: &str| parameters.owned(name).unwrap_or_else(|| usual.to_owned());
    let mut invocation = Invocation {
        id: state.mint.invocation_id(),
        command_id: command.id.unwrap_or_else(|| state.mint.command_id()),
        region: operation.required("RegionId").to_owned(),
        name: or("Name", ""),
        description: or("Description", ""),
        kind: command.kind,
        content: command.content,
        parameters: command.parameters,
        enabled: command.enabled,
        kept: parameters.flag("KeepCommand") == Some(true),
        repeat_mode: or("RepeatMode", "Once"),
        timeout: parameters.number("Timeout").unwrap_or(TIMEOUT),
        working_dir: or("WorkingDir", "/root"),
        username: or("Username", "root"),
        created: operation.now,
        targets: Vec::new(),
    };
    let account = operation.account_mut(state)?;
    for id in &ids {
        if let Facet::Known(instance) = account.instances.get_mut(id) {
            let target = target(instance, &invocation, operation.now);
            invocation.targets.push(target);
        }
    }
    let (id, command_id) = (invocation.id.clone(), invocation.command_id.clone());
    account.invocations.insert(id.clone(), invocation);
    if let Some(token) = &token.token {
        let request = operation.parameters.digest(operation.action);
        account.client_tokens.insert(token.clone(), (request, id.clone()));
    }
    Ok(json!({ "CommandId": command_id, "InvokeId": id }))
}

/// What becomes of a command on one instance.
fn target(instance: &mut Instance, invocation: &Invocation, now: Timestamp) -> Target {
    instance.commands += 1;
    let own = |code: &str| CommandTrouble {
        code: code.to_owned(),
        output: String::new(),
        script: None,
        count: None,
        used: 0,
    };
    let trouble = if instance.status != "Running" {
        Some(own("InstanceNotRunning"))
    } else if !instance.assistant.is_online() {
        Some(own("ClientNotRunning"))
    } else if instance.assistant == Assistant::Old && invocation.enabled {
        Some(own("ClientNeedUpgrade"))
    } else {
        instance.trouble(word_of(&invocation.content))
    };
    let later = |seconds: i64| now.plus_millis(seconds * 1000);
    let takes = i64::from(instance.manner.command_seconds);
    let dry = invocation.repeat_mode == "DryRun";
    // A script that times out, or whose machine goes silent, may go on all the same.
    let code = trouble.as_ref().map(|trouble| trouble.code.as_str());
    let runs = !dry && matches!(code, None | Some("ExecutionTimeout"));
    let due = match code {
        _ if dry => 0,
        Some("ExecutionTimeout") => invocation.timeout,
        Some("InstanceNotRunning" | "ClientNotRunning" | "ClientNeedUpgrade") => 0,
        _ => takes.min(invocation.timeout),
    };
    Target {
        instance: instance.id.clone(),
        due: later(due),
        through: runs.then(|| later(takes)),
        trouble,
        ending: None,
    }
}
