//! A run that is gone on with: what was answered before is answered again, and what the driver knew is
//! built up again from it. Nothing is sent and nothing is reported here.

use host_model::{Call, CallError, IdentityFacts, Reply, SecretKind, SecretRef, Timestamp};
use host_policy::Consent;
use host_runtime::{Answer, Event, IdentityClass, Stop};

use super::renewal::Fetched;
use super::{Identity, LiveDriver, Stage};
use crate::record::Intent;
use crate::settling::Called;
use crate::{RunEvent, is_same_caller};

impl LiveDriver {
    /// Takes note of something that was answered before.
    pub(super) fn recall(
        &mut self,
        event: &Event,
        answer: &Answer,
        intent: Option<&Intent>,
        at: Timestamp,
    ) -> Result<(), Stop> {
        match event {
            Event::Call(call) => self.recall_call(call, answer, intent, at),
            Event::Open { name } => {
                let now = self.open(name);
                same(&now, answer, || format!("the account `{name}`"))
            }
            Event::WithAccessKey { access_key_id, secret } => {
                let now = self.with_access_key(access_key_id, secret);
                same(&now, answer, || format!("the AccessKey `{access_key_id}`"))
            }
            Event::FindSecret { .. } | Event::GeneratePassword { .. } => match answer {
                Answer::Secret { secret: Some(secret) } => self.hold_again(secret),
                _ => Ok(()),
            },
            Event::Step { id, title } => {
                self.enter_step(id, title);
                Ok(())
            }
            Event::Check { id, claim, detail } => {
                self.note_check(id, *claim, detail);
                Ok(())
            }
            Event::Conditional { title, .. } if *answer == (Answer::Flag { flag: true }) => {
                self.enter(title);
                Ok(())
            }
            Event::Random { .. } => {
                self.draws += 1;
                Ok(())
            }
            Event::ConditionalEnd => {
                self.conditional_end();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// After the last answer of the tape: whoever reads along learns where the run is.
    pub(super) fn leave_tape(&self) {
        if self.tape.is_at_end() {
            self.report(&RunEvent::Note {
                message: "everything before was done by an earlier process; the run goes on here"
                    .to_owned(),
            });
            self.report_step();
        }
    }

    fn recall_call(
        &mut self,
        asked: &Call,
        answer: &Answer,
        intent: Option<&Intent>,
        at: Timestamp,
    ) -> Result<(), Stop> {
        let Ok(identity) = self.identity(&asked.identity) else { return Ok(()) };
        let sent = outcome(answer);
        let call = intent.map_or_else(|| self.normalized(asked), |intent| intent.sent.clone());
        if intent.is_some() {
            self.pass_planned(asked)?;
            self.note_planned(answer)?;
        }
        if let Ok((product, action)) = self.resolve(&call) {
            // Counts how often it was asked for, so that the next one gets a token of its own.
            self.token(action, &call);
            if intent.is_some() || sent.is_ok() {
                let answer = sent.as_ref().map(|reply| &reply.body).map_err(|error| &error.kind);
                let (call, account) = (&call, &identity.facts.account);
                self.settling.note(Called { call, product, action, account, answer, at });
            }
        }
        if let Ok(reply) = &sent {
            self.note_invocation(&call, &reply.body);
            let consent = intent.map_or(Consent::None, |it| Consent::of_word(&it.consent));
            self.recall_secrets(&call, consent, reply)?;
        }
        self.record(&call, &identity, &sent, at);
        Ok(())
    }

    fn recall_secrets(&mut self, call: &Call, consent: Consent, reply: &Reply) -> Result<(), Stop> {
        for secret in reply.secrets.values() {
            match secret.kind {
                SecretKind::AccessKey | SecretKind::Password => {
                    self.hold_again(secret)?;
                    self.settle_kept(call, secret)?;
                }
                SecretKind::LicenseKey => {
                    self.fetched.insert(secret.clone(), Fetched { call: call.clone() });
                }
                SecretKind::Session => {}
            }
        }
        if let Some(facts) = &reply.identity {
            self.sessions += 1;
            self.expect_session(facts, call, consent);
        }
        Ok(())
    }

    /// The process may have died after it had kept a secret, and before it took back its note about it.
    fn settle_kept(&self, call: &Call, secret: &SecretRef) -> Result<(), Stop> {
        let Some(user) = call.text("UserName") else { return Ok(()) };
        let Stage { secrets, run, .. } = &self.stage;
        secrets.settle_own(&secret.account, user, run).map_err(|error| Stop::Unkept {
            reason: format!("the vault's note about a key of `{user}` stays: {error}"),
        })
    }

    /// What the host does to a call before it is sent.
    pub(super) fn normalized(&self, asked: &Call) -> Call {
        let mut call = asked.clone();
        if let Ok((product, action)) = self.resolve(asked) {
            product.normalize(action, &mut call);
        }
        call
    }

    fn hold_again(&self, secret: &SecretRef) -> Result<(), Stop> {
        let found = self.stage.secrets.find(&secret.account, &secret.object);
        let reason = match found {
            Ok(Some(_)) => return Ok(()),
            Ok(None) => "it is not in the vault any more".to_owned(),
            Err(error) => format!("the vault cannot be read: {error}"),
        };
        Err(Stop::Unkept { reason: format!("the run needs the {secret}: {reason}") })
    }
}

impl Identity {
    /// A session whose keys have to be had again before it can sign.
    pub(super) fn without_keys(facts: IdentityFacts) -> Self {
        let keys = std::sync::Arc::new(super::renewal::NoKeys);
        Self { facts, keys, class: IdentityClass::Session }
    }
}

fn outcome(answer: &Answer) -> Result<Reply, CallError> {
    match answer {
        Answer::Reply { reply } => Ok(reply.clone()),
        Answer::Error { error } => Err(error.clone()),
        _ => Ok(Reply {
            body: serde_json::Value::Null,
            secrets: std::collections::BTreeMap::new(),
            identity: None,
            request_id: None,
        }),
    }
}

/// The same identity as before, or the run ends: another account, or a key that is gone, would change what
/// the rest of the run means.
fn same(now: &Answer, before: &Answer, what: impl Fn() -> String) -> Result<(), Stop> {
    let is_same = match (now, before) {
        (Answer::Identity { facts: now }, Answer::Identity { facts: before }) => {
            now.identity == before.identity
                && now.account == before.account
                && is_same_caller(&now.arn, &before.arn)
        }
        (now, before) => now == before,
    };
    if is_same {
        return Ok(());
    }
    let shown = |answer: &Answer| match answer {
        Answer::Identity { facts } => format!("{} in {}", facts.arn, facts.account),
        Answer::Error { error } => error.to_string(),
        other => format!("{other:?}"),
    };
    let reason = format!(
        "{} is not what it was when the run began: it was {}, and is {}",
        what(),
        shown(before),
        shown(now)
    );
    Err(Stop::Unkept { reason })
}
