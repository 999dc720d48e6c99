//! Points in time as people and programs read them: always UTC.

use host_model::Timestamp;

/// `2026-01-05T09:00:00.000Z`, for programs.
pub fn iso(at: Timestamp) -> String {
    format(at, "%Y-%m-%dT%H:%M:%S.%3fZ")
}

/// `2026-01-05`.
pub fn day(at: Timestamp) -> String {
    format(at, "%Y-%m-%d")
}

/// `09:00:00`.
pub fn time_of_day(at: Timestamp) -> String {
    format(at, "%H:%M:%S")
}

fn format(at: Timestamp, pattern: &str) -> String {
    // A time that no calendar has was written by nobody's clock; it is shown as the epoch.
    let at = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
    at.strftime(pattern).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_utc() {
        let at = Timestamp::from_millis(1_767_603_600_042);
        assert_eq!(iso(at), "2026-01-05T09:00:00.042Z");
        assert_eq!((day(at), time_of_day(at)), ("2026-01-05".to_owned(), "09:00:00".to_owned()));
        assert_eq!(iso(Timestamp::from_millis(i64::MAX)), "1970-01-01T00:00:00.000Z");
    }
}
