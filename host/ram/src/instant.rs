//! Points in time as policy documents write them.

/// Seconds since the Unix epoch of `2026-01-31T23:59:59Z`, `…T23:59+08:00` and the like.
///
/// The date, `T`, hours and minutes and the zone are required, seconds are not; anything else
/// is `None` (a bare date or a number of seconds may mean something to the cloud, but the
/// collected texts do not say what).
pub(crate) fn parse(text: &str) -> Option<i64> {
    let (date, clock) = text.split_once('T')?;
    let days = days(date)?;
    let (clock, offset) = zone(clock)?;
    let parts: Vec<&str> = clock.split(':').collect();
    let (hour, minute, second) = match parts.as_slice() {
        [hour, minute] => (two(hour, 23)?, two(minute, 59)?, 0),
        [hour, minute, second] => (two(hour, 23)?, two(minute, 59)?, two(second, 60)?),
        _ => return None,
    };
    Some(days * 86_400 + hour * 3_600 + minute * 60 + second - offset)
}

/// The clock without its zone, and the zone in seconds east.
fn zone(clock: &str) -> Option<(&str, i64)> {
    if let Some(clock) = clock.strip_suffix('Z') {
        return Some((clock, 0));
    }
    let sign_at = clock.find(['+', '-'])?;
    let (clock, zone) = clock.split_at(sign_at);
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let (hours, minutes) = zone[1..].split_once(':')?;
    Some((clock, sign * (two(hours, 14)? * 3_600 + two(minutes, 59)? * 60)))
}

/// Exactly two digits, `limit` at most.
fn two(text: &str, limit: i64) -> Option<i64> {
    digits(text, 2).filter(|value| *value <= limit)
}

fn digits(text: &str, length: usize) -> Option<i64> {
    let plain = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// Days since the epoch in the Gregorian calendar.
fn days(date: &str) -> Option<i64> {
    let parts: Vec<&str> = date.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    let (year, month, day) = (digits(year, 4)?, two(month, 12)?, two(day, 31)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day < 1 || day > length {
        return None;
    }
    // Years begin in March here, so that the leap day comes last.
    let shifted = if month <= 2 { year - 1 } else { year };
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let leaps = shifted.div_euclid(4) - shifted.div_euclid(100) + shifted.div_euclid(400);
    Some(shifted * 365 + leaps + of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_zones_and_leap_days() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T12:00:00Z", 951_825_600),
            ("2026-03-01T00:00+08:00", 1_772_294_400),
            ("2026-02-28T11:00:00-05:00", 1_772_294_400),
            ("1969-12-31T23:59:59Z", -1),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse(text), Some(seconds), "{text}");
        }
    }

    #[test]
    fn refuses_what_it_would_have_to_guess() {
        let texts = [
            "2026-01-01",
            "1767225600",
            "2026-01-01T00:00:00",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-1-1T0:0:0Z",
            "2026-01-01 00:00:00Z",
            "2026-01-01T24:00:00Z",
        ];
        for text in texts {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
