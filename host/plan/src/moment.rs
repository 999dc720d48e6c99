//! Points in time as people and programs read them: always UTC.

use host_model::Timestamp;

/// `2026-01-05T09:00:00Z`.
pub(crate) fn seconds(at: Timestamp) -> String {
    // A time that no calendar has was written by nobody's clock; it is shown as the epoch.
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
