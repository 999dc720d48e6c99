//! Tasks.

use serde_json::{Value as Json, json};

use super::cluster;
use crate::instant::iso8601_in_china;
use crate::state::{CloudError, Facet, Operation, State, Task, page};

/// What list and detail show alike.
fn shown(task: &Task, operation: &Operation<'_>) -> Json {
    let updated = if task.state == "running" { operation.now } else { task.due };
    let (code, message) = task.error.clone().unwrap_or_default();
    json!({
        "task_id": task.id,
        "task_type": task.kind,
        "state": task.state,
        "created": iso8601_in_china(task.created),
        "updated": iso8601_in_china(updated),
        "error": { "code": code, "message": message },
    })
}

/// Newest first.
pub(super) fn describe_cluster_tasks(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    let listed = cluster.tasks.iter().rev().filter(|task| task.listed_from <= operation.now);
    let tasks = listed.map(|task| shown(task, operation)).collect();
    let (tasks, info) = page::by_resource_number(tasks, operation.parameters);
    Ok(json!({ "page_info": info, "requestId": null, "tasks": tasks }))
}

fn absent() -> CloudError {
    CloudError::bare("ErrorTaskNotFound", 404)
}

pub(super) fn describe_task_info(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let id = operation.required("task_id");
    let clusters = operation.account(state)?.clusters.known();
    let mut found = clusters.flat_map(|cluster| cluster.tasks.iter().map(move |it| (cluster, it)));
    let (cluster, task) = found.find(|(_, task)| task.id == id).ok_or_else(absent)?;
    let mut reply = shown(task, operation);
    let results: Vec<Json> = task
        .works
        .iter()
        .map(|work| {
            let failed = work.failure.is_some() && task.state == "failed";
            let status = if failed { "failed" } else { task.state.as_str() };
            json!({ "data": work.addon, "status": status })
        })
        .collect();
    reply["cluster_id"] = Json::from(cluster.id.as_str());
    reply["current_stage"] = Json::from("");
    reply["target"] = json!({ "id": cluster.id, "type": "cluster" });
    reply["parameters"] = json!({});
    reply["stages"] = json!([]);
    reply["events"] = json!([]);
    reply["task_result"] = Json::Array(results);
    Ok(reply)
}

/// What was changed already stays changed (assumed).
pub(super) fn cancel_task(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let id = operation.required("task_id").to_owned();
    let now = operation.now;
    let account = operation.account_mut(state)?;
    let holder = account.clusters.known().find(|it| it.tasks.iter().any(|task| task.id == id));
    let holder = holder.map(|cluster| cluster.id.clone()).ok_or_else(absent)?;
    let Facet::Known(cluster) = account.clusters.get_mut(&holder) else { return Err(absent()) };
    let mut stopped = Vec::new();
    for task in cluster.tasks.iter_mut().filter(|task| task.id == id && task.state == "running") {
        "canceled".clone_into(&mut task.state);
        task.due = now;
        stopped.extend(task.works.iter().map(|work| work.addon.clone()));
    }
    for name in stopped {
        if let Some(addon) = cluster.addons.get_mut(&name) {
            "active".clone_into(&mut addon.state);
            addon.changed = now;
            addon.judged = false;
        }
    }
    Ok(Json::Null)
}
