//! What to do after an attempt that failed: decided purely, so that schedules can be tested.

use std::time::Duration;

use host_catalog::{Action, LostReply};
use host_model::{CallError, Effect, ErrorKind, Timestamp};
use host_wire::{Rejection, TransportError};

use crate::Settings;

/// Why an attempt brought no success.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The cloud said no, or nobody can read what it said.
    Rejected {
        /// What it said.
        rejection: Rejection,
        /// Whether this machine's clock was to blame, and is corrected now.
        clock_corrected: bool,
    },
    /// No reply was read.
    Transport(TransportError),
    /// The attempt was not made: no key, no signature.
    NotMade(CallError),
}

impl Failure {
    /// Why, as a code.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Rejected { rejection, .. } => &rejection.code,
            Self::Transport(error) => host_model::Problem::code(error),
            Self::NotMade(error) => &error.code,
        }
    }

    fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::Rejected { rejection, .. } => rejection.may_have_taken_effect(),
            Self::Transport(error) => error.may_have_taken_effect(),
            Self::NotMade(_) => false,
        }
    }

    /// Whether the same request may fare better a little later.
    fn is_transient(&self) -> bool {
        match self {
            Self::Rejected { rejection, .. } => {
                rejection.kind() == ErrorKind::Throttled || rejection.may_have_taken_effect()
            }
            Self::Transport(error) => {
                matches!(error, TransportError::Unreachable { .. } | TransportError::Lost { .. })
            }
            Self::NotMade(_) => false,
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Rejected { rejection, .. } => {
                rejection.retry_after_millis.map(Duration::from_millis)
            }
            Self::Transport(_) | Self::NotMade(_) => None,
        }
    }
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    /// Make the attempt again.
    Repeat {
        /// After this long.
        wait: Duration,
        /// For this reason.
        why: Why,
    },
    /// An earlier attempt reached the goal, or somebody else did.
    Done,
    /// Give up.
    Stop {
        /// Whether an attempt may have changed something all the same.
        may_have_taken_effect: bool,
    },
}

/// Why an attempt is made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// It failed, and may fare better later.
    Retry,
    /// An earlier write may not be visible everywhere yet.
    Settle,
    /// Nothing was found, which is not believed at once.
    Confirm,
    /// The clock was wrong.
    Clock,
}

/// The attempts at one page, and what follows from them.
#[derive(Debug, Clone)]
pub(crate) struct Course<'a> {
    action: &'a Action,
    settings: &'a Settings,
    /// When the whole call began.
    started: Timestamp,
    /// When the run last wrote something that this call may depend on.
    settle_since: Option<Timestamp>,
    /// Whether the request carries the token by which the cloud knows it again.
    has_token: bool,
    /// Whether the run itself made what is asked for, or removed it.
    expected: Option<bool>,
    retries: u32,
    settlings: u32,
    misses: u32,
    clock_tried: bool,
    may_have_taken_effect: bool,
}

impl<'a> Course<'a> {
    pub(crate) const fn new(
        action: &'a Action,
        settings: &'a Settings,
        started: Timestamp,
        settle_since: Option<Timestamp>,
    ) -> Self {
        Self {
            action,
            settings,
            started,
            settle_since,
            has_token: false,
            expected: None,
            retries: 0,
            settlings: 0,
            misses: 0,
            clock_tried: false,
            may_have_taken_effect: false,
        }
    }

    /// The same for a request that carries a token if the catalog has one for it.
    pub(crate) fn with_token(mut self, host_parameters: &[(String, String)]) -> Self {
        if let LostReply::Token(parameter) = &self.action.lost {
            self.has_token = host_parameters.iter().any(|(name, _)| name == parameter);
        }
        self
    }

    /// The same for something that the run itself made or removed.
    pub(crate) const fn expecting(self, expected: Option<bool>) -> Self {
        Self { expected, ..self }
    }

    /// What to do after `failure`. `dice` is any random number: it spreads the waits of many.
    pub(crate) fn next(&mut self, failure: &Failure, now: Timestamp, dice: u64) -> Next {
        if let Failure::Rejected { rejection, clock_corrected } = failure {
            // Only after an attempt whose outcome is not known: on a first attempt the same code
            // says that somebody else was there before, which the workflow must hear.
            if self.may_have_taken_effect && self.action.done.contains(&rejection.code) {
                return Next::Done;
            }
            if *clock_corrected && !self.clock_tried {
                self.clock_tried = true;
                return Next::Repeat { wait: Duration::ZERO, why: Why::Clock };
            }
            if let Some(next) = self.settle(rejection, now).or_else(|| self.confirm(rejection, now))
            {
                return next;
            }
        }
        let is_ambiguous = failure.may_have_taken_effect();
        self.may_have_taken_effect |= is_ambiguous && self.action.effect.is_write();
        let may_repeat = !is_ambiguous || self.is_repeatable();
        if failure.is_transient() && may_repeat {
            self.retry(failure, now, dice)
        } else {
            self.stop()
        }
    }

    /// Whether the catalog lets a request be sent again whose outcome is not known.
    fn is_repeatable(&self) -> bool {
        self.action.effect == Effect::Read
            || self.action.lost == LostReply::Repeat
            || self.has_token
    }

    fn settle(&mut self, rejection: &Rejection, now: Timestamp) -> Option<Next> {
        let settles = self.action.settles.as_ref()?;
        if !settles.codes.contains(&rejection.code) {
            return None;
        }
        let window = Duration::from_secs(u64::from(settles.seconds));
        self.settle_within(self.settle_since?, window, now)
    }

    /// How long to wait before an answer is asked for again that does not show what was written at `since`;
    /// `None` if it is to be believed.
    pub(crate) fn unshown(&mut self, since: Timestamp, now: Timestamp) -> Option<Duration> {
        match self.settle_within(since, self.settings.settle_window, now)? {
            Next::Repeat { wait, .. } => Some(wait),
            Next::Done | Next::Stop { .. } => None,
        }
    }

    /// Nothing is believed to be absent after one read (fault row 27): soon after the run's own
    /// write it is asked for until the write must be visible, else once more. What the run removed itself
    /// is gone; and a part that a thing lacks, nobody but the run itself can have made lately.
    fn confirm(&mut self, rejection: &Rejection, now: Timestamp) -> Option<Next> {
        let is_news = self.action.effect == Effect::Read && self.expected != Some(false);
        if !is_news || rejection.kind() != ErrorKind::NotFound {
            return None;
        }
        self.misses += 1;
        let window = self.action.settles.as_ref().map_or(self.settings.settle_window, |settles| {
            Duration::from_secs(u64::from(settles.seconds))
        });
        let may_come = self.expected == Some(true) || !is_of_part(&rejection.code);
        let since = self.settle_since.filter(|_| may_come);
        if let Some(next) = since.and_then(|since| self.settle_within(since, window, now)) {
            return Some(next);
        }
        if self.misses > self.settings.confirmations {
            return None;
        }
        let wait = self.settings.confirmation_spacing;
        Some(self.repeat_within_deadline(wait, Why::Confirm, now))
    }

    /// The last attempt is made when the window ends, not before.
    fn settle_within(
        &mut self,
        since: Timestamp,
        window: Duration,
        now: Timestamp,
    ) -> Option<Next> {
        let left = since.plus(window).since(now);
        if left.is_zero() {
            return None;
        }
        let wait = doubled(self.settings.settle_first, self.settlings);
        let wait = wait.min(self.settings.settle_max).min(left);
        self.settlings += 1;
        Some(self.repeat_within_deadline(wait, Why::Settle, now))
    }

    /// The cloud's own wish counts; without one, waits are random up to a bound that doubles ("full
    /// jitter"), so that many who failed together do not come back together.
    fn retry(&mut self, failure: &Failure, now: Timestamp, dice: u64) -> Next {
        if self.retries + 1 >= self.settings.attempts_max {
            return self.stop();
        }
        let bound = doubled(self.settings.backoff_first, self.retries);
        let bound = bound.min(self.settings.backoff_max);
        self.retries += 1;
        let wait = failure.retry_after().unwrap_or_else(|| random_within(bound, dice));
        self.repeat_within_deadline(wait, Why::Retry, now)
    }

    fn repeat_within_deadline(&self, wait: Duration, why: Why, now: Timestamp) -> Next {
        let passed = now.since(self.started);
        if passed.saturating_add(wait) > self.settings.deadline {
            return self.stop();
        }
        Next::Repeat { wait, why }
    }

    const fn stop(&self) -> Next {
        Next::Stop { may_have_taken_effect: self.may_have_taken_effect }
    }
}

/// Whether a code says that a thing is there, and lacks a part: `EntityNotExist.User.LoginProfile`.
fn is_of_part(code: &str) -> bool {
    code.strip_prefix("EntityNotExist.").is_some_and(|what| what.contains('.'))
}

fn doubled(first: Duration, times: u32) -> Duration {
    first.saturating_mul(2_u32.saturating_pow(times))
}

/// A whole number of milliseconds from zero to `bound`.
fn random_within(bound: Duration, dice: u64) -> Duration {
    let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(dice % millis.saturating_add(1))
}
