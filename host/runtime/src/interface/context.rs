//! `host:run/context`.

use host_bindings::run::context::Host;
use host_bindings::types::Tag;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

impl State {
    async fn text(&mut self, event: Event) -> Result<String> {
        match self.perform_sure(event).await? {
            Answer::Text { text } => Ok(text),
            _ => bail!("the driver answered a text with something else"),
        }
    }

    async fn flag(&mut self, event: Event) -> Result<bool> {
        match self.perform_sure(event).await? {
            Answer::Flag { flag } => Ok(flag),
            _ => bail!("the driver answered a flag with something else"),
        }
    }
}

impl Host for State {
    async fn run_id(&mut self) -> Result<String> {
        self.text(Event::RunId).await
    }

    async fn host_version(&mut self) -> Result<String> {
        self.text(Event::HostVersion).await
    }

    async fn has_feature(&mut self, name: String) -> Result<bool> {
        self.flag(Event::HasFeature { name }).await
    }

    async fn mark(&mut self) -> Result<String> {
        self.text(Event::Mark).await
    }

    async fn mark_tags(&mut self) -> Result<Vec<Tag>> {
        let mark = self.text(Event::Mark).await?;
        let (key, value) = mark.split_once('=').unwrap_or((mark.as_str(), ""));
        Ok(vec![Tag { key: key.to_owned(), value: value.to_owned() }])
    }

    async fn adopts(&mut self) -> Result<bool> {
        self.flag(Event::Adopts).await
    }

    async fn may_provoke(&mut self) -> Result<bool> {
        self.flag(Event::MayProvoke).await
    }
}
