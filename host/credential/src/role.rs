//! A session of a role, asked for with another key.

use host_client::{KeySource, Outgoing};
use host_model::{
    Call, CallError, ErrorKind, IdentityRef, SecretKind, SecretRef, SecretText, Value,
};
use host_policy::{HostPurpose, Permit};
use host_wire::SecretLookup;

use crate::session::{Session, from_reply};
use crate::source::RoleRequest;
use crate::{CredentialError, Ports};

pub(crate) const STS_VERSION: &str = "2015-04-01";

/// What codes of this room begin with.
pub(crate) const OWN_CODES: &str = "credential.";

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
    let answer = answer.map_err(|source| match failed(base_origin, source) {
        CredentialError::CallFailed { origin, source } if !is_about_key(&source) => {
            CredentialError::RoleRefused { origin, role: request.role.to_string(), source }
        }
        other => other,
    })?;
    let keys = answer.secrets.iter().find(|secret| secret.kind == SecretKind::Session);
    let keys = keys.ok_or_else(|| CredentialError::ReplyInvalid {
        origin: request.role.to_string(),
        reason: "it brought no keys".to_owned(),
    })?;
    from_reply(keys.text.expose().as_bytes(), &request.role.to_string())
}

/// A call with a key came to nothing: there was no key, nobody answered, or the cloud said no. `origin` says whose
/// key it is; if it was had by others, the one that failed is named.
pub(crate) fn failed(origin: &str, source: CallError) -> CredentialError {
    let detail = |name: &str| source.details.get(name).cloned();
    let origin = detail("credential").unwrap_or_else(|| origin.to_owned());
    let role = detail("role");
    let is_unanswered = matches!(
        source.kind,
        ErrorKind::Unavailable
            | ErrorKind::OutcomeUnknown
            | ErrorKind::Throttled
            | ErrorKind::Cancelled
            | ErrorKind::Denied
    );
    let is_without_key = source.code.starts_with(OWN_CODES);
    let source = Box::new(source);
    match role {
        Some(role) => CredentialError::RoleRefused { origin, role, source },
        None if is_unanswered || is_without_key => {
            CredentialError::CloudUnreached { origin, source }
        }
        None => CredentialError::CallFailed { origin, source },
    }
}

/// Whether the cloud refused the key itself, and not what was to be done with it.
fn is_about_key(error: &CallError) -> bool {
    let beginnings = [
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidSecurityToken",
        "MissingSecurityToken",
        "SignatureDoesNotMatch",
    ];
    // What has no request id, the cloud did not say.
    let is_clouds = error.request_id.is_some();
    !is_clouds || beginnings.iter().any(|it| error.code.starts_with(it))
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
