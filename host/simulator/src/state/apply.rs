//! One request applied to the state.

use host_catalog::{Action, Product};
use host_model::Timestamp;
use serde_json::Value as Json;

use super::progress::advance;
use super::transition::transition;
use super::{Account, Caller, CallerIdentity, CloudError, Parameters, State};

/// What is asked of the cloud.
#[derive(Debug, Clone, Copy)]
pub struct Operation<'a> {
    /// Who asks.
    pub caller: &'a Caller,
    /// The product.
    pub product: &'a Product,
    /// The action.
    pub action: &'a Action,
    /// What it takes.
    pub parameters: &'a Parameters,
    /// When.
    pub now: Timestamp,
}

/// Carries `operation` out: the reply's body without its request id, or the refusal.
///
/// Parameters are checked, permissions are not. An error for which [`CloudError::is_unknown`] holds
/// says that the state does not know enough; nothing has changed then.
pub fn apply(state: &mut State, operation: &Operation<'_>) -> Result<Json, CloudError> {
    let Operation { product, action, parameters, .. } = *operation;
    let transition = transition(&product.key, &action.name).ok_or_else(|| {
        CloudError::new(
            "InvalidApi.NotFound",
            404,
            format!("The action {} is not known to this version.", action.name),
        )
    })?;
    parameters.check(product, action)?;
    // Nobody sees the progress of clusters and machines elsewhere, unless it depends on a write.
    if action.effect.is_write() || ["arms", "cs", "ecs"].contains(&product.key.as_str()) {
        advance(state, operation.now);
    }
    transition(state, operation)
}

impl Operation<'_> {
    pub(crate) fn account<'s>(&self, state: &'s State) -> Result<&'s Account, CloudError> {
        state.account(&self.caller.account)
    }

    pub(crate) fn account_mut<'s>(
        &self,
        state: &'s mut State,
    ) -> Result<&'s mut Account, CloudError> {
        state.account_mut(&self.caller.account)
    }

    /// A parameter that the check has seen.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.parameters.required(name)
    }

    /// The user that is meant: named, or the caller where that is a user.
    pub(crate) fn user_meant(&self, parameter: &str) -> Result<String, CloudError> {
        match (self.parameters.text(parameter), &self.caller.identity) {
            (Some(name), _) => Ok(name.to_owned()),
            (None, CallerIdentity::User(name)) => Ok(name.clone()),
            (None, CallerIdentity::Root | CallerIdentity::Session { .. }) => {
                Err(CloudError::invalid(
                    "MissingParameter",
                    format!("The parameter {parameter} is mandatory, as the caller is no user."),
                ))
            }
        }
    }

    /// `now` and `seconds` more.
    pub(crate) fn later(&self, seconds: u32) -> Timestamp {
        self.now.plus_millis(i64::from(seconds) * 1000)
    }
}
