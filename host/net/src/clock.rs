//! The system's time.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use async_trait::async_trait;
use host_model::Timestamp;
use host_ports::Clock;

/// The wall clock, and tokio's timer.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        // A clock before 1970 is so wrong that every signature fails; zero says as much.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since = since + host_ports::leap();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    async fn sleep(&self, duration: Duration) {
        if !host_ports::leaps(duration) {
            tokio::time::sleep(duration).await;
        }
    }
}

/// Time as it passes for a person: by the wall clock, even where tests let the run's own time leap.
#[derive(Debug, Clone, Copy, Default)]
pub struct OperatorClock;

#[async_trait]
impl Clock for OperatorClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    #[expect(clippy::disallowed_methods, reason = "the one place that waits")]
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
