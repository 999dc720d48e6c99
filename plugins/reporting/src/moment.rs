//! Dates as the cloud writes them.

/// Seconds since the epoch of `2026-01-05T09:00:00Z`, also with fractions, with an offset such as
/// `+08:00`, and without seconds; `None` for anything else.
pub fn seconds(text: &str) -> Option<i64> {
    let (date, time) = text.trim().split_once(['T', ' '])?;
    let [year, month, day] = numbers::<3>(date, '-')?;
    let split = time.find(['Z', 'z', '+', '-'])?;
    let (clock, zone) = time.split_at(split);
    let clock = clock.split('.').next()?;
    let [hour, minute, second] =
        numbers::<3>(clock, ':').or_else(|| numbers::<2>(clock, ':').map(|[h, m]| [h, m, 0]))?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && (0..24).contains(&hour)
        && (0..60).contains(&minute)
        && (0..=60).contains(&second);
    let of_day = hour * 3600 + minute * 60 + second;
    in_range.then_some(())?;
    Some(days(year, month, day) * 86_400 + of_day - offset(zone)?)
}

fn numbers<const N: usize>(text: &str, between: char) -> Option<[i64; N]> {
    let parts: Option<Vec<i64>> = text.split(between).map(number).collect();
    parts?.try_into().ok()
}

fn number(text: &str) -> Option<i64> {
    let is_number = !text.is_empty() && text.len() <= 4 && text.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| text.parse().ok())?
}

/// Seconds that a zone is ahead.
fn offset(zone: &str) -> Option<i64> {
    if zone.eq_ignore_ascii_case("z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let rest = zone.get(1..)?;
    let (hours, minutes) = match rest.split_once(':') {
        Some(parts) => parts,
        None => (rest.get(..2)?, rest.get(2..)?),
    };
    Some(sign * (number(hours)? * 3600 + number(minutes)? * 60))
}

/// Days since the epoch in the Gregorian calendar, by counting from a first of March.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::seconds;

    #[test]
    fn reads_the_dates_that_products_write() {
        let cases = [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-01-05T09:00:00Z", Some(1_767_603_600)),
            ("2026-01-05T17:00:00+08:00", Some(1_767_603_600)),
            ("2026-01-05T17:00:00+0800", Some(1_767_603_600)),
            ("2026-01-05T04:00:00.123-05:00", Some(1_767_603_600)),
            ("2026-01-05T09:00Z", Some(1_767_603_600)),
            ("2024-02-29T12:00:00Z", Some(1_709_208_000)),
            ("2024-02-29", None),
            ("2024-13-01T00:00:00Z", None),
            ("yesterday", None),
            ("", None),
            ("2024-02-29T12:00:00", None),
        ];
        for (text, expected) in cases {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}
