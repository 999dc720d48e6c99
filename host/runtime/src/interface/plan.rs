//! `host:run/plan`.

use host_bindings::run::plan::Host;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

impl Host for State {
    async fn conditional(&mut self, title: String, holds: bool) -> Result<bool> {
        self.count_log(title.len())?;
        match self.perform_sure(Event::Conditional { title, holds }).await? {
            Answer::Flag { flag } => Ok(flag),
            _ => bail!("the driver answered a conditional with something else"),
        }
    }

    async fn end(&mut self) -> Result<()> {
        self.perform_sure(Event::ConditionalEnd).await.map(|_| ())
    }
}
