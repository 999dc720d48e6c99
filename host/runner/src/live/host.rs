//! Identities: the ones that were bound, and the ones that a run makes.

use std::sync::Arc;

use host_client::StaticKey;
use host_model::{
    Arn, Call, CallError, ErrorKind, IdentityFacts, IdentityRef, SecretKind, SecretRef,
    quote_within,
};
use host_policy::Consent;
use host_runtime::{Answer, IdentityClass};
use host_sign::AccessKey;
use host_wire::SecretLookup as _;

use super::renewal::SessionKeys;
use super::{Identity, LiveDriver};

impl LiveDriver {
    pub(super) fn open(&mut self, name: &str) -> Answer {
        let Some(bound) = self.stage.accounts.0.get(name) else {
            let name = quote_within(name, 64);
            let message = format!("no account is bound to `{name}`");
            let error = CallError::new(ErrorKind::Denied, "run.account-unbound", message)
                .with("grant", format!("--account {name}=PROFILE@ID"));
            return Answer::Error { error };
        };
        let facts = bound.facts(name);
        let keys = Arc::clone(&bound.keys);
        self.adopt(facts, keys, IdentityClass::Account)
    }

    pub(super) fn with_access_key(&mut self, access_key_id: &str, secret: &SecretRef) -> Answer {
        let fits = secret.kind == SecretKind::AccessKey
            && secret.object == format!("ram:access-key/{access_key_id}");
        let text = self.stage.secrets.secret(secret);
        let (true, Some(text)) = (fits, text) else {
            let id = quote_within(access_key_id, 64);
            let message = format!("the secret is not the one of AccessKey `{id}`");
            let error = CallError::new(ErrorKind::Denied, "run.key-mismatched", message);
            return Answer::Error { error };
        };
        let account = &secret.account;
        if let (Some(planning), Some(user)) =
            (&self.stage.planning, self.stage.secrets.owner(secret))
        {
            planning.introduce_user(access_key_id, account, &user);
        }
        let facts = IdentityFacts {
            identity: IdentityRef(format!("{account}/key/{access_key_id}")),
            account: account.clone(),
            // Who is behind the key is the cloud's to say: the workflow can ask it.
            arn: String::new(),
        };
        let keys = Arc::new(StaticKey::new(AccessKey::permanent(access_key_id, text)));
        self.adopt(facts, keys, IdentityClass::Key)
    }

    /// The session that `AssumeRole` answered; its keys were split off the reply already.
    pub(super) fn open_session(
        &mut self,
        call: &Call,
        consent: Consent,
        arn: &str,
        credentials: &serde_json::Value,
    ) -> Result<IdentityFacts, CallError> {
        let keys = SessionKeys::read(credentials).ok_or_else(session_unreadable)?;
        let account = arn.parse::<Arn>().map_err(|_| session_unreadable())?.account().clone();
        keys.secrets.iter().for_each(|secret| self.stage.secrets.know(secret));
        self.sessions += 1;
        let identity = IdentityRef(format!("{}/session/{}", call.identity, self.sessions));
        let facts = IdentityFacts { identity, account, arn: arn.to_owned() };
        self.note_recipe(&facts.identity, call, consent, keys.ends);
        self.adopt(facts.clone(), Arc::new(StaticKey::new(keys.key)), IdentityClass::Session);
        Ok(facts)
    }

    fn adopt(
        &mut self,
        facts: IdentityFacts,
        keys: Arc<dyn host_client::KeySource>,
        class: IdentityClass,
    ) -> Answer {
        let identity = Identity { facts: facts.clone(), keys, class };
        self.identities.insert(facts.identity.clone(), identity);
        Answer::Identity { facts }
    }
}

/// A reply of `AssumeRole` without usable keys.
pub(super) fn session_unreadable() -> CallError {
    let kind = ErrorKind::Other("unexpected".to_owned());
    CallError::new(kind, "run.session-unreadable", "the reply of AssumeRole has no usable keys")
}
