//! `wasi:io/poll`: everything is ready, but for timers.

use wasmtime::component::{LinkerInstance, Resource};
use wasmtime::{Result, bail};

use crate::state::State;

/// Something to wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pollable {
    /// There is nothing to wait for.
    Ready,
    /// An instant of the monotonic clock.
    At(u64),
}

impl Pollable {
    const fn is_ready(self, now: u64) -> bool {
        match self {
            Self::Ready => true,
            Self::At(when) => when <= now,
        }
    }
}

pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
) -> Result<bool> {
    match (stem, function) {
        ("wasi:io/poll", "[method]pollable.ready") => {
            instance.func_wrap_async(function, |mut store, (this,): (Resource<Pollable>,)| {
                Box::new(async move {
                    let state = store.data_mut();
                    let pollable = *state.table.get(&this)?;
                    let now = state.instant_for(&[pollable]).await?;
                    Ok((pollable.is_ready(now),))
                })
            })?;
        }
        ("wasi:io/poll", "[method]pollable.block") => {
            instance.func_wrap_async(function, |mut store, (this,): (Resource<Pollable>,)| {
                Box::new(async move { store.data_mut().wait(&[this]).await.map(|_| ()) })
            })?;
        }
        ("wasi:io/poll", "poll") => {
            instance.func_wrap_async(
                function,
                |mut store, (all,): (Vec<Resource<Pollable>>,)| {
                    Box::new(async move { Ok((store.data_mut().wait(&all).await?,)) })
                },
            )?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl State {
    /// The time, where it matters: who waits for no timer asks nobody.
    async fn instant_for(&mut self, pollables: &[Pollable]) -> Result<u64> {
        let timed = pollables.iter().any(|pollable| matches!(pollable, Pollable::At(_)));
        if timed { self.instant().await } else { Ok(0) }
    }

    /// Waits for the first of them, and says by position which ones are ready.
    async fn wait(&mut self, handles: &[Resource<Pollable>]) -> Result<Vec<u32>> {
        if handles.is_empty() {
            bail!("the workflow waits for nothing at all");
        }
        let found = handles.iter().map(|handle| self.table.get(handle).copied());
        let pollables = found.collect::<std::result::Result<Vec<_>, _>>()?;
        let mut now = self.instant_for(&pollables).await?;
        loop {
            let ready = (0_u32..).zip(&pollables).filter(|(_, pollable)| pollable.is_ready(now));
            let ready: Vec<u32> = ready.map(|(position, _)| position).collect();
            if !ready.is_empty() {
                return Ok(ready);
            }
            let instants = pollables.iter().filter_map(|pollable| match pollable {
                Pollable::At(when) => Some(*when),
                Pollable::Ready => None,
            });
            now = self.sleep_until(now, instants.min().unwrap_or(now)).await?;
        }
    }
}
