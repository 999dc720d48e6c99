//! `wasi:random`: bytes that the driver draws. What WASI calls insecure is drawn in the same way.

use wasmtime::component::LinkerInstance;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

pub(super) fn define(
    instance: &mut LinkerInstance<'_, State>,
    stem: &str,
    function: &str,
) -> Result<bool> {
    match (stem, function) {
        ("wasi:random/random", "get-random-bytes")
        | ("wasi:random/insecure", "get-insecure-random-bytes") => {
            instance.func_wrap_async(function, |mut store, (length,): (u64,)| {
                Box::new(async move { Ok((store.data_mut().draw(length).await?,)) })
            })?;
        }
        ("wasi:random/random", "get-random-u64")
        | ("wasi:random/insecure", "get-insecure-random-u64") => {
            instance.func_wrap_async(function, |mut store, (): ()| {
                Box::new(async move { Ok((store.data_mut().draw_number().await?,)) })
            })?;
        }
        ("wasi:random/insecure-seed", "insecure-seed") => {
            instance.func_wrap_async(function, |mut store, (): ()| {
                Box::new(async move {
                    let state = store.data_mut();
                    let seed = (state.draw_number().await?, state.draw_number().await?);
                    Ok((seed,))
                })
            })?;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

impl State {
    async fn draw(&mut self, length: u64) -> Result<Vec<u8>> {
        let most = self.limits.call_bytes_max as u64;
        let bytes = match u32::try_from(length) {
            Ok(bytes) if length <= most => bytes,
            _ => return self.end_at_limit("call_bytes_max", most),
        };
        match self.perform_sure(Event::Random { bytes }).await? {
            Answer::Bytes { bytes } if bytes.len() as u64 == length => Ok(bytes),
            _ => bail!("the driver answered randomness with something else"),
        }
    }

    async fn draw_number(&mut self) -> Result<u64> {
        let bytes = self.draw(8).await?;
        Ok(bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }
}
