//! How long something took.

use std::fmt;
use std::time::{Duration, Instant};

/// Runs since it was started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Watch {
    start: Instant,
}

impl Watch {
    /// Starts one.
    #[expect(clippy::disallowed_methods, reason = "developer commands measure real time")]
    pub(crate) fn start() -> Self {
        Self { start: Instant::now() }
    }

    /// The time since then.
    pub(crate) fn elapsed(self) -> Duration {
        self.start.elapsed()
    }
}

impl fmt::Display for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&words(self.elapsed()))
    }
}

/// A span of time for people: `1.2 s`, `3 min 4 s`.
fn words(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds < 60 {
        return format!("{:.1} s", span.as_secs_f64());
    }
    format!("{} min {} s", seconds / 60, seconds % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_read_like_speech() {
        let cases =
            [(1_250, "1.2 s"), (59_900, "59.9 s"), (60_000, "1 min 0 s"), (184_500, "3 min 4 s")];
        for (milliseconds, expected) in cases {
            assert_eq!(words(Duration::from_millis(milliseconds)), expected);
        }
    }
}
