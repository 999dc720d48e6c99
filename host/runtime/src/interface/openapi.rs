//! `aliyun:openapi`: any catalogued action by name. The catalog decides what it does.

use host_bindings::Identity;
use host_bindings::openapi::{changes, queries};
use host_bindings::types::{Error, Value as GuestValue};
use host_catalog::{Catalog, ReplyShape};
use host_model::{Call, CallError, Effect, ErrorKind, Value};
use wasmtime::component::Resource;
use wasmtime::{Result, bail};

use crate::guest_error::to_guest;
use crate::state::State;
use crate::value::json_value;
use crate::{Answer, Event};

impl State {
    /// A call as a guest describes it. Consumes its borrowed handles.
    pub(super) fn call(&self, caller: &Resource<Identity>, call: queries::Call) -> Result<Call> {
        let identity = self.table.get(caller)?.0.identity.clone();
        let mut parameters = Vec::with_capacity(call.parameters.len());
        for (name, value) in call.parameters {
            let value = match value {
                GuestValue::Text(text) => Value::Text(text),
                GuestValue::Json(text) => json_value(&text),
                GuestValue::Secret(handle) => Value::Secret(self.table.get(&handle)?.0.clone()),
            };
            parameters.push((name, value));
        }
        let queries::Call { product, version, action, region_id: region, .. } = call;
        Ok(Call { identity, product, version, action, region, parameters })
    }

    async fn invoke(
        &mut self,
        caller: Resource<Identity>,
        call: queries::Call,
        writes: bool,
    ) -> Result<std::result::Result<String, Error>> {
        let call = self.call(&caller, call)?;
        if let Err(error) = check_effect(&call, writes) {
            return Ok(Err(to_guest(error)));
        }
        match self.perform(Event::Call(call)).await? {
            Answer::Reply { reply } => Ok(Ok(reply.body.to_string())),
            Answer::Error { error } => Ok(Err(to_guest(error))),
            _ => bail!("the driver answered a call with something else"),
        }
    }
}

fn check_effect(call: &Call, writes: bool) -> std::result::Result<(), CallError> {
    let catalog = Catalog::builtin();
    let (_, action) = catalog.resolve(&call.product, &call.version, &call.action)?;
    let name = format!("{}:{}", call.product, call.action);
    let denied =
        |message: String| Err(CallError::new(ErrorKind::Denied, "policy.interface-wrong", message));
    if (action.effect != Effect::Read) != writes {
        let right = if writes { "queries" } else { "changes" };
        return denied(format!("`{name}` belongs to `aliyun:openapi/{right}`"));
    }
    if action.reply == ReplyShape::Identity {
        return denied(format!("`{name}` makes an identity: call it through its typed function"));
    }
    Ok(())
}

impl queries::Host for State {
    async fn invoke(
        &mut self,
        caller: Resource<Identity>,
        call: queries::Call,
    ) -> Result<std::result::Result<String, Error>> {
        Self::invoke(self, caller, call, false).await
    }
}

impl changes::Host for State {
    async fn invoke(
        &mut self,
        caller: Resource<Identity>,
        call: queries::Call,
    ) -> Result<std::result::Result<String, Error>> {
        Self::invoke(self, caller, call, true).await
    }
}
