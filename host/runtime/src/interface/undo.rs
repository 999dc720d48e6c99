//! `host:run/undo`.

use host_bindings::Identity;
use host_bindings::openapi::queries::Call;
use host_bindings::run::undo::Host;
use host_bindings::types::Error;
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use crate::guest_error::to_guest;
use crate::state::State;
use crate::{Answer, Event};

impl Host for State {
    async fn register(
        &mut self,
        caller: Resource<Identity>,
        call: Call,
    ) -> Result<std::result::Result<(), Error>> {
        let call = self.call(&caller, call)?;
        match self.perform(Event::Register { call }).await? {
            Answer::Done => Ok(Ok(())),
            Answer::Error { error } => Ok(Err(to_guest(error))),
            _ => bail!("the driver answered a registration with something else"),
        }
    }
}
