//! Secrets that a workflow asks for by name.

use std::collections::BTreeMap;

use host_client::Answer as ClientAnswer;
use host_model::{
    Call, CallError, ErrorKind, IdentityRef, Reply, SecretKind, SecretRef, Value, quote_within,
};
use host_policy::{HostPurpose, Permit};
use host_runtime::{Answer, Stop};

use super::LiveDriver;
use super::call::attempts_of;
use crate::password;
use crate::secrets::principal_of;

impl LiveDriver {
    pub(super) fn fingerprint(&self, secret: &SecretRef) -> Answer {
        match self.stage.secrets.fingerprint(secret) {
            Some(text) => Answer::Text { text },
            None => Answer::Text { text: String::new() },
        }
    }

    pub(super) fn find_secret(&self, caller: &IdentityRef, object: &str) -> Result<Answer, Stop> {
        let identity = match self.identity(caller) {
            Ok(identity) => identity,
            Err(error) => return Ok(Answer::Error { error }),
        };
        match self.stage.secrets.find(&identity.facts.account, object) {
            Ok(secret) => Ok(Answer::Secret { secret }),
            Err(error) => {
                Err(Stop::Unkept { reason: format!("the vault cannot be read: {error}") })
            }
        }
    }

    pub(super) fn unsettled(&self, caller: &IdentityRef, user_name: &str) -> Result<Answer, Stop> {
        let identity = match self.identity(caller) {
            Ok(identity) => identity,
            Err(error) => return Ok(Answer::Error { error }),
        };
        match self.stage.secrets.unsettled(&identity.facts.account, user_name) {
            Ok(Some(since)) => Ok(Answer::Number { number: since.seconds() }),
            Ok(None) => Ok(Answer::Done),
            Err(error) => {
                Err(Stop::Unkept { reason: format!("the vault cannot be read: {error}") })
            }
        }
    }

    pub(super) async fn generate_password(
        &mut self,
        caller: &IdentityRef,
        object: &str,
    ) -> Result<Answer, Stop> {
        let Some(user) = object.strip_prefix("ram:login-profile/").filter(|user| !user.is_empty())
        else {
            let object = quote_within(object, 80);
            let message =
                format!("a password belongs to `ram:login-profile/<user>`, not `{object}`");
            let error = CallError::new(ErrorKind::Invalid, "vault.object-invalid", message);
            return Ok(Answer::Error { error });
        };
        let identity = match self.identity(caller) {
            Ok(identity) => identity,
            Err(error) => return Ok(Answer::Error { error }),
        };
        if let Answer::Secret { secret: Some(secret) } = self.find_secret(caller, object)? {
            return Ok(Answer::Secret { secret: Some(secret) });
        }
        let policy = match self.read_for_host(caller, HostPurpose::ReadPasswordPolicy, &[]).await {
            Ok(policy) => policy,
            Err(error) => return Ok(Answer::Error { error }),
        };
        let text = password::generate(&policy, self.stage.entropy.as_ref());
        let secret = SecretRef {
            account: identity.facts.account,
            kind: SecretKind::Password,
            object: object.to_owned(),
        };
        let principal = principal_of(SecretKind::Password, Some(user));
        match self.stage.secrets.keep(&secret, principal, &text) {
            Ok(()) => Ok(Answer::Secret { secret: Some(secret) }),
            Err(error) => Err(Stop::Unkept {
                reason: format!("a new password could not be kept, so it is not used: {error}"),
            }),
        }
    }

    /// A read that the host makes for itself, as the caller.
    pub(super) async fn read_for_host(
        &self,
        caller: &IdentityRef,
        purpose: HostPurpose,
        parameters: &[(&str, &str)],
    ) -> Result<serde_json::Value, CallError> {
        let identity = self.identity(caller)?;
        let (product, action, _) = purpose.action();
        let version =
            self.stage.catalog.product(product).map(|p| p.version.clone()).unwrap_or_default();
        let text =
            |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
        let call = Call {
            identity: caller.clone(),
            product: product.to_owned(),
            version,
            action: action.to_owned(),
            region: None,
            parameters: parameters.iter().map(text).collect(),
        };
        let outgoing = self.outgoing(&call, &[], None);
        let permit = Permit::for_host(purpose);
        let begun = self.stage.clock.now();
        let answer = self.stage.client.call(permit, identity.keys.as_ref(), outgoing).await;
        let attempts = match &answer {
            Ok(answer) => answer.attempts,
            Err(error) => attempts_of(error),
        };
        let sent = answer.map(|answer| {
            let ClientAnswer { body, request_id, .. } = answer;
            Reply { body, secrets: BTreeMap::new(), identity: None, request_id }
        });
        // Seen by whoever reads along, but no evidence: the workflow did not make it.
        self.report_call(&call, &identity, &sent, attempts, self.stage.clock.now().since(begun));
        sent.map(|reply| reply.body)
    }
}
