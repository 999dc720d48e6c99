//! ARMS 2019-08-08.

use serde_json::{Value as Json, json};

use super::Transition;
use crate::state::wording::{Body, has_tags};
use crate::state::{CloudError, Operation, State, TraceApp, page};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "DescribeTraceLicenseKey" => describe_trace_license_key,
        "ListTraceApps" => list_trace_apps,
        "SearchTraceAppByPage" => search_trace_app_by_page,
        "CheckServiceStatus" => check_service_status,
        "DeleteTraceApp" => delete_trace_app,
        _ => return None,
    })
}

/// The region where a call that names none arrives (assumed: the endpoint has one in its name).
const REGION_DEFAULT: &str = "cn-hangzhou";

fn region<'a>(operation: &Operation<'a>) -> &'a str {
    operation.parameters.text("RegionId").unwrap_or(REGION_DEFAULT)
}

/// One key for each account and region, made when it is first asked for.
fn describe_trace_license_key(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let region = region(operation);
    let mut mint = state.mint.clone();
    let keys = &mut operation.account_mut(state)?.license_keys;
    let key = keys.entry(region.to_owned()).or_insert_with(|| mint.license_key()).clone();
    state.mint = mint;
    Ok(json!({ "LicenseKey": key }))
}

/// The region's applications that pass the call's filters, by name.
fn wanted<'s>(
    state: &'s State,
    operation: &Operation<'_>,
) -> Result<Vec<&'s TraceApp>, CloudError> {
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

/// What both lists show.
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

fn list_trace_apps(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let apps: Vec<Json> = wanted(state, operation)?
        .into_iter()
        .map(|app| {
            summary(app, operation)
                .with("Language", app.language.as_str())
                .with("Source", app.source.as_str())
                .maybe("ClusterId", app.cluster_id.as_ref())
                .maybe("Namespace", app.namespace.as_ref())
                .into()
        })
        .collect();
    Ok(json!({ "Code": 200, "Message": "success", "Success": true, "TraceApps": apps }))
}

fn search_trace_app_by_page(
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

/// Every account of the offline cloud has opened the service.
fn check_service_status(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    operation.account(state)?;
    Ok(json!({ "Data": "true" }))
}

/// Removes an application; one that is not there is no error, and nothing changes (assumed).
fn delete_trace_app(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
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
