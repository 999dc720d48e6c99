//! What is waited for, and for how long.

use std::time::Duration;

use host_client::Note;
use host_model::{Timestamp, quote_within};

/// Characters of a code that are shown.
const CODE_SHOWN: usize = 80;

/// A wait, until something is tried again or goes on.
#[derive(Debug)]
pub(super) struct Wait {
    why: String,
    until: Timestamp,
}

impl Wait {
    pub(super) fn new(why: String, now: Timestamp, wait: Duration) -> Self {
        Self { why, until: now.plus(wait) }
    }

    /// What the client waits for; nothing if it does not wait.
    pub(super) fn of(note: &Note, now: Timestamp) -> Option<Self> {
        let shown = |code: &str| quote_within(code, CODE_SHOWN);
        let (why, wait) = match note {
            Note::Retrying { code, wait, .. } if is_throttle(code) => {
                (format!("throttled ({})", shown(code)), wait)
            }
            Note::Retrying { code, wait, .. } => (format!("answered {}", shown(code)), wait),
            Note::Settling { action, code, wait, .. } if action == "AssumeRole" => {
                (format!("the role is not visible everywhere yet ({})", shown(code)), wait)
            }
            Note::Settling { code, wait, .. } => {
                (format!("an earlier change is not visible everywhere yet ({})", shown(code)), wait)
            }
            Note::Unshown { action, wait, .. } => {
                (format!("an earlier change is not visible in {} yet", shown(action)), wait)
            }
            Note::Confirming { code, wait, .. } => {
                (format!("{} is not believed at once", shown(code)), wait)
            }
            _ => return None,
        };
        Some(Self::new(why, now, *wait))
    }

    /// In words, until it is over.
    pub(super) fn words(&self, now: Timestamp) -> Option<String> {
        let left = self.until.since(now);
        // Begun seconds, as a person counts down.
        let seconds = left.as_millis().div_ceil(1000);
        let left = Duration::from_secs(u64::try_from(seconds).unwrap_or(u64::MAX));
        (seconds > 0).then(|| format!("{}; goes on in {}", self.why, duration(left)))
    }
}

fn is_throttle(code: &str) -> bool {
    code.starts_with("Throttling") || code.contains("FlowControl")
}

/// Whole seconds, and minutes where there are any.
pub(super) fn duration(passed: Duration) -> String {
    match passed.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds / 60 % 60),
    }
}
