//! The service itself: whether it is activated, what it costs, keys and agents.

use serde_json::{Value as Json, json};

use super::{check_region, region};
use crate::state::{CloudError, InventedSecret, Operation, State};

/// One key for each account and region, made when it is first asked for.
pub(super) fn describe_trace_license_key(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(state, operation)?;
    let region = region(operation);
    let mut mint = state.mint.clone();
    let keys = &mut operation.account_mut(state)?.license_keys;
    let key = keys
        .entry(region.to_owned())
        .or_insert_with(|| InventedSecret::new(mint.license_key()))
        .expose()
        .to_owned();
    state.mint = mint;
    Ok(json!({ "LicenseKey": key }))
}

fn is_open(state: &State, operation: &Operation<'_>) -> Result<bool, CloudError> {
    check_region(state, operation)?;
    Ok(operation.account(state)?.arms_open)
}

/// One activation counts for every service code (assumed).
pub(super) fn check_service_status(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    Ok(json!({ "Data": is_open(state, operation)?.to_string() }))
}

pub(super) fn check_commercial_status(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    Ok(json!({ "Data": is_open(state, operation)?.to_string() }))
}

pub(super) fn get_commercial_status(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let open = is_open(state, operation)?;
    Ok(json!({ "UserAndCommodityStatus": {
        "Basic": true,
        "ChargeType": if open { "post" } else { "" },
        "Enable": open,
        "FreeDays": 0,
        "Lable": operation.required("CommodityCode"),
        "Status": if open { "OPEN" } else { "CLOSED" },
    } }))
}

/// Activating what is active is an error, as with sibling services (assumed).
pub(super) fn open_arms_service(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    if is_open(state, operation)? {
        return Err(CloudError::invalid("ORDER.OPEND", "The service is activated already."));
    }
    let order = state.mint.order_id();
    operation.account_mut(state)?.arms_open = true;
    Ok(json!({ "OrderId": order }))
}

/// The service's own role is made once; a second time changes nothing.
pub(super) fn open_default_role(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(state, operation)?;
    Ok(json!({ "Data": "true" }))
}

/// The version of the agent that is offered.
const AGENT_VERSION: &str = "4.2.1";

fn download(region: &str, file: &str) -> String {
    format!("https://arms-apm-{region}.oss-{region}.aliyuncs.com/{file}")
}

pub(super) fn get_agent_download_url(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(state, operation)?;
    Ok(json!({ "ArmsAgentDownloadUrl": download(region(operation), "AliyunJavaAgent.zip") }))
}

pub(super) fn get_agent_download_url_v2(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    check_region(state, operation)?;
    let parameters = operation.parameters;
    let part = |name: &str, usual: &str| parameters.text(name).unwrap_or(usual).to_owned();
    let file = if parameters.text("AgentType") == Some("Instgo") {
        format!("instgo/instgo-{}-{}", part("OsType", "linux"), part("ArchType", "amd64"))
    } else {
        format!("{AGENT_VERSION}/AliyunJavaAgent.zip")
    };
    let data = json!({ "Url": download(region(operation), &file), "Version": AGENT_VERSION });
    Ok(json!({ "Code": 200, "Data": data, "Message": "success", "Success": true }))
}
