//! Limits and places, all with a name.

use std::time::Duration;

use host_sign::Scheme;

use crate::Endpoints;

/// How calls are made. [`Settings::new`] has values that suit the real cloud.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where requests go.
    pub endpoints: Endpoints,
    /// How they are signed; ACS3.
    pub scheme: Scheme,
    /// How often one page is asked for at most, not counting what settles or is confirmed; 5.
    pub attempts_max: u32,
    /// No wait goes on for longer than this after a call's start; 3 min.
    pub deadline: Duration,
    /// The longest random wait after the first failure; doubles with each one; 500 ms.
    pub backoff_first: Duration,
    /// The longest random wait at all; 20 s.
    pub backoff_max: Duration,
    /// The first wait for something to settle; doubles with each one; 1 s.
    pub settle_first: Duration,
    /// The longest wait for something to settle; 8 s.
    pub settle_max: Duration,
    /// How long after the run's own write a read is asked again that does not show it, or that finds
    /// nothing where the catalog does not say how long; 60 s.
    pub settle_window: Duration,
    /// How many further reads must find nothing before it is believed; 1.
    pub confirmations: u32,
    /// Between such reads; 1 s.
    pub confirmation_spacing: Duration,
    /// Requests in a second, for each key and product; 20.
    pub requests_per_second: u32,
    /// How many of them may be made at once after a pause; 40.
    pub requests_burst: u32,
}

impl Settings {
    /// The values named above, with these endpoints.
    pub const fn new(endpoints: Endpoints) -> Self {
        Self {
            endpoints,
            scheme: Scheme::Acs3,
            attempts_max: 5,
            deadline: Duration::from_mins(3),
            backoff_first: Duration::from_millis(500),
            backoff_max: Duration::from_secs(20),
            settle_first: Duration::from_secs(1),
            settle_max: Duration::from_secs(8),
            settle_window: Duration::from_mins(1),
            confirmations: 1,
            confirmation_spacing: Duration::from_secs(1),
            requests_per_second: 20,
            requests_burst: 40,
        }
    }
}
