//! `wasi:clocks`: the time of the run's record, in whole seconds.

use host_bindings::run::clock::Host as Clock;
use wasmtime::Result;
use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::poll::Pollable;
use crate::state::State;

/// A second in nanoseconds: the grain of both clocks.
const SECOND: u64 = 1_000_000_000;

/// A point in time, or a span of it.
#[derive(Debug, Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
) -> Result<bool> {
    match (stem, function) {
        ("wasi:clocks/wall-clock", "now") => {
            instance.func_wrap_async(function, |mut store, (): ()| {
                Box::new(async move {
                    let seconds = store.data_mut().seconds().await?;
                    Ok((Datetime { seconds, nanoseconds: 0 },))
                })
            })?;
        }
        ("wasi:clocks/wall-clock", "resolution") => {
            let second = Datetime { seconds: 1, nanoseconds: 0 };
            instance.func_wrap(function, move |_, (): ()| Ok((second,)))?;
        }
        ("wasi:clocks/monotonic-clock", "now") => {
            instance.func_wrap_async(function, |mut store, (): ()| {
                Box::new(async move { Ok((store.data_mut().instant().await?,)) })
            })?;
        }
        ("wasi:clocks/monotonic-clock", "resolution") => {
            instance.func_wrap(function, |_, (): ()| Ok((SECOND,)))?;
        }
        ("wasi:clocks/monotonic-clock", "subscribe-instant") => {
            instance.func_wrap(function, |mut store, (when,): (u64,)| {
                Ok((store.data_mut().hold(Pollable::At(when))?,))
            })?;
        }
        ("wasi:clocks/monotonic-clock", "subscribe-duration") => {
            instance.func_wrap_async(function, |mut store, (duration,): (u64,)| {
                Box::new(async move {
                    let state = store.data_mut();
                    let when = state.instant().await?.saturating_add(duration);
                    Ok((state.hold(Pollable::At(when))?,))
                })
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl State {
    /// Seconds since the epoch.
    async fn seconds(&mut self) -> Result<u64> {
        Ok(u64::try_from(Clock::now(self).await?).unwrap_or_default())
    }

    /// Nanoseconds of the monotonic clock: those since the epoch, as long as they do not go back.
    pub(super) async fn instant(&mut self) -> Result<u64> {
        let now = self.seconds().await?.saturating_mul(SECOND);
        self.process.instant = self.process.instant.max(now);
        Ok(self.process.instant)
    }

    /// Sleeps from `now` until `when` at least, as far as one event reaches. Answers the instant that
    /// it is then: a driver whose clock stands still keeps nobody waiting.
    pub(super) async fn sleep_until(&mut self, now: u64, when: u64) -> Result<u64> {
        let seconds = when.saturating_sub(now).div_ceil(SECOND);
        let seconds = u32::try_from(seconds).unwrap_or(u32::MAX);
        Clock::sleep(self, seconds).await?;
        let then = now.saturating_add(u64::from(seconds).saturating_mul(SECOND));
        self.process.instant = self.process.instant.max(then);
        Ok(self.process.instant)
    }
}
