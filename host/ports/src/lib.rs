//! The traits through which anything outside the program is reached.
//!
//! Production and the offline cloud differ only in which implementation stands behind these. No
//! room reads the wall clock, waits, or draws randomness in any other way, so that a run can be
//! simulated in virtual time and replayed later.

mod crash;
mod fetch;

pub use crash::{crash_canary, crash_point, leap, leaps};
pub use fetch::{Fetch, FetchError, FetchPurpose};

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use host_model::Timestamp;

/// Time.
#[async_trait]
pub trait Clock: Debug + Send + Sync {
    /// The present.
    fn now(&self) -> Timestamp;

    /// Waits; a virtual clock moves forward instead.
    async fn sleep(&self, duration: Duration);
}

/// Randomness.
pub trait Entropy: Debug + Send + Sync {
    /// Fills `bytes`.
    fn fill(&self, bytes: &mut [u8]);
}
