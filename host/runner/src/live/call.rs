//! One call to the cloud, from event to answer.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Action;
use host_client::{Answer as ClientAnswer, Outgoing};
use host_model::{Call, CallError, ErrorKind, Reply, SecretKind, SecretRef, Timestamp};
use host_runtime::{Answer, Stop};
use host_wire::FoundSecret;

use super::lost::{Delivered, Delivery};
use super::{Identity, LiveDriver, Stage};
use crate::ledger::{Asked, CallRecord, Recorded};
use crate::secrets::principal_of;
use crate::sighting::{named, sightings};
use crate::{CallOutcome, RunEvent};

/// Characters of a role session's name (`AssumeRole`).
const SESSION_NAME_MAX: usize = 64;

impl LiveDriver {
    pub(super) async fn call(&mut self, mut call: Call) -> Result<Answer, Stop> {
        let begun = self.stage.clock.now();
        let outcome = match self.identity(&call.identity) {
            Ok(identity) => {
                let sent = self.judged_call(&mut call, &identity).await?;
                self.record(&call, &identity, &sent);
                Some(identity).zip(Some(sent))
            }
            Err(error) => return Ok(Answer::Error { error }),
        };
        let Some((identity, sent)) = outcome else { return Ok(Answer::Done) };
        let elapsed = self.stage.clock.now().since(begun);
        self.report_call(&call, &identity, &sent, elapsed);
        Ok(match sent {
            Ok((reply, _)) => Answer::Reply { reply },
            Err(error) => Answer::Error { error },
        })
    }

    async fn judged_call(
        &mut self,
        call: &mut Call,
        identity: &Identity,
    ) -> Result<Result<(Reply, u32), CallError>, Stop> {
        let (product, action) = match self.resolve(call) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        product.normalize(action, call);
        // Parameters are checked before anything is looked up for them, and before the host adds its own.
        if let Err(error) = product.check(action, call) {
            return Ok(Err(error.into()));
        }
        // A lost reply may mean that it is judged again, as the workflow asked it.
        let asked = call.clone();
        let brief = self.brief(&asked, product, action, identity).await;
        // Nobody is asked about a call that no yes could allow.
        if let Err(error) = self.judge(&brief, host_policy::Consent::Person) {
            return Ok(Err(error));
        }
        let consent = self.consent(&brief).await?;
        let permit = match self.judge(&brief, consent) {
            Ok(permit) => permit,
            Err(error) => return Ok(Err(error)),
        };
        self.stage.mark.put_on(product, action, call);
        let before = match self.look_before(call, product, action, identity).await {
            Ok(before) => before,
            Err(error) => return Ok(Err(self.redacted(error))),
        };
        if makes_secret(action) {
            self.prepare_to_keep(call, identity)?;
        }
        let mut host_parameters = self.host_parameters(call);
        host_parameters.extend(self.token(action, call));
        let settle_since = self.settling.since(call, action, identity);
        let intent = self.intent(&brief, call, host_parameters, consent, before);
        let noted_at = self.stage.clock.now();
        let delivery =
            Delivery { brief: &brief, consent, intent: &intent, noted_at, settle_since, may_be_sent: false };
        let Delivered { answer, known: _ } = self.deliver(permit, &delivery).await?;
        if makes_secret(action)
            && answer.as_ref().is_err_and(|error| error.kind != ErrorKind::OutcomeUnknown)
        {
            self.settle_intent(call, identity)?;
        }
        self.settling.note(call, action, answer.is_ok(), self.stage.clock.now());
        match answer {
            Ok(mut answer) => {
                self.note_invocation(call, &answer.body);
                self.show_outputs(call, identity, &mut answer);
                self.accept(call, identity, answer)
            }
            Err(error) => Ok(Err(self.redacted(error))),
        }
    }

    /// Tries the vault and notes what is about to be asked for, before the cloud makes a secret that it
    /// shows once.
    fn prepare_to_keep(&self, call: &Call, identity: &Identity) -> Result<(), Stop> {
        let Stage { secrets, run, .. } = &self.stage;
        let account = &identity.facts.account;
        let noted = secrets.rehearse().and_then(|()| match call.text("UserName") {
            Some(user) => secrets.intend(account, user, run),
            None => Ok(()),
        });
        noted.map_err(|error| {
            let name = &call.action;
            let reason = format!("`{name}` makes a secret, and it could not be kept: {error}");
            Stop::Unkept { reason }
        })
    }

    fn settle_intent(&self, call: &Call, identity: &Identity) -> Result<(), Stop> {
        let Some(user) = call.text("UserName") else { return Ok(()) };
        let account = &identity.facts.account;
        self.stage.secrets.settle(account, user, &self.stage.run).map_err(|error| {
            let reason = format!("the vault's note about a key of `{user}` stays: {error}");
            Stop::Unkept { reason }
        })
    }

    /// What the host itself fills in: the session's name, which joins the cloud's own trail with this run.
    pub(super) fn host_parameters(&self, call: &Call) -> Vec<(String, String)> {
        if call.action != "AssumeRole" {
            return Vec::new();
        }
        let name: String =
            format!("host-{}", self.stage.run).chars().take(SESSION_NAME_MAX).collect();
        vec![("RoleSessionName".to_owned(), name)]
    }

    pub(super) fn outgoing<'a>(
        &'a self,
        call: &'a Call,
        host_parameters: &'a [(String, String)],
        settle_since: Option<Timestamp>,
    ) -> Outgoing<'a> {
        let account = self.identities.get(&call.identity).map(|identity| &identity.facts.account);
        let secrets = self.stage.secrets.as_ref();
        Outgoing { call, host_parameters, secrets, settle_since, account }
    }

    /// Seals every secret of a reply before anything else happens to it (fault row 2).
    fn accept(
        &mut self,
        call: &Call,
        identity: &Identity,
        answer: ClientAnswer,
    ) -> Result<Result<(Reply, u32), CallError>, Stop> {
        let ClientAnswer { body, secrets, request_id, attempts, outputs: _ } = answer;
        let mut names = BTreeMap::new();
        let mut session = None;
        for found in secrets {
            match found.kind {
                SecretKind::Session => session = Some(found),
                SecretKind::LicenseKey => {
                    // Fetched anew in every run, and never on disk (fault row 62).
                    let name = name_of(identity, &found);
                    self.stage.secrets.hold(&name, &found.text);
                    names.insert(found.at, name);
                }
                SecretKind::AccessKey | SecretKind::Password => {
                    let name = name_of(identity, &found);
                    let principal = principal_of(found.kind, call.text("UserName"));
                    if let Err(error) = self.stage.secrets.keep(&name, principal, &found.text) {
                        return Err(Stop::Unkept { reason: orphaned(&name, &error.to_string()) });
                    }
                    self.settle_intent(call, identity)?;
                    names.insert(found.at, name);
                }
            }
        }
        let identity = match session {
            Some(found) => match self.accept_session(call, &body, &found) {
                Ok(facts) => Some(facts),
                Err(error) => return Ok(Err(error)),
            },
            None => None,
        };
        Ok(Ok((Reply { body, secrets: names, identity, request_id }, attempts)))
    }

    fn accept_session(
        &mut self,
        call: &Call,
        body: &serde_json::Value,
        found: &FoundSecret,
    ) -> Result<host_model::IdentityFacts, CallError> {
        let arn = body.pointer("/AssumedRoleUser/Arn").and_then(serde_json::Value::as_str);
        let credentials =
            serde_json::from_str(found.text.expose()).unwrap_or(serde_json::Value::Null);
        self.open_session(&call.identity, arn.unwrap_or_default(), &credentials)
    }

    fn redacted(&self, mut error: CallError) -> CallError {
        error.message = self.redact(&error.message);
        for value in error.details.values_mut() {
            *value = self.redact(value);
        }
        error
    }

    fn record(&self, call: &Call, identity: &Identity, sent: &Result<(Reply, u32), CallError>) {
        let (answer, request_id) = match sent {
            Ok((reply, _)) => (Recorded::Reply, reply.request_id.clone()),
            Err(error) => (recorded(error), error.request_id.clone()),
        };
        let grant = sent.as_ref().err().and_then(|error| error.details.get("grant")).cloned();
        let writes = self.resolve(call).is_ok_and(|(_, action)| action.effect.is_write());
        let action = format!("{}:{}", call.product, call.action);
        let proofs = &self.stage.proofs;
        let sightings = match sent {
            Ok((reply, _)) => sightings(proofs, &action, reply),
            Err(_) => Vec::new(),
        };
        let named = if writes { named(proofs, call) } else { BTreeSet::new() };
        self.ledger().calls.push(CallRecord {
            step: self.step.clone(),
            action,
            class: identity.class,
            account: identity.facts.account.clone(),
            region: call.region.clone(),
            asked: (!writes).then(|| Asked::of(call)),
            at: self.stage.clock.now(),
            writes: writes && call.action != "AssumeRole",
            looks: self.only_looks(call),
            answer,
            request_id,
            grant,
            named,
            sightings,
        });
    }

    /// Whether it runs a script that only looks, as the manifest says.
    fn only_looks(&self, call: &Call) -> bool {
        let script = call.text("CommandContent");
        script.is_some_and(|text| self.stage.looks.contains(&host_runtime::digest(text.as_bytes())))
    }

    pub(super) fn report_call(
        &self,
        call: &Call,
        identity: &Identity,
        sent: &Result<(Reply, u32), CallError>,
        elapsed: std::time::Duration,
    ) {
        let Ok((_, action)) = self.resolve(call) else { return };
        let account = &identity.facts.account;
        let error = sent.as_ref().err();
        self.report(&RunEvent::Call {
            step: self.step.clone(),
            account_name: self.account_name(&identity.facts).map(str::to_owned),
            account: account.to_string(),
            identity: identity.facts.identity.to_string(),
            product: call.product.clone(),
            action: call.action.clone(),
            effect: action.effect,
            sentence: self.redact(&action.sentence_of(call)),
            outcome: sent.as_ref().map_or_else(outcome_of, |_| CallOutcome::Ok),
            code: error.map(|error| error.code.clone()),
            message: error.map(|error| error.message.clone()),
            request_id: match sent {
                Ok((reply, _)) => reply.request_id.clone(),
                Err(error) => error.request_id.clone(),
            },
            attempts: sent.as_ref().map_or_else(attempts_of, |(_, attempts)| *attempts),
            elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
        });
    }
}

/// Whether the cloud shows a secret once and never again.
fn makes_secret(action: &Action) -> bool {
    action.secrets.iter().any(|field| field.kind == SecretKind::AccessKey)
}

fn recorded(error: &CallError) -> Recorded {
    match error.kind {
        // A refusal without a request id proves nothing about the cloud.
        ErrorKind::Forbidden if error.request_id.is_some() => Recorded::Refusal,
        ErrorKind::Denied => Recorded::Denied,
        ErrorKind::OutcomeUnknown => Recorded::Unknown,
        _ => Recorded::Other,
    }
}

/// Nothing was sent for a call that the host itself refused.
fn attempts_of(error: &CallError) -> u32 {
    error.details.get("attempts").and_then(|attempts| attempts.parse().ok()).unwrap_or(0)
}

fn outcome_of(error: &CallError) -> CallOutcome {
    match error.kind {
        ErrorKind::Denied => CallOutcome::Denied,
        ErrorKind::Forbidden => CallOutcome::Refused,
        ErrorKind::OutcomeUnknown => CallOutcome::Unknown,
        _ => CallOutcome::Failed,
    }
}

fn name_of(identity: &Identity, found: &FoundSecret) -> SecretRef {
    SecretRef {
        account: identity.facts.account.clone(),
        kind: found.kind,
        object: found.object.clone(),
    }
}

fn orphaned(name: &SecretRef, error: &str) -> String {
    format!(
        "the cloud made the {name}, and it could not be kept ({error}); nobody has it, so delete the object \
         in the cloud"
    )
}
