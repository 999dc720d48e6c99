//! Elastic Compute Service: instances, and commands that run on them.

use crate::bindings::aliyun::ecs::changes;
use crate::plain::plain;

pub use crate::bindings::aliyun::ecs::changes::{
    InvokeCommandOptions, RunCommandOptions, StopInvocationOptions, invoke_command, run_command,
    stop_invocation,
};
pub use crate::bindings::aliyun::ecs::queries::{
    DescribeCloudAssistantStatusOptions, DescribeInstancesOptions,
    DescribeInvocationResultsOptions, DescribeInvocationsOptions, DescribeRegionsOptions,
    describe_cloud_assistant_status, describe_instances, describe_invocation_results,
    describe_invocations, describe_regions,
};
pub use crate::bindings::aliyun::ecs::types::{
    CloudAssistant, Instance, Invocation, InvocationResult, Region, StartedInvocation,
};

plain! {
    changes::install_cloud_assistant =>
        install_cloud_assistant(region_id: &str, instance_id: &[String]) -> ():
        "Installs Cloud Assistant on instances; it is at work after their next start.";
}
