//! The time of what is planned.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use host_model::Timestamp;
use host_ports::Clock;

/// Stands still, and nobody waits: a wait only moves it on. So two rehearsals that begin at one time have the same
/// times in them, however long the first one took.
#[derive(Debug)]
pub(super) struct PlanClock {
    start: Timestamp,
    waited_ms: AtomicU64,
}

impl PlanClock {
    pub(super) const fn new(start: Timestamp) -> Self {
        Self { start, waited_ms: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Clock for PlanClock {
    fn now(&self) -> Timestamp {
        self.start.plus(Duration::from_millis(self.waited_ms.load(Ordering::Relaxed)))
    }

    async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.waited_ms.fetch_add(millis, Ordering::Relaxed);
    }
}
