//! `host:run/vault`.

use host_bindings::run::vault::Host;
use host_bindings::types::Error;
use host_bindings::{Identity, Secret};
use host_model::{CallError, ErrorKind};
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use crate::guest_error::to_guest;
use crate::state::State;
use crate::{Answer, Event};

type Found<T> = Result<std::result::Result<T, Error>>;

impl State {
    async fn secret(&mut self, event: Event) -> Found<Option<Resource<Secret>>> {
        match self.perform(event).await? {
            Answer::Secret { secret: Some(secret) } => {
                Ok(self.hand_secret(secret).map(Some).map_err(to_guest))
            }
            Answer::Secret { secret: None } => Ok(Ok(None)),
            Answer::Error { error } => Ok(Err(to_guest(error))),
            _ => bail!("the driver answered a secret with something else"),
        }
    }

    /// The same where there must be one.
    async fn sure_secret(&mut self, event: Event) -> Found<Resource<Secret>> {
        Ok(self.secret(event).await?.and_then(|found| {
            let message = "the host holds no such secret";
            let missing = CallError::new(ErrorKind::NotFound, "vault.secret-missing", message);
            found.ok_or_else(|| to_guest(missing))
        }))
    }
}

impl Host for State {
    async fn find(
        &mut self,
        caller: Resource<Identity>,
        object: String,
    ) -> Found<Option<Resource<Secret>>> {
        let caller = self.table.get(&caller)?.0.identity.clone();
        self.secret(Event::FindSecret { caller, object }).await
    }

    async fn generate_password(
        &mut self,
        caller: Resource<Identity>,
        object: String,
    ) -> Found<Resource<Secret>> {
        let caller = self.table.get(&caller)?.0.identity.clone();
        self.sure_secret(Event::GeneratePassword { caller, object }).await
    }

    async fn unsettled(
        &mut self,
        caller: Resource<Identity>,
        user_name: String,
    ) -> Found<Option<i64>> {
        let caller = self.table.get(&caller)?.0.identity.clone();
        match self.perform(Event::Unsettled { caller, user_name }).await? {
            Answer::Number { number } => Ok(Ok(Some(number))),
            Answer::Done => Ok(Ok(None)),
            Answer::Error { error } => Ok(Err(to_guest(error))),
            _ => bail!("the driver answered a time with something else"),
        }
    }
}
