//! ECS 2014-05-26: instances, and commands that Cloud Assistant runs on them.

mod assistant;
mod command;
mod instance;
mod invocation;

use super::Transition;
use crate::state::{CloudError, Facet, Instance, Operation, State};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "DescribeCloudAssistantStatus" => assistant::describe_cloud_assistant_status,
        "DescribeInstances" => instance::describe_instances,
        "DescribeInvocationResults" => invocation::describe_invocation_results,
        "DescribeInvocations" => invocation::describe_invocations,
        "DescribeRegions" => instance::describe_regions,
        "InstallCloudAssistant" => assistant::install_cloud_assistant,
        "InvokeCommand" => command::invoke_command,
        "RunCommand" => command::run_command,
        "StopInvocation" => invocation::stop_invocation,
        _ => return None,
    })
}

/// Regions that there are.
pub(super) const REGIONS: [(&str, &str); 8] = [
    ("cn-beijing", "China (Beijing)"),
    ("cn-hangzhou", "China (Hangzhou)"),
    ("cn-hongkong", "China (Hong Kong)"),
    ("cn-shanghai", "China (Shanghai)"),
    ("cn-shenzhen", "China (Shenzhen)"),
    ("ap-southeast-1", "Singapore"),
    ("eu-central-1", "Germany (Frankfurt)"),
    ("us-west-1", "US (Silicon Valley)"),
];

/// Refuses a region that there is not.
fn check_region(operation: &Operation<'_>) -> Result<(), CloudError> {
    let region = operation.required("RegionId");
    if REGIONS.iter().any(|(known, _)| *known == region) {
        return Ok(());
    }
    Err(CloudError::bare("RegionId.ApiNotSupported", 400))
}

/// The caller's instance of that id in the region of the call.
fn instance<'s>(
    state: &'s State,
    operation: &Operation<'_>,
    id: &str,
) -> Result<&'s Instance, CloudError> {
    let absent = || CloudError::bare("InvalidInstance.NotFound", 404);
    match operation.account(state)?.instances.get(id) {
        Facet::Known(found) if found.region == operation.required("RegionId") => Ok(found),
        Facet::Known(_) | Facet::Absent => Err(absent()),
        Facet::Unknown => Err(CloudError::unknown(&format!("instance `{id}`"))),
    }
}
