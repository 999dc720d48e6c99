//! Cloud Assistant, which takes commands on instances.

use serde_json::{Value as Json, json};

use super::{check_region, instance};
use crate::instant::iso8601;
use crate::state::wording::{Body, nothing};
use crate::state::{Assistant, CloudError, Facet, Instance, Invocation, Operation, State, page};

/// How long ago an assistant was heard of that has gone silent, in milliseconds.
const SILENT_SINCE: i64 = 24 * 60 * 60 * 1000;

pub(super) fn describe_cloud_assistant_status(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(operation)?;
    let parameters = operation.parameters;
    let ids = parameters.texts("InstanceId");
    let account = operation.account(state)?;
    let region = operation.required("RegionId");
    let system = parameters.text("OSType").map(str::to_lowercase);
    let wanted: Vec<&Instance> = if ids.is_empty() {
        let all = account.instances.all("the list of instances")?;
        all.into_iter().filter(|instance| instance.region == region).collect()
    } else {
        ids.iter().map(|id| instance(state, operation, id)).collect::<Result<_, _>>()?
    };
    let wanted = wanted.into_iter().filter(|it| system.as_ref().is_none_or(|os| *os == it.os_type));
    let items: Vec<(String, Json)> = wanted
        .map(|instance| {
            let busy = account.invocations.values().filter(|it| is_at_work(it, &instance.id));
            (instance.id.clone(), shown(instance, busy.count(), operation))
        })
        .collect();
    let (page, next) = if ids.is_empty() {
        page::by_either(items, parameters)?
    } else {
        let (size, total) = (items.len(), items.len());
        let items = items.into_iter().map(|(_, item)| item).collect();
        (page::NumberedPage { items, number: 1, size, total }, String::new())
    };
    Ok(json!({
        "InstanceCloudAssistantStatusSet": { "InstanceCloudAssistantStatus": page.items },
        "NextToken": next,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

fn is_at_work(invocation: &Invocation, id: &str) -> bool {
    invocation.targets.iter().any(|target| target.instance == id && target.ending.is_none())
}

fn shown(instance: &Instance, busy: usize, operation: &Operation<'_>) -> Json {
    let assistant = instance.assistant;
    let works = assistant.is_online() && instance.status == "Running";
    let heard = if works { operation.now } else { operation.now.plus_millis(-SILENT_SINCE) };
    let body = Body::default()
        .with("ActiveTaskCount", busy)
        .with("CloudAssistantStatus", if works { "true" } else { "false" })
        .with("CloudAssistantVersion", assistant.version())
        .with("InstanceId", instance.id.as_str())
        .with("InvocationCount", instance.commands)
        .with("OSType", instance.os_type.as_str())
        .with("SupportSessionManager", assistant == Assistant::Online);
    if assistant == Assistant::Absent {
        body.into()
    } else {
        body.with("LastHeartbeatTime", iso8601(heard)).into()
    }
}

/// An assistant is at work at once where the instance runs (assumed: a restart is not modeled).
pub(super) fn install_cloud_assistant(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let ids = operation.parameters.texts("InstanceId");
    for id in &ids {
        instance(state, operation, id)?;
    }
    let instances = &mut operation.account_mut(state)?.instances;
    for id in &ids {
        if let Facet::Known(instance) = instances.get_mut(id)
            && instance.assistant != Assistant::Offline
        {
            instance.assistant = Assistant::Online;
        }
    }
    Ok(nothing())
}
