//! Dates as the protocols write them.

use host_model::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const ISO: &str = "%Y-%m-%dT%H:%M:%SZ";
const RFC1123: &str = "%a, %d %b %Y %H:%M:%S GMT";

/// `2024-01-02T03:04:05Z`.
pub(crate) fn iso8601(at: Timestamp) -> String {
    write(ISO, at)
}

/// `2024-01-02T11:04:05+08:00`: the same time, as a clock in China shows it.
pub(crate) fn iso8601_in_china(at: Timestamp) -> String {
    write("%Y-%m-%dT%H:%M:%S+08:00", at.plus_millis(8 * 60 * 60 * 1000))
}

/// `Tue, 02 Jan 2024 03:04:05 GMT`.
pub(crate) fn rfc1123(at: Timestamp) -> String {
    write(RFC1123, at)
}

pub(crate) fn from_iso8601(text: &str) -> Option<Timestamp> {
    read(ISO, text)
}

/// What [`iso8601_in_china`] wrote.
pub(crate) fn from_iso8601_in_china(text: &str) -> Option<Timestamp> {
    let civil = text.strip_suffix("+08:00")?;
    from_iso8601(&format!("{civil}Z")).map(|at| at.plus_millis(-8 * 60 * 60 * 1000))
}

pub(crate) fn from_rfc1123(text: &str) -> Option<Timestamp> {
    read(RFC1123, text)
}

/// The year 0 stands for times that no calendar here has.
fn write(format: &str, at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.seconds())
        .unwrap_or(jiff::Timestamp::MIN)
        .strftime(format)
        .to_string()
}

/// Only the text that would be written for the same time: no blanks, no other zone.
fn read(format: &str, text: &str) -> Option<Timestamp> {
    let civil = DateTime::strptime(format, text).ok()?;
    let zoned = civil.to_zoned(TimeZone::UTC).ok()?;
    let at = Timestamp::from_seconds(zoned.timestamp().as_second());
    (write(format, at) == text).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let at = Timestamp::from_seconds(1_704_164_645);
        assert_eq!(iso8601(at), "2024-01-02T03:04:05Z");
        assert_eq!(iso8601_in_china(at), "2024-01-02T11:04:05+08:00");
        assert_eq!(rfc1123(at), "Tue, 02 Jan 2024 03:04:05 GMT");
        assert_eq!(from_iso8601("2024-01-02T03:04:05Z"), Some(at));
        assert_eq!(from_rfc1123("Tue, 02 Jan 2024 03:04:05 GMT"), Some(at));
        for wrong in ["", "2024-01-02 03:04:05", "2024-1-2T3:4:5Z", " 2024-01-02T03:04:05Z"] {
            assert_eq!(from_iso8601(wrong), None, "{wrong}");
        }
        assert_eq!(from_rfc1123("Mon, 02 Jan 2024 03:04:05 GMT"), None);
    }
}
