//! `host:run/accounts`.

use host_bindings::run::accounts::Host;
use host_bindings::types::Error;
use host_bindings::{Identity, Secret};
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use crate::guest_error::to_guest;
use crate::state::State;
use crate::{Answer, Event};

impl State {
    async fn identity(
        &mut self,
        event: Event,
    ) -> Result<std::result::Result<Resource<Identity>, Error>> {
        match self.perform(event).await? {
            Answer::Identity { facts } => Ok(self.hand_identity(facts).map_err(to_guest)),
            Answer::Error { error } => Ok(Err(to_guest(error))),
            _ => bail!("the driver answered an identity with something else"),
        }
    }
}

impl Host for State {
    async fn open(
        &mut self,
        name: String,
    ) -> Result<std::result::Result<Resource<Identity>, Error>> {
        self.identity(Event::Open { name }).await
    }

    async fn with_access_key(
        &mut self,
        access_key_id: String,
        secret: Resource<Secret>,
    ) -> Result<std::result::Result<Resource<Identity>, Error>> {
        let secret = self.table.get(&secret)?.0.clone();
        self.identity(Event::WithAccessKey { access_key_id, secret }).await
    }
}
