//! Points in time as the schemes write them, always in UTC.

use host_model::Timestamp;

use crate::SignError;

const SECONDS_PER_DAY: i64 = 86_400;
/// The last second of the year 9999.
const SECONDS_MAX: i64 = 253_402_300_799;

/// `YYYY-MM-DDThh:mm:ssZ`, as in `x-acs-date` and `Timestamp`.
pub fn iso8601(at: Timestamp) -> Result<String, SignError> {
    let Parts { year, month, day, hour, minute, second, .. } = Parts::of(at)?;
    Ok(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"))
}

/// `Tue, 02 Jan 2024 03:04:05 GMT` (RFC 1123), as in `date`.
pub fn rfc1123(at: Timestamp) -> Result<String, SignError> {
    let Parts { year, month, day, hour, minute, second, weekday } = Parts::of(at)?;
    let weekday = WEEKDAYS[weekday];
    let month = MONTHS[month - 1];
    Ok(format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT"))
}

/// From Thursday, the day of the epoch.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

struct Parts {
    year: usize,
    /// From 1.
    month: usize,
    /// From 1.
    day: usize,
    hour: usize,
    minute: usize,
    second: usize,
    /// Index into [`WEEKDAYS`].
    weekday: usize,
}

impl Parts {
    /// The civil date, by counting years from March: the leap day is then the last of its year,
    /// and months have the lengths of `(153 m + 2) / 5`. Eras are the 400 years after which the
    /// Gregorian calendar repeats.
    fn of(at: Timestamp) -> Result<Self, SignError> {
        let seconds = at.seconds();
        let unrepresentable = SignError::TimeUnrepresentable { seconds };
        if seconds > SECONDS_MAX {
            return Err(unrepresentable);
        }
        let days = usize::try_from(seconds.div_euclid(SECONDS_PER_DAY));
        let within = usize::try_from(seconds.rem_euclid(SECONDS_PER_DAY));
        let (Ok(days), Ok(within)) = (days, within) else { return Err(unrepresentable) };

        // 719 468 days lie between 1 March of the year 0 and the epoch.
        let shifted = days + 719_468;
        let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
        let leap_days = day_of_era / 1_460 + day_of_era / 146_096 - day_of_era / 36_524;
        let year_of_era = (day_of_era - leap_days) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let january_or_february = month_from_march >= 10;

        Ok(Self {
            year: era * 400 + year_of_era + usize::from(january_or_february),
            month: if january_or_february { month_from_march - 9 } else { month_from_march + 3 },
            day: day_of_year - (153 * month_from_march + 2) / 5 + 1,
            hour: within / 3600,
            minute: within / 60 % 60,
            second: within % 60,
            weekday: days % 7,
        })
    }
}

#[cfg(test)]
mod tests {
    use host_model::Problem as _;

    use super::*;

    #[test]
    fn writes_both_forms() {
        let cases = [
            (0, "1970-01-01T00:00:00Z", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_782_400, "2000-02-29T00:00:00Z", "Tue, 29 Feb 2000 00:00:00 GMT"),
            (1_704_164_645, "2024-01-02T03:04:05Z", "Tue, 02 Jan 2024 03:04:05 GMT"),
            (SECONDS_MAX, "9999-12-31T23:59:59Z", "Fri, 31 Dec 9999 23:59:59 GMT"),
        ];
        for (seconds, iso, rfc) in cases {
            let at = Timestamp::from_seconds(seconds);
            assert_eq!(iso8601(at).unwrap(), iso);
            assert_eq!(rfc1123(at).unwrap(), rfc);
        }
    }

    #[test]
    fn refuses_what_has_no_form() {
        for seconds in [-1, SECONDS_MAX + 1] {
            let refused = iso8601(Timestamp::from_seconds(seconds)).unwrap_err();
            assert_eq!(refused.code(), "sign.time-unrepresentable");
        }
    }
}
