//! `host:run/progress`.

use host_bindings::run::progress::{Host, Level, Outcome};
use wasmtime::Result;

use crate::state::State;
use crate::{Claim, Event, LogLevel};

impl Host for State {
    async fn step(&mut self, id: String, title: String) -> Result<()> {
        self.count_log(id.len() + title.len())?;
        self.step = host_model::quote_within(&id, 64);
        self.perform_sure(Event::Step { id, title }).await.map(|_| ())
    }

    async fn log(
        &mut self,
        level: Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> Result<()> {
        let bytes = fields.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
        self.count_log(message.len() + bytes)?;
        let level = match level {
            Level::Debug => LogLevel::Debug,
            Level::Info => LogLevel::Info,
            Level::Warn => LogLevel::Warn,
            Level::Error => LogLevel::Error,
        };
        self.perform_sure(Event::Log { level, message, fields }).await.map(|_| ())
    }

    async fn check(&mut self, id: String, outcome: Outcome, detail: String) -> Result<()> {
        self.count_log(id.len() + detail.len())?;
        let claim = match outcome {
            Outcome::Holds => Claim::Holds,
            Outcome::Fails => Claim::Fails,
            Outcome::Pending => Claim::Pending,
            Outcome::Unknown => Claim::Unknown,
        };
        self.perform_sure(Event::Check { id, claim, detail }).await.map(|_| ())
    }
}
