//! What a run's own writes let expect of a read.

use host_model::Timestamp;
use serde_json::Value as Json;

/// Knows what the run wrote before a read, and so what a fresh answer must show (fault row 27).
pub trait Expectation: Send + Sync {
    /// When the newest of those writes was made that this body does not show; `None` if it shows all of them.
    fn unshown(&self, body: &Json) -> Option<Timestamp>;

    /// Whether the run itself made what is asked for, or removed it; `None` if it did neither.
    fn found(&self) -> Option<bool>;
}
