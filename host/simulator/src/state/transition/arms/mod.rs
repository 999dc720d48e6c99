//! ARMS 2019-08-08.

mod app;
mod service;

use super::Transition;
use crate::state::{CloudError, Operation, State};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "CheckCommercialStatus" => service::check_commercial_status,
        "CheckServiceStatus" => service::check_service_status,
        "DeleteTraceApp" => app::delete_trace_app,
        "DescribeTraceLicenseKey" => service::describe_trace_license_key,
        "GetAgentDownloadUrl" => service::get_agent_download_url,
        "GetAgentDownloadUrlV2" => service::get_agent_download_url_v2,
        "GetCommercialStatus" => service::get_commercial_status,
        "GetTraceAppConfig" => app::get_trace_app_config,
        "GetTraceApp" => app::get_trace_app,
        "ListTraceApps" => app::list_trace_apps,
        "OpenArmsDefaultSLR" | "OpenXtraceDefaultSLR" => service::open_default_role,
        "OpenArmsServiceSecondVersion" => service::open_arms_service,
        "SearchTraceAppByName" => app::search_trace_app_by_name,
        "SearchTraceAppByPage" => app::search_trace_app_by_page,
        _ => return None,
    })
}

/// The region where a call that names none arrives (assumed: the endpoint has one in its name).
const REGION_DEFAULT: &str = "cn-hangzhou";

fn region<'a>(operation: &Operation<'a>) -> &'a str {
    operation.parameters.text("RegionId").unwrap_or(REGION_DEFAULT)
}

/// Refuses a region that has no ARMS.
fn check_region(state: &State, operation: &Operation<'_>) -> Result<(), CloudError> {
    let region = region(operation);
    if !state.regions_without_arms.contains(region) {
        return Ok(());
    }
    let message = format!("The region {region} does not support this service.");
    Err(CloudError::new("InvalidRegionId.NotFound", 404, message))
}
