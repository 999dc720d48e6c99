//! Who is behind a key, by the cloud's own word.

use host_client::{Client, KeySource, Outgoing};
use host_model::{AccountId, Arn, Call, IdentityRef, Principal};
use host_policy::{HostPurpose, Permit};
use serde_json::Value as Json;

use crate::CredentialError;
use crate::role::{NoSecrets, STS_VERSION, failed};

/// Who calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// User, or session of a role.
    pub arn: Arn,
    /// `RAMUser` or `AssumedRoleUser`.
    pub identity_type: String,
}

/// Asks the cloud who `keys` belong to. Refuses the account itself, and another account than the
/// pinned one. `origin` is for messages: "profile `x`".
pub async fn identify(
    client: &Client,
    keys: &dyn KeySource,
    origin: &str,
    pinned: Option<&AccountId>,
) -> Result<Identity, CredentialError> {
    let call = Call {
        identity: IdentityRef(origin.to_owned()),
        product: "sts".to_owned(),
        version: STS_VERSION.to_owned(),
        action: "GetCallerIdentity".to_owned(),
        region: None,
        parameters: Vec::new(),
    };
    let out = Outgoing {
        call: &call,
        host_parameters: &[],
        secrets: &NoSecrets,
        settle_since: None,
        expected: None,
        account: None,
    };
    let permit = Permit::for_host(HostPurpose::Identify);
    let answer = client.call(permit, keys, out).await.map_err(|error| failed(origin, error))?;
    judge(&answer.body, origin, pinned)
}

fn judge(
    body: &Json,
    origin: &str,
    pinned: Option<&AccountId>,
) -> Result<Identity, CredentialError> {
    let unreadable =
        |field| CredentialError::IdentityUnreadable { origin: origin.to_owned(), field };
    let text = |field: &'static str| {
        body.get(field).and_then(Json::as_str).ok_or_else(|| unreadable(field))
    };
    let account: AccountId = text("AccountId")?.parse().map_err(|_| unreadable("AccountId"))?;
    let arn: Arn = text("Arn")?.parse().map_err(|_| unreadable("Arn"))?;
    let identity_type = text("IdentityType")?.to_owned();
    if identity_type == "Account" || *arn.principal() == Principal::Root {
        return Err(CredentialError::IdentityRoot { origin: origin.to_owned(), account });
    }
    // Two words of the cloud that disagree are no proof of anything.
    if *arn.account() != account {
        return Err(unreadable("Arn"));
    }
    if let Some(wanted) = pinned
        && *wanted != account
    {
        return Err(CredentialError::AccountMismatch {
            origin: origin.to_owned(),
            wanted: wanted.clone(),
            found: account,
        });
    }
    Ok(Identity { account, arn, identity_type })
}
