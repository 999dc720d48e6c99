//! What is under way, for whoever watches: no part of the stream, and nowhere written down.

use std::time::Duration;

/// What a run is busy with from now on, until the next event or moment. Texts are redacted, but still raw:
/// whoever shows them to a person quotes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// A request is about to leave.
    Call {
        /// The account's name in the manifest, if it is bound.
        account_name: Option<String>,
        /// The account's id.
        account: String,
        /// `product:Action`.
        action: String,
        /// The catalog's words for it.
        sentence: String,
        /// Of a step of an approved plan: its number, and how many there are.
        planned: Option<(u32, u32)>,
    },
    /// The host waits.
    Wait {
        /// Why, in the host's words.
        why: &'static str,
        /// For how long, by the run's clock.
        wait: Duration,
    },
    /// The workflow waits.
    Sleep {
        /// For how long, by the run's clock.
        wait: Duration,
    },
}
