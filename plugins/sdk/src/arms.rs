//! Application Real-Time Monitoring Service.

use crate::Secret;
use crate::bindings::aliyun::arms::{changes, queries};
use crate::plain::plain;

pub use crate::bindings::aliyun::arms::changes::{DeleteTraceAppOptions, delete_trace_app};
pub use crate::bindings::aliyun::arms::queries::{
    GetTraceAppOptions, ListTraceAppsOptions, SearchTraceAppByNameOptions,
    SearchTraceAppByPageOptions, get_trace_app, list_trace_apps, search_trace_app_by_name,
    search_trace_app_by_page,
};
pub use crate::bindings::aliyun::arms::types::{AgentDownload, CommercialStatus, TraceApp};

plain! {
    queries::check_commercial_status =>
        check_commercial_status(region_id: &str, service: &str) -> String:
        "Says whether a service of ARMS is bought.";
    queries::check_service_status => check_service_status(region_id: &str, svc_code: &str) -> String:
        "Says whether a service of ARMS is activated.";
    queries::describe_trace_license_key => describe_trace_license_key(region_id: &str) -> Secret:
        "Reads the license key, which lets agents report into the account.";
    queries::get_agent_download_url => get_agent_download_url(region_id: &str) -> String:
        "Reads where the Java agent is downloaded from.";
    queries::get_agent_download_url_v2 => get_agent_download_url_v2(
        region_id: &str, agent_type: &str, arch_type: &str, os_type: &str
    ) -> AgentDownload: "Reads where an agent is downloaded from, and its version.";
    queries::get_commercial_status =>
        get_commercial_status(region_id: &str, commodity_code: &str) -> CommercialStatus:
        "Says whether a commodity of ARMS is bought, and how it is charged.";
    queries::get_trace_app_config => get_trace_app_config(region_id: &str, pid: &str) -> String:
        "Asks whether an application has settings of its own; the settings stay in the host.";
    changes::open_arms_default_slr => open_arms_default_slr(region_id: &str) -> String:
        "Makes the role through which ARMS reads other products, unless it is there.";
    changes::open_arms_service_second_version =>
        open_arms_service_second_version(region_id: &str, type_: &str) -> String:
        "Buys a service of ARMS, which is charged by use from then on.";
    changes::open_xtrace_default_slr => open_xtrace_default_slr(region_id: &str) -> String:
        "Makes the role through which Tracing Analysis reads other products, unless it is there.";
}
