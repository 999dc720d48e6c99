//! Secrets that a workflow asks for by name.

use host_model::{CallError, ErrorKind, IdentityRef, SecretKind, SecretRef, Value, quote_within};
use host_policy::HostPurpose;
use host_runtime::{Answer, Stop};

use super::LiveDriver;
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
        let parameters = parameters.iter();
        let parameters = parameters
            .map(|(name, value)| ((*name).to_owned(), Value::Text((*value).to_owned())))
            .collect();
        let (product, action, _) = purpose.action();
        let call = self.own_call((caller, None), (product, action), parameters);
        self.read_own(&identity, purpose, &call, None).await
    }
}
