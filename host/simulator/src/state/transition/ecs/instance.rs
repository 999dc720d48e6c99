//! Instances and regions.

use serde_json::{Value as Json, json};

use super::{REGIONS, check_region};
use crate::instant::iso8601;
use crate::state::wording::{Body, has_tags};
use crate::state::{CloudError, Instance, Operation, State, page};

pub(super) fn describe_regions(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    operation.account(state)?;
    let regions: Vec<Json> = REGIONS
        .iter()
        .map(|(id, name)| {
            json!({
                "LocalName": name,
                "RegionEndpoint": format!("ecs.{id}.aliyuncs.com"),
                "RegionId": id,
                "Status": "Available",
            })
        })
        .collect();
    Ok(json!({ "Regions": { "Region": regions } }))
}

fn shown(instance: &Instance) -> Json {
    Body::default()
        .with("InstanceId", instance.id.as_str())
        .with("InstanceName", instance.name.as_str())
        .with("HostName", instance.id.as_str())
        .with("RegionId", instance.region.as_str())
        .with("ZoneId", instance.zone.as_str())
        .with("Status", instance.status.as_str())
        .with("OSType", instance.os_type.as_str())
        .with("OSName", instance.os_name.as_str())
        .with("InstanceType", instance.instance_type.as_str())
        .with("InstanceNetworkType", "vpc")
        .with("InstanceChargeType", "PostPaid")
        .with("Cpu", 2)
        .with("Memory", instance.machine.memory_mb)
        .with("ResourceGroupId", instance.resource_group.as_str())
        .with("CreationTime", iso8601(instance.created))
        .with(
            "VpcAttributes",
            json!({
                "VpcId": instance.vpc,
                "PrivateIpAddress": { "IpAddress": [instance.address] },
            }),
        )
        .tags(&instance.tags)
        .into()
}

/// A name with `*` for any text at its ends.
fn is_named(instance: &Instance, pattern: &str) -> bool {
    let name = instance.name.as_str();
    let inner = pattern.trim_matches('*');
    match (pattern.starts_with('*'), pattern.ends_with('*')) {
        (true, true) => name.contains(inner),
        (true, false) => name.ends_with(inner),
        (false, true) => name.starts_with(inner),
        (false, false) => name == pattern,
    }
}

pub(super) fn describe_instances(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(operation)?;
    check_filters(operation)?;
    let parameters = operation.parameters;
    let equals = |name, value: &str| parameters.text(name).is_none_or(|wanted| wanted == value);
    let among = |name, value: &str| {
        let wanted = parameters.text_list(name);
        !parameters.has(name) || wanted.iter().any(|wanted| wanted == value)
    };
    let tags = parameters.tags("Tag");
    let instances = operation.account(state)?.instances.all("the list of instances")?;
    let wanted = instances.into_iter().filter(|instance| {
        equals("RegionId", &instance.region)
            && among("InstanceIds", &instance.id)
            && among("PrivateIpAddresses", &instance.address)
            && parameters.text("InstanceName").is_none_or(|name| is_named(instance, name))
            && equals("Status", &instance.status)
            && equals("ZoneId", &instance.zone)
            && equals("VpcId", &instance.vpc)
            && equals("InstanceType", &instance.instance_type)
            && equals("InstanceChargeType", "PostPaid")
            && equals("InstanceNetworkType", "vpc")
            && equals("ResourceGroupId", &instance.resource_group)
            && has_tags(&instance.tags, &tags)
    });
    let items = wanted.map(|instance| (instance.id.clone(), shown(instance))).collect();
    let (page, next) = page::by_either(items, parameters)?;
    Ok(json!({
        "Instances": { "Instance": page.items },
        "NextToken": next,
        "PageNumber": page.number,
        "PageSize": page.size,
        "TotalCount": page.total,
    }))
}

/// Keys of `Filter.N` that are documented.
const FILTERS: [&str; 5] =
    ["CreationStartTime", "CreationEndTime", "ExpiredStartTime", "ExpiredEndTime", "InstanceIds"];

fn check_filters(operation: &Operation<'_>) -> Result<(), CloudError> {
    let filters = operation.parameters.tags("Filter");
    if filters.iter().any(|(key, _)| !FILTERS.contains(&key.as_str())) {
        return Err(CloudError::bare("InvalidFilterKey.NotFound", 404));
    }
    if operation.parameters.tags("Tag").iter().any(|(key, _)| key.starts_with("acs:")) {
        return Err(CloudError::bare("InvalidTag.Mismatch", 400));
    }
    Ok(())
}
