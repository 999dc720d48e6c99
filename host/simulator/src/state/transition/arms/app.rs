//! Applications that report.

use serde_json::{Value as Json, json};

use super::{check_region, region};
use crate::state::wording::{Body, has_tags};
use crate::state::{CloudError, Collection, Operation, State, TraceApp, page};

/// The region's applications that pass the call's filters, by name.
fn wanted<'s>(
    state: &'s State,
    operation: &Operation<'_>,
) -> Result<Vec<&'s TraceApp>, CloudError> {
    check_region(state, operation)?;
    let parameters = operation.parameters;
    let tags = parameters.tags("Tags");
    let apps = operation.account(state)?.apps.get(region(operation));
    let mut apps = match apps {
        Some(apps) => apps.all("the list of applications")?,
        None => Vec::new(),
    };
    apps.retain(|app| {
        let equals = |name, value: &str| parameters.text(name).is_none_or(|wanted| wanted == value);
        let named = parameters.text("TraceAppName").is_none_or(|part| app.name.contains(part));
        named
            && equals("AppType", &app.app_type)
            && equals("ResourceGroupId", &app.resource_group)
            && has_tags(&app.tags, &tags)
    });
    apps.sort_by(|left, right| left.name.cmp(&right.name));
    Ok(apps)
}

/// What all reads show.
fn summary(app: &TraceApp, operation: &Operation<'_>) -> Body {
    let tags: Vec<Json> =
        app.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    Body::default()
        .with("AppId", app.app_id)
        .with("AppName", app.name.as_str())
        .with("CreateTime", app.created.millis())
        .with("Labels", Json::Array(Vec::new()))
        .with("Pid", app.pid.as_str())
        .with("RegionId", region(operation))
        .with("ResourceGroupId", app.resource_group.as_str())
        .with("Show", true)
        .with("Tags", tags)
        .with("Type", app.app_type.as_str())
        .with("UpdateTime", app.updated.millis())
        .with("UserId", operation.caller.account.as_str())
}

/// What list and single read show beside.
fn detail(app: &TraceApp, operation: &Operation<'_>) -> Body {
    summary(app, operation)
        .with("Language", app.language.as_str())
        .with("Source", app.source.as_str())
        .maybe("ClusterId", app.cluster_id.as_ref())
}

pub(super) fn list_trace_apps(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let apps: Vec<Json> = wanted(state, operation)?
        .into_iter()
        .map(|app| {
            detail(app, operation)
                .maybe("Namespace", app.namespace.as_ref())
                .maybe("WorkloadKind", app.workload_kind.as_ref())
                .maybe("WorkloadName", app.workload_name.as_ref())
                .into()
        })
        .collect();
    Ok(json!({ "Code": 200, "Message": "success", "Success": true, "TraceApps": apps }))
}

pub(super) fn search_trace_app_by_page(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let apps = wanted(state, operation)?;
    let items = apps.into_iter().map(|app| summary(app, operation).into()).collect();
    let page = page::by_number(items, operation.parameters);
    Ok(json!({ "PageBean": {
        "PageNumber": page.number, "PageSize": page.size, "TotalCount": page.total,
        "TraceApps": page.items,
    } }))
}

/// All at once, and without the places that they run in.
pub(super) fn search_trace_app_by_name(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let apps = wanted(state, operation)?;
    let apps: Vec<Json> = apps.into_iter().map(|app| summary(app, operation).into()).collect();
    Ok(json!({ "TraceApps": apps }))
}

/// The code for an application that is not there is assumed.
pub(super) fn get_trace_app(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let pid = operation.required("Pid");
    let found = wanted(state, operation)?.into_iter().find(|app| app.pid == pid);
    let absent = || {
        CloudError::new("TraceApp.NotFound", 404, "The application does not exist in this region.")
    };
    let app = found.ok_or_else(absent)?;
    Ok(json!({ "TraceApp": Json::from(detail(app, operation)) }))
}

/// Nobody has set anything; an application that is not there has no settings either (assumed).
pub(super) fn get_trace_app_config(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let pid = operation.required("Pid");
    let apps = operation.account(state)?.apps.values();
    let there = apps.flat_map(Collection::known).any(|app| app.pid == pid);
    let data = if there { "{\"thread_profiler.enable\":\"false\"}" } else { "{}" };
    Ok(json!({ "Code": 200, "Data": data, "Message": "success", "Success": true }))
}

/// Removes an application; one that is not there is no error, and nothing changes (assumed).
pub(super) fn delete_trace_app(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let pid = operation.required("Pid");
    let region = region(operation);
    if let Some(apps) = operation.account_mut(state)?.apps.get_mut(region) {
        let same = apps
            .known()
            .any(|app| app.pid == pid && app.app_id.to_string() == operation.required("AppId"));
        if same {
            apps.remove(pid);
        }
    }
    Ok(json!({ "Code": 200, "Data": "true", "Message": "success", "Success": true }))
}
