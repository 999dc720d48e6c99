//! `host:run/clock`.

use host_bindings::run::clock::Host;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

impl Host for State {
    async fn now(&mut self) -> Result<i64> {
        match self.perform_sure(Event::Now).await? {
            Answer::Number { number } => Ok(number),
            _ => bail!("the driver answered the time with something else"),
        }
    }

    async fn sleep(&mut self, seconds: u32) -> Result<()> {
        self.perform_sure(Event::Sleep { seconds }).await.map(|_| ())
    }
}
