//! Handles: identities and secrets.

use host_bindings::types::{Host, HostIdentity, HostSecret};
use host_bindings::{Identity, Secret};
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use crate::state::State;
use crate::{Answer, Event};

impl Host for State {}

impl HostIdentity for State {
    async fn account_id(&mut self, identity: Resource<Identity>) -> Result<String> {
        Ok(self.table.get(&identity)?.0.account.to_string())
    }

    async fn arn(&mut self, identity: Resource<Identity>) -> Result<String> {
        Ok(self.table.get(&identity)?.0.arn.clone())
    }

    // Dropping is no event: guests of some languages never drop what they hold.
    async fn drop(&mut self, identity: Resource<Identity>) -> Result<()> {
        self.table.delete(identity)?;
        Ok(())
    }
}

impl HostSecret for State {
    async fn fingerprint(&mut self, secret: Resource<Secret>) -> Result<String> {
        let secret = self.table.get(&secret)?.0.clone();
        match self.perform_sure(Event::Fingerprint { secret }).await? {
            Answer::Text { text } => Ok(text),
            _ => bail!("the driver answered a fingerprint with something else"),
        }
    }

    async fn drop(&mut self, secret: Resource<Secret>) -> Result<()> {
        self.table.delete(secret)?;
        Ok(())
    }
}
