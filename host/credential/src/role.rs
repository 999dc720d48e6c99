//! A session of a role, asked for with another key.

use host_client::{KeySource, Outgoing};
use host_model::{Call, CallError, IdentityRef, SecretKind, SecretRef, SecretText, Value};
use host_policy::{HostPurpose, Permit};
use host_wire::SecretLookup;

use crate::session::{Session, from_reply};
use crate::source::RoleRequest;
use crate::{CredentialError, Ports};

pub(crate) const STS_VERSION: &str = "2015-04-01";

/// For calls that carry no secret.
pub(crate) struct NoSecrets;

impl SecretLookup for NoSecrets {
    fn secret(&self, _: &SecretRef) -> Option<SecretText> {
        None
    }
}

/// Assumes the role. `base_origin` says whose key it is done with.
pub(crate) async fn assume(
    ports: &Ports,
    base: &dyn KeySource,
    request: &RoleRequest,
    base_origin: &str,
) -> Result<Session, CredentialError> {
    let call = sts_call("AssumeRole", request);
    let name = ("RoleSessionName".to_owned(), request.session_name.clone());
    let out = Outgoing {
        call: &call,
        host_parameters: &[name],
        secrets: &NoSecrets,
        settle_since: None,
        expected: None,
        account: None,
    };
    let permit = Permit::for_host(HostPurpose::ProfileSession);
    let answer = match &request.endpoint {
        Some(address) => {
            let client = ports.client.at(&call.product, address);
            let client = client.map_err(|error| failed(base_origin, error.into()))?;
            client.call(permit, base, out).await
        }
        None => ports.client.call(permit, base, out).await,
    };
    let answer = answer.map_err(|source| failed(base_origin, source))?;
    let keys = answer.secrets.iter().find(|secret| secret.kind == SecretKind::Session);
    let keys = keys.ok_or_else(|| CredentialError::ReplyInvalid {
        origin: request.role.to_string(),
        reason: "it brought no keys".to_owned(),
    })?;
    from_reply(keys.text.expose().as_bytes(), &request.role.to_string())
}

pub(crate) fn failed(origin: &str, source: CallError) -> CredentialError {
    CredentialError::CallFailed { origin: origin.to_owned(), source: Box::new(source) }
}

fn sts_call(action: &str, request: &RoleRequest) -> Call {
    let mut parameters = vec![("RoleArn".to_owned(), Value::Text(request.role.to_string()))];
    let texts = [("ExternalId", &request.external_id), ("Policy", &request.policy)];
    for (name, text) in texts {
        parameters.extend(text.clone().map(|text| (name.to_owned(), Value::Text(text))));
    }
    let duration = request.duration.map(|seconds| Value::Json(seconds.into()));
    parameters.extend(duration.map(|seconds| ("DurationSeconds".to_owned(), seconds)));
    Call {
        identity: IdentityRef("profile".to_owned()),
        product: "sts".to_owned(),
        version: STS_VERSION.to_owned(),
        action: action.to_owned(),
        region: request.region.as_ref().map(ToString::to_string),
        parameters,
    }
}
