//! When something was made, and until when it may stay out of sight.

use std::time::Duration;

use host_model::Timestamp;

/// How far the cloud's dates may be from this machine's clock.
const SKEW: Duration = Duration::from_mins(2);
/// How long a call may be on its way after its intent was noted: as long as the client tries.
const SENDING: Duration = Duration::from_mins(3);
/// How long what was made may stay out of sight (fault row 27).
const OUT_OF_SIGHT: Duration = Duration::from_mins(1);
/// The first wait for it; doubles with each one.
const WAIT_FIRST: Duration = Duration::from_secs(1);
/// The longest wait.
const WAIT_MAX: Duration = Duration::from_secs(8);

/// The time in which a call took effect, if it did, and became visible.
#[derive(Debug, Clone, Copy)]
pub(super) struct Window {
    noted_at: Timestamp,
    /// It was sent no later than this.
    pub(super) sent_by: Timestamp,
    waits: u32,
}

impl Window {
    /// Of a call that was noted then and was sent before now, if at all.
    pub(super) fn new(noted_at: Timestamp, now: Timestamp) -> Self {
        // A process that died had sent it within the client's patience; one that lives knows it by now.
        let sent_by = noted_at.plus(SENDING).min(now);
        Self { noted_at, sent_by, waits: 0 }
    }

    /// Of something that was sent just now.
    pub(super) const fn of_now(now: Timestamp) -> Self {
        Self { noted_at: now, sent_by: now, waits: 0 }
    }

    /// Whether something of that date can be what the call made.
    pub(super) fn has(&self, made: Timestamp) -> bool {
        made.plus(SKEW) >= self.noted_at && made <= self.sent_by.plus(SKEW)
    }

    /// Whether something of that date was there before.
    pub(super) fn is_after(&self, made: Timestamp) -> bool {
        made.plus(SKEW) < self.noted_at
    }

    /// How long to wait before the next look; none if it must be visible by now.
    pub(super) fn pause(&mut self, now: Timestamp) -> Option<Duration> {
        let left = self.sent_by.plus(OUT_OF_SIGHT).since(now);
        let pause = WAIT_FIRST.saturating_mul(2_u32.saturating_pow(self.waits)).min(WAIT_MAX);
        self.waits += 1;
        (!left.is_zero()).then(|| pause.min(left))
    }
}

/// A date as the cloud writes it: `2024-01-02T03:04:05Z`, or with `+08:00` at its end.
pub(super) fn read(text: &str) -> Option<Timestamp> {
    let at = text.parse::<jiff::Timestamp>().ok()?;
    Some(Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_written() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2000-02-29T00:00:00Z", Some(951_782_400)),
            ("2024-01-02T03:04:05Z", Some(1_704_164_645)),
            ("2024-12-31T23:59:59Z", Some(1_735_689_599)),
            ("2024-01-02T11:04:05+08:00", Some(1_704_164_645)),
            ("2024-01-01T21:34:05-05:30", Some(1_704_164_645)),
            ("2024-01-02T11:04:05*08:00", None),
            ("2024-13-02T03:04:05Z", None),
            ("2024-1-2T03:04:05Z", None),
            ("+024-01-02T03:04:05Z", None),
            ("", None),
        ] {
            assert_eq!(read(text).map(Timestamp::seconds), seconds, "{text}");
        }
    }

    #[test]
    fn what_is_ours_was_made_about_when_it_was_sent() {
        let at = Timestamp::from_seconds;
        // Sent by a process that died, and looked at an hour later.
        let window = Window::new(at(10_000), at(13_600));
        for (made, has, is_after) in [
            (9_879, false, true),
            (9_880, true, false),
            (10_000, true, false),
            (10_300, true, false),
            (10_301, false, false),
        ] {
            let made = at(made);
            assert_eq!((window.has(made), window.is_after(made)), (has, is_after), "{made:?}");
        }
    }

    #[test]
    fn waits_end_when_it_must_be_visible() {
        let start = Timestamp::from_seconds(10_000);
        let mut now = start.plus(Duration::from_secs(2));
        let mut window = Window::new(start, now);
        let mut waits = Vec::new();
        while let Some(pause) = window.pause(now) {
            waits.push(pause.as_secs());
            now = now.plus(pause);
        }
        assert_eq!(waits, [1, 2, 4, 8, 8, 8, 8, 8, 8, 5]);
        let mut late = Window::new(start, start.plus(Duration::from_hours(1)));
        assert_eq!(late.pause(start.plus(Duration::from_hours(1))), None);
    }
}
