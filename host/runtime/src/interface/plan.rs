//! `host:run/plan`.

use host_bindings::run::plan::Host;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

/// How many parts may stand inside of each other.
const DEPTH_MAX: u32 = 16;

impl Host for State {
    async fn conditional(&mut self, title: String, holds: bool) -> Result<bool> {
        self.count_log(title.len())?;
        if self.conditionals >= DEPTH_MAX {
            return self.end_at_limit("conditionals_deep_max", u64::from(DEPTH_MAX));
        }
        match self.perform_sure(Event::Conditional { title, holds }).await? {
            Answer::Flag { flag } => {
                self.conditionals += u32::from(flag);
                Ok(flag)
            }
            _ => bail!("the driver answered a conditional with something else"),
        }
    }

    async fn end(&mut self) -> Result<()> {
        self.conditionals = self.conditionals.saturating_sub(1);
        self.perform_sure(Event::ConditionalEnd).await.map(|_| ())
    }
}
