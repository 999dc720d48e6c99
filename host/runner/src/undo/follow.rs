//! What goes on after a call was answered: tasks of clusters, and scripts on machines.

use std::collections::BTreeMap;
use std::time::Duration;

use host_model::{Call, CallError, quote_within};
use serde_json::Value as Json;

use super::desk::{Desk, Halt};
use super::now::{absent, list};
use super::object::texts;
use super::settings::document;
use super::step::Step;
use crate::RunEvent;

/// Seconds between two looks.
const PAUSE_SECONDS: u32 = 5;
/// How long a task of a cluster may take.
const TASK_LIMIT: Duration = Duration::from_mins(15);
/// How long a script may take where nothing says so, and how much longer its result may.
const SCRIPT_LIMIT: Duration = Duration::from_mins(1);
const SCRIPT_GRACE: Duration = Duration::from_secs(90);

/// States of an add-on in which no task is at work on it.
const SETTLED: [&str; 2] = ["active", "unhealthy"];

/// Words for scripts that have not ended.
const GOING: [&str; 4] = ["Pending", "Running", "Scheduled", "Stopping"];

/// How a line begins that says what a script had to leave, and how much of it is shown.
const STAYS: &str = "stays:";
const STAYS_SHOWN: usize = 300;

/// How it came out.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Followed {
    /// As it was meant.
    Done,
    /// Not, on these things; each with the reason.
    Failed(Vec<(String, String)>),
}

impl Desk {
    /// Waits for what a call began.
    pub(crate) async fn follow(
        &mut self,
        step: &Step,
        call: &Call,
        reply: &Json,
    ) -> Result<Followed, Halt> {
        match call.action.as_str() {
            "ModifyClusterAddon" | "UnInstallClusterAddons" => self.follow_addon(step, call).await,
            "RunCommand" => self.follow_script(call, reply).await,
            _ => Ok(Followed::Done),
        }
    }

    /// Waits until nothing is at work on an add-on: a run that was stopped may have left a task behind.
    pub(crate) async fn await_settled(&mut self, call: &Call) -> Result<(), Halt> {
        if call.product != "cs" {
            return Ok(());
        }
        let limit = self.now().plus(TASK_LIMIT);
        while let Some(body) = self.addon_now(call).await?.ok().flatten() {
            if is_settled(&body) || self.now() >= limit {
                break;
            }
            self.sleep(PAUSE_SECONDS).await?;
        }
        Ok(())
    }

    /// An add-on as it is; `None` if it is not there.
    async fn addon_now(&mut self, call: &Call) -> Result<Result<Option<Json>, CallError>, Halt> {
        let name = call.text("component_id").or_else(|| call.text("name")).unwrap_or_default();
        let cluster = call.text("cluster_id").unwrap_or_default();
        let asked = [("cluster_id", cluster), ("instance_name", name)];
        let (caller, region) = (call.identity.clone(), call.region.clone());
        let read = "GetClusterAddonInstance";
        Ok(absent(self.look(&caller, "cs", read, region.as_deref(), &asked).await?))
    }

    /// A key is disabled only when the add-on has let go of it, so a change is waited for.
    async fn follow_addon(&mut self, step: &Step, call: &Call) -> Result<Followed, Halt> {
        let removes = call.action == "UnInstallClusterAddons";
        let limit = self.now().plus(TASK_LIMIT);
        loop {
            self.sleep(PAUSE_SECONDS).await?;
            match self.addon_now(call).await? {
                Ok(None) => return Ok(Followed::Done),
                Ok(Some(body)) if is_settled(&body) => {
                    let is_done = !removes && is_applied(call, &body);
                    return Ok(if is_done { Followed::Done } else { failed_task(step) });
                }
                // It is at work, or cannot be read now.
                Ok(Some(_)) | Err(_) => {}
            }
            if self.now() >= limit {
                let reason = "its task has not ended within 15 minutes".to_owned();
                return Ok(Followed::Failed(vec![(step.about.to_string(), reason)]));
            }
        }
    }

    async fn follow_script(&mut self, call: &Call, reply: &Json) -> Result<Followed, Halt> {
        let Some(invocation) = reply.get("InvokeId").and_then(Json::as_str) else {
            let reason =
                "the cloud named no invocation, so what came of it is not known".to_owned();
            return Ok(Followed::Failed(all(call, &reason)));
        };
        let mut waiting = texts(call, "InstanceId");
        let mut failed = Vec::new();
        let limit = self.now().plus(limit_of(call)).plus(SCRIPT_GRACE);
        while !waiting.is_empty() {
            if self.now() >= limit {
                let reason = "no result came in time; the script may still be at work there";
                failed.extend(waiting.drain(..).map(|it| (machine(&it), reason.to_owned())));
                break;
            }
            self.sleep(PAUSE_SECONDS).await?;
            for (id, ending) in self.results(call, invocation).await? {
                if !waiting.contains(&id) {
                    continue;
                }
                waiting.retain(|it| *it != id);
                failed.extend(ending.err().map(|reason| (machine(&id), reason)));
            }
        }
        Ok(if failed.is_empty() { Followed::Done } else { Followed::Failed(failed) })
    }

    /// How a script ended on each machine on which it did.
    async fn results(
        &mut self,
        call: &Call,
        invocation: &str,
    ) -> Result<BTreeMap<String, Result<(), String>>, Halt> {
        let (caller, region) = (call.identity.clone(), call.region.clone());
        let asked = [("InvokeId", invocation)];
        let looked = self
            .look(&caller, "ecs", "DescribeInvocationResults", region.as_deref(), &asked)
            .await?;
        let Ok(body) = looked else { return Ok(BTreeMap::new()) };
        let mut endings = BTreeMap::new();
        for result in list(&body, "/Invocation/InvocationResults/InvocationResult") {
            let text = |name: &str| result.get(name).and_then(Json::as_str).unwrap_or_default();
            let status = text("InvocationStatus");
            if status.is_empty() || GOING.contains(&status) {
                continue;
            }
            let exit = result.get("ExitCode").and_then(Json::as_i64);
            let is_done = status == "Success" && exit.unwrap_or_default() == 0;
            let code = text("ErrorCode");
            let ending = if is_done { Ok(()) } else { Err(ending(status, code, exit)) };
            self.show_output(call, result, &ending);
            let ending = ending.and_then(|()| left(text("Output")));
            endings.insert(text("InstanceId").to_owned(), ending);
        }
        Ok(endings)
    }

    /// What a script wrote: a person sees it, and nobody else.
    fn show_output(&self, call: &Call, result: &Json, ending: &Result<(), String>) {
        let text = |name: &str| result.get(name).and_then(Json::as_str).unwrap_or_default();
        let (machine, tail) = (text("InstanceId").to_owned(), text("Output").to_owned());
        if tail.trim().is_empty() {
            return;
        }
        let account = self.settings.accounts.0.get(&call.identity.0);
        if ending.is_ok() {
            let message = format!("{machine} wrote: {}", tail.trim().replace('\n', ", "));
            self.report(&RunEvent::Note { message });
            return;
        }
        self.report(&RunEvent::Output {
            account: account.map(|it| it.account.to_string()).unwrap_or_default(),
            machine,
            status: text("InvocationStatus").to_owned(),
            exit_code: result.get("ExitCode").and_then(Json::as_i64),
            tail,
        });
    }
}

fn is_settled(addon: &Json) -> bool {
    addon.get("state").and_then(Json::as_str).is_some_and(|state| SETTLED.contains(&state))
}

/// Whether the settings are what the call made them.
fn is_applied(call: &Call, body: &Json) -> bool {
    let Some(document) = document(body) else { return false };
    let settings = call.settings("config").unwrap_or_default();
    settings.iter().all(|(at, value)| {
        let now = document.pointer(at);
        match value {
            host_model::Value::Text(text) if text.is_empty() => {
                now.is_none_or(|now| now.as_str() == Some(""))
            }
            // A text may be sealed.
            host_model::Value::Text(_) => now.is_some(),
            host_model::Value::Json(json) => now == Some(json),
            _ => false,
        }
    })
}

fn failed_task(step: &Step) -> Followed {
    let reason = "its task ended, and it is as it was: see the tasks of the cluster".to_owned();
    Followed::Failed(vec![(step.about.to_string(), reason)])
}

/// What a script says that it had to leave.
fn left(output: &str) -> Result<(), String> {
    let lines = output.lines().filter_map(|line| line.trim().strip_prefix(STAYS));
    let said: Vec<String> = lines.map(|line| quote_within(line.trim(), STAYS_SHOWN)).collect();
    if said.is_empty() { Ok(()) } else { Err(format!("its script says: {}", said.join("; "))) }
}

pub(crate) fn machine(id: &str) -> String {
    format!("machine `{}`", quote_within(id, 64))
}

/// The same reason for every machine of a call.
pub(crate) fn all(call: &Call, reason: &str) -> Vec<(String, String)> {
    texts(call, "InstanceId").iter().map(|id| (machine(id), reason.to_owned())).collect()
}

fn limit_of(call: &Call) -> Duration {
    let given = call.parameters.iter().find(|(name, _)| name == "Timeout");
    let seconds = match given {
        Some((_, host_model::Value::Json(json))) => json.as_u64(),
        Some((_, host_model::Value::Text(text))) => text.parse().ok(),
        _ => None,
    };
    seconds.map_or(SCRIPT_LIMIT, Duration::from_secs)
}

fn ending(status: &str, code: &str, exit: Option<i64>) -> String {
    let status = quote_within(status, 64);
    let code = quote_within(code, 64);
    match (exit.filter(|exit| *exit != 0), code.is_empty()) {
        (Some(exit), _) => format!("the script ended as `{status}`, exit status {exit}"),
        (None, false) => format!("the script ended as `{status}`: `{code}`"),
        (None, true) => format!("the script ended as `{status}`"),
    }
}
