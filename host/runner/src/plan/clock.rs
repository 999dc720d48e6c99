//! The time of what is planned.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use host_model::Timestamp;
use host_ports::Clock;

/// Nobody waits while a run is planned: a wait only moves this clock on.
#[derive(Debug)]
pub(super) struct PlanClock {
    now: Arc<dyn Clock>,
    waited_ms: AtomicU64,
}

impl PlanClock {
    pub(super) const fn new(now: Arc<dyn Clock>) -> Self {
        Self { now, waited_ms: AtomicU64::new(0) }
    }
}

#[async_trait]
impl Clock for PlanClock {
    fn now(&self) -> Timestamp {
        self.now.now().plus(Duration::from_millis(self.waited_ms.load(Ordering::Relaxed)))
    }

    async fn sleep(&self, duration: Duration) {
        let millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self.waited_ms.fetch_add(millis, Ordering::Relaxed);
    }
}
