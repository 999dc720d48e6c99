//! Keys that are never on disk: of sessions, and of licenses. A run that goes on has them again by the
//! calls that it had them by, and so has one that outlives its sessions.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use host_client::{Answer as ClientAnswer, KeySource, StaticKey};
use host_model::{
    Call, CallError, ErrorKind, IdentityFacts, IdentityRef, SecretKind, SecretRef, SecretText,
    Timestamp,
};
use host_policy::Consent;
use host_runtime::Stop;
use host_sign::AccessKey;
use host_wire::SecretLookup as _;
use serde_json::Value as Json;

use super::{Identity, LiveDriver};
use crate::record::{Entry, Renewed};

/// Keys of a session are had anew when they end so soon.
const SESSION_MARGIN: Duration = Duration::from_mins(2);

/// How keys of a session are had again.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    /// The call that assumes the role.
    call: Call,
    /// How it was agreed to.
    consent: Consent,
    /// When the keys end; `None` if there are none.
    ends: Option<Timestamp>,
}

/// How a secret that is never kept is had again.
#[derive(Debug, Clone)]
pub(super) struct Fetched {
    /// The call that reads it.
    pub(super) call: Call,
}

/// Keys that have to be had again first.
#[derive(Debug)]
pub(super) struct NoKeys;

#[async_trait]
impl KeySource for NoKeys {
    async fn key(&self) -> Result<AccessKey, CallError> {
        let message = "the keys of this session ended with an earlier process";
        Err(CallError::new(ErrorKind::Unavailable, "run.session-ended", message))
    }
}

/// The keys of a session, as `AssumeRole` answers them.
pub(super) struct SessionKeys {
    pub(super) key: AccessKey,
    pub(super) secrets: [SecretText; 2],
    pub(super) ends: Option<Timestamp>,
}

impl SessionKeys {
    pub(super) fn read(credentials: &Json) -> Option<Self> {
        let part = |name: &str| credentials.get(name).and_then(Json::as_str);
        let secret = SecretText::new(part("AccessKeySecret")?);
        let token = SecretText::new(part("SecurityToken")?);
        let ends = part("Expiration").and_then(|text| text.parse::<jiff::Timestamp>().ok());
        Some(Self {
            key: AccessKey::temporary(part("AccessKeyId")?, secret.clone(), token.clone()),
            secrets: [secret, token],
            ends: ends.map(|ends| Timestamp::from_millis(ends.as_millisecond())),
        })
    }
}

impl LiveDriver {
    /// A session that was assumed before: its keys are had again when it has to sign.
    pub(super) fn expect_session(&mut self, facts: &IdentityFacts, call: &Call, consent: Consent) {
        let identity = Identity::without_keys(facts.clone());
        self.identities.insert(facts.identity.clone(), identity);
        let recipe = Recipe { call: call.clone(), consent, ends: None };
        self.recipes.insert(facts.identity.clone(), recipe);
    }

    /// Takes note of how keys that just came can be had again.
    pub(super) fn note_recipe(
        &mut self,
        identity: &IdentityRef,
        call: &Call,
        consent: Consent,
        ends: Option<Timestamp>,
    ) {
        self.recipes.insert(identity.clone(), Recipe { call: call.clone(), consent, ends });
    }

    /// Makes sure that what signs a call, and what it carries, is there.
    pub(super) async fn renew_for(&mut self, call: &Call) -> Result<Result<(), CallError>, Stop> {
        let fetch: Vec<(SecretRef, Call)> = call
            .secrets()
            .filter(|secret| self.stage.secrets.secret(secret).is_none())
            .filter_map(|secret| Some((secret.clone(), self.fetched.get(secret)?.call.clone())))
            .collect();
        for (_, read) in &fetch {
            if let Err(error) = self.renew_sessions(&read.identity).await? {
                return Ok(Err(error));
            }
            if let Err(error) = self.fetch_again(read).await? {
                return Ok(Err(error));
            }
        }
        self.renew_sessions(&call.identity).await
    }

    /// The identity's own session, and before it those that it was assumed from.
    async fn renew_sessions(
        &mut self,
        identity: &IdentityRef,
    ) -> Result<Result<(), CallError>, Stop> {
        let mut chain = Vec::new();
        let mut next = identity.clone();
        while let Some(recipe) = self.recipes.get(&next) {
            chain.push((next.clone(), recipe.clone()));
            next = recipe.call.identity.clone();
        }
        for (identity, recipe) in chain.into_iter().rev() {
            let limit = self.stage.clock.now().plus(SESSION_MARGIN);
            if recipe.ends.is_some_and(|ends| ends > limit) {
                continue;
            }
            if let Err(error) = self.renew_session(&identity, &recipe).await? {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    async fn renew_session(
        &mut self,
        identity: &IdentityRef,
        recipe: &Recipe,
    ) -> Result<Result<(), CallError>, Stop> {
        let answer = match self.call_again(&recipe.call, Some(recipe.consent)).await? {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        let found = answer.secrets.iter().find(|found| found.kind == SecretKind::Session);
        let keys = found
            .and_then(|found| serde_json::from_str::<Json>(found.text.expose()).ok())
            .and_then(|credentials| SessionKeys::read(&credentials));
        let Some(keys) = keys else { return Ok(Err(super::host::session_unreadable())) };
        keys.secrets.iter().for_each(|secret| self.stage.secrets.know(secret));
        if let Some(known) = self.identities.get_mut(identity) {
            known.keys = Arc::new(StaticKey::new(keys.key));
        }
        self.note_recipe(identity, &recipe.call, recipe.consent, keys.ends);
        self.note_renewed(Some(identity.clone()), &recipe.call, answer.request_id).await.map(Ok)
    }

    async fn fetch_again(&mut self, call: &Call) -> Result<Result<(), CallError>, Stop> {
        let Ok(identity) = self.identity(&call.identity) else { return Ok(Ok(())) };
        let answer = match self.call_again(call, None).await? {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        for found in &answer.secrets {
            let name = super::call::name_of(&identity, found);
            self.stage.secrets.hold(&name, &found.text);
        }
        self.note_renewed(None, call, answer.request_id).await.map(Ok)
    }

    /// A call that the run made before, judged like then. What was agreed to then is agreed to.
    async fn call_again(
        &mut self,
        call: &Call,
        agreed: Option<Consent>,
    ) -> Result<Result<ClientAnswer, CallError>, Stop> {
        let (product, action) = match self.resolve(call) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let identity = match self.identity(&call.identity) {
            Ok(identity) => identity,
            Err(error) => return Ok(Err(error)),
        };
        let brief = self.brief(call, product, action, &identity).await;
        let consent = match agreed {
            Some(consent) => consent,
            None => self.consent(&brief).await?,
        };
        let permit = match self.judge(&brief, consent) {
            Ok(permit) => permit,
            Err(error) => return Ok(Err(error)),
        };
        let host_parameters = self.host_parameters(call);
        let outgoing = self.outgoing(call, &host_parameters, None, None);
        Ok(self.stage.client.call(permit, identity.keys.as_ref(), outgoing).await)
    }

    async fn note_renewed(
        &self,
        identity: Option<IdentityRef>,
        call: &Call,
        request_id: Option<String>,
    ) -> Result<(), Stop> {
        let entry = Entry::Renewed(Renewed { identity, call: call.clone(), request_id });
        self.stage.recorder.note(&entry).await.map_err(|error| Stop::Unrecorded {
            reason: format!("that a key was had again could not be written down: {error}"),
        })
    }
}
