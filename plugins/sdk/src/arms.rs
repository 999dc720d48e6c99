//! Application Real-Time Monitoring Service.

use crate::Secret;
use crate::bindings::aliyun::arms::queries;
use crate::plain::plain;

pub use crate::bindings::aliyun::arms::changes::{DeleteTraceAppOptions, delete_trace_app};
pub use crate::bindings::aliyun::arms::queries::{
    ListTraceAppsOptions, SearchTraceAppByPageOptions, list_trace_apps, search_trace_app_by_page,
};
pub use crate::bindings::aliyun::arms::types::TraceApp;

plain! {
    queries::check_service_status => check_service_status(region_id: &str, svc_code: &str) -> String:
        "Says whether a service of ARMS is activated.";
    queries::describe_trace_license_key => describe_trace_license_key(region_id: &str) -> Secret:
        "Reads the license key, which lets agents report into the account.";
}
