//! How fast requests may leave (fault row 29).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use host_model::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;

/// No request waits for longer than this, even if the clock was set back meanwhile.
const WAIT_MAX: Duration = Duration::from_mins(1);

/// A bucket of tokens for each key and product: so many requests in a second, and so many at once
/// after a pause. Kept as the time at which each bucket is full again (the generic cell rate
/// algorithm), so that a full bucket needs no memory.
#[derive(Debug)]
pub(crate) struct Buckets {
    /// Microseconds from one token to the next.
    interval: i64,
    /// Microseconds in which an empty bucket fills.
    depth: i64,
    /// When each bucket is full again, in microseconds since the epoch.
    full_at: Mutex<BTreeMap<(String, String), i64>>,
}

impl Buckets {
    pub(crate) fn new(per_second: u32, burst: u32) -> Self {
        let interval = MICROS_PER_SECOND / i64::from(per_second.max(1));
        let depth = interval * i64::from(burst.max(1));
        Self { interval, depth, full_at: Mutex::default() }
    }

    /// Takes a token. The answer is how long to wait before it is there; it is taken either way, so
    /// that those who come later wait for longer.
    pub(crate) fn take(&self, key: &str, product: &str, now: Timestamp) -> Duration {
        let now = now.millis().saturating_mul(1000);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        full_at.retain(|_, at| *at > now);
        let at = full_at.entry((key.to_owned(), product.to_owned())).or_insert(now);
        *at = at.saturating_add(self.interval);
        let wait = at.saturating_sub(self.depth).saturating_sub(now);
        Duration::from_micros(u64::try_from(wait).unwrap_or(0)).min(WAIT_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lets_a_burst_through_and_then_one_at_a_time() {
        let buckets = Buckets::new(20, 3);
        let start = Timestamp::from_seconds(1_700_000_000);
        let waits = |count, at| -> Vec<u128> {
            (0..count).map(|_| buckets.take("k", "ram", at).as_millis()).collect()
        };
        assert_eq!(waits(5, start), [0, 0, 0, 50, 100]);
        assert_eq!(buckets.take("k", "sts", start), Duration::ZERO);
        assert_eq!(buckets.take("other", "ram", start), Duration::ZERO);
        // After 100 ms both reservations are used up, after another 100 ms two tokens are there.
        assert_eq!(waits(3, start.plus_millis(200)), [0, 0, 50]);
        assert_eq!(waits(4, start.plus_millis(10_000)), [0, 0, 0, 50]);
    }

    #[test]
    fn survives_a_clock_that_is_set_back() {
        let buckets = Buckets::new(20, 1);
        let start = Timestamp::from_seconds(1_700_000_000);
        buckets.take("k", "ram", start);
        assert_eq!(buckets.take("k", "ram", start.plus_millis(-86_400_000)), WAIT_MAX);
    }
}
