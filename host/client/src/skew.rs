//! How far this machine's clock is from the cloud's.

use std::sync::{Mutex, PoisonError};

use host_model::{HttpReply, Timestamp};
use jiff::fmt::rfc2822;

/// A smaller difference is not what the cloud complains about: it allows for 15 minutes.
const SKEW_MILLIS_MIN: i64 = 30_000;

/// What is added to this machine's clock. Found out at most once in a client's life: a clock that
/// is wrong twice is not to be followed (fault row 25).
#[derive(Debug, Default)]
pub(crate) struct Skew {
    correction: Mutex<Option<i64>>,
    seen: Mutex<Option<i64>>,
}

/// What came of a correction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Correction {
    /// Made now, by this many milliseconds.
    Made(i64),
    /// Made by another call while this one was under way.
    Known,
    /// Not possible: the clock is right, was corrected before, or the cloud says no time.
    Impossible,
}

impl Skew {
    /// Milliseconds to add now.
    pub(crate) fn millis(&self) -> i64 {
        self.correction.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(0)
    }

    /// Takes note of what time it is where a reply came from; to the second, as replies say it.
    pub(crate) fn see(&self, reply: &HttpReply, now: Timestamp) {
        if let Some(server) = date_of(reply) {
            let millis = server.millis().saturating_sub(now.millis());
            *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(millis);
        }
    }

    /// What was last seen, in milliseconds by which the cloud's clock is ahead.
    pub(crate) fn seen(&self) -> Option<i64> {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// After a refusal of a time stamp that was made with `used`.
    pub(crate) fn correct(&self, used: i64, reply: &HttpReply, now: Timestamp) -> Correction {
        let mut known = self.correction.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(millis) = *known {
            return if millis == used { Correction::Impossible } else { Correction::Known };
        }
        let Some(server) = date_of(reply) else { return Correction::Impossible };
        let millis = server.millis().saturating_sub(now.millis());
        if millis.saturating_abs() < SKEW_MILLIS_MIN {
            return Correction::Impossible;
        }
        *known = Some(millis);
        Correction::Made(millis)
    }
}

fn date_of(reply: &HttpReply) -> Option<Timestamp> {
    let date = rfc2822::DateTimeParser::new().parse_timestamp(reply.header("date")?).ok()?;
    Some(Timestamp::from_millis(date.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(date: &str) -> HttpReply {
        let headers = vec![("date".to_owned(), date.to_owned())];
        HttpReply { status: 400, headers, body: Vec::new() }
    }

    #[test]
    fn corrects_once_by_the_clouds_date() {
        let skew = Skew::default();
        let now = Timestamp::from_seconds(1_704_164_645 - 3600);
        let reply = dated("Tue, 02 Jan 2024 03:04:05 GMT");

        assert_eq!(skew.correct(0, &reply, now), Correction::Made(3_600_000));
        assert_eq!(skew.millis(), 3_600_000);
        // A second call that was signed before the correction, and one that was signed after it.
        assert_eq!(skew.correct(0, &reply, now), Correction::Known);
        assert_eq!(skew.correct(3_600_000, &reply, now), Correction::Impossible);
    }

    #[test]
    fn leaves_a_clock_alone_that_is_right() {
        let now = Timestamp::from_seconds(1_704_164_645 - 29);
        for date in ["Tue, 02 Jan 2024 03:04:05 GMT", "yesterday", ""] {
            let skew = Skew::default();
            assert_eq!(skew.correct(0, &dated(date), now), Correction::Impossible, "{date}");
            assert_eq!(skew.millis(), 0);
        }
    }
}
