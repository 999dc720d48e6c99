//! One call to the cloud, from event to answer.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::Action;
use host_client::{Answer as ClientAnswer, Expectation, Outgoing};
use host_model::{Call, CallError, ErrorKind, Reply, SecretKind, SecretRef, Timestamp};
use host_policy::{Consent, Permit};
use host_runtime::{Answer, Event, Stop};
use host_vault::SealedEntry;
use host_wire::FoundSecret;

use super::judge::Brief;
use super::lost::{Delivered, Delivery, Noted};
use super::{Identity, LiveDriver, Stage};
use crate::ledger::{Asked, CallRecord, Recorded};
use crate::record::{Intent, Known, Outcome, Took};
use crate::secrets::principal_of;
use crate::settling::Called;
use crate::sighting::{named, sightings};
use crate::{CallOutcome, RunEvent};

/// Characters of a role session's name (`AssumeRole`).
const SESSION_NAME_MAX: usize = 64;

/// What came of a call, before the workflow hears of it.
pub(super) struct Sent {
    pub(super) answer: Result<Reply, CallError>,
    attempts: u32,
    /// How it is known, of a call whose intent was written down.
    known: Option<Known>,
    /// Secrets of the reply, sealed and not yet kept.
    sealed: Vec<(SecretRef, SealedEntry)>,
}

impl Sent {
    /// Nothing was sent.
    fn refused(error: CallError) -> Self {
        Self { answer: Err(error), attempts: 0, known: None, sealed: Vec::new() }
    }
}

impl LiveDriver {
    pub(super) async fn call(&mut self, asked: Call) -> Result<Answer, Stop> {
        let begun = self.stage.clock.now();
        let mut call = self.normalized(&asked);
        let sent = match self.renew_for(&asked).await? {
            Ok(()) => self.judged_call(&asked, &mut call).await?,
            Err(error) => Sent::refused(error),
        };
        self.settle(asked, &call, sent, begun).await
    }

    /// Goes on with a call that was about to be sent when an earlier process died.
    pub(super) async fn recover(&mut self, intent: Intent, at: Timestamp) -> Result<Answer, Stop> {
        let begun = self.stage.clock.now();
        let asked = intent.call.clone();
        self.pass_planned(&asked)?;
        if let Err(error) = self.renew_for(&asked).await? {
            return Err(Stop::Unkept {
                reason: format!("what came of `{}` cannot be found out: {error}", asked.action),
            });
        }
        let call = intent.sent.clone();
        if let Ok((_, action)) = self.resolve(&call) {
            self.token(action, &call);
        }
        let sent = self.recovered(intent, at).await?;
        self.settle(asked, &call, sent, begun).await
    }

    /// Writes down what came of a call, keeps what it brought, and answers.
    async fn settle(
        &mut self,
        asked: Call,
        call: &Call,
        sent: Sent,
        begun: Timestamp,
    ) -> Result<Answer, Stop> {
        let Sent { answer: result, attempts, known, sealed } = sent;
        let now = self.stage.clock.now();
        let elapsed = now.since(begun);
        let took =
            Took { attempts, elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX) };
        let answer = match &result {
            Ok(reply) => Answer::Reply { reply: reply.clone() },
            Err(error) => Answer::Error { error: error.clone() },
        };
        self.note_seen(call, &result);
        self.note_stale(call, &result);
        match known {
            Some(known) => {
                let outcome = Outcome { answer: answer.clone(), took, known };
                self.write_outcome(call, outcome, &sealed).await?;
            }
            None => self.note_answered(Event::Call(asked), &answer, Some(took)).await?,
        }
        if let Ok(identity) = self.identity(&call.identity) {
            self.record(call, &identity, &result, now);
            self.report_call(call, &identity, &result, attempts, elapsed);
        }
        self.note_planned(&answer)?;
        Ok(answer)
    }

    async fn judged_call(&mut self, asked: &Call, call: &mut Call) -> Result<Sent, Stop> {
        let (product, action) = match self.resolve(call) {
            Ok(found) => found,
            Err(error) => return Ok(Sent::refused(error)),
        };
        let identity = match self.identity(&call.identity) {
            Ok(identity) => identity,
            Err(error) => return Ok(Sent::refused(error)),
        };
        // Parameters are checked before anything is looked up for them, and before the host adds its own.
        if let Err(error) = product.check(action, call) {
            return Ok(Sent::refused(error.into()));
        }
        // A lost reply may mean that it is judged again, as it was before the host added anything.
        let plain = call.clone();
        let brief = self.brief(&plain, product, action, &identity).await;
        // Nobody is asked about a call that no yes could allow.
        if let Err(error) = self.judge(&brief, Consent::Person) {
            self.check_denied(asked).await?;
            return Ok(Sent::refused(error));
        }
        let consent = match self.consent_by_plan(asked, &brief).await? {
            Some(consent) => consent,
            None => self.consent(&brief).await?,
        };
        let permit = match self.judge(&brief, consent) {
            Ok(permit) => permit,
            Err(error) => return Ok(Sent::refused(error)),
        };
        self.note_audit(&brief);
        self.stage.mark.put_on(product, action, call);
        let before = match self.look_before(call, product, action, &identity).await {
            Ok(before) => before,
            Err(error) => return Ok(Sent::refused(self.redacted(error))),
        };
        if makes_secret(action) {
            self.prepare_to_keep(call, &identity)?;
        }
        let mut host_parameters = self.host_parameters(call);
        host_parameters.extend(self.token(action, call));
        if action.effect.is_write()
            && let Some(planning) = self.stage.planning.clone()
        {
            let delivery = Delivery {
                brief: &brief,
                consent,
                call,
                host_parameters: &host_parameters,
                intent: None,
            };
            return self.foresee(&planning, asked, permit, &delivery).await;
        }
        let intent = if action.effect.is_write() {
            let intent = self.intent(asked, call, &identity, consent, &host_parameters);
            let intent = Intent { before, ..intent };
            self.write_intent(&intent).await?;
            Some(intent)
        } else {
            None
        };
        let intent = intent.as_ref().map(|intent| Noted::now(intent, self.stage.clock.now()));
        let delivery =
            Delivery { brief: &brief, consent, call, host_parameters: &host_parameters, intent };
        self.send(permit, &delivery).await
    }

    /// Sends a call that was judged, and takes in its reply.
    pub(super) async fn send(
        &mut self,
        permit: Permit,
        delivery: &Delivery<'_>,
    ) -> Result<Sent, Stop> {
        let Delivery { call, consent, .. } = *delivery;
        let Brief { product, action, identity, .. } = *delivery.brief;
        let Delivered { answer, known } = self.deliver(permit, delivery).await?;
        if makes_secret(action)
            && answer.as_ref().is_err_and(|error| error.kind != ErrorKind::OutcomeUnknown)
        {
            self.settle_intent(call, identity)?;
        }
        // What is planned is visible at once.
        if self.stage.planning.is_none() {
            let (account, at) = (&identity.facts.account, self.stage.clock.now());
            let answer = answer.as_ref().map(|answer| &answer.body).map_err(|error| &error.kind);
            self.settling.note(Called { call, product, action, account, answer, at });
        }
        let known = delivery.intent.is_some().then_some(known);
        match answer {
            Ok(mut answer) => {
                self.note_invocation(call, &answer.body);
                self.show_outputs(call, identity, &mut answer);
                self.accept(call, identity, consent, answer, known)
            }
            Err(error) => {
                let attempts = attempts_of(&error);
                let answer = Err(self.redacted(error));
                Ok(Sent { answer, attempts, known, sealed: Vec::new() })
            }
        }
    }

    /// What came of a call that an earlier process may or may not have sent.
    async fn recovered(&mut self, intent: Intent, at: Timestamp) -> Result<Sent, Stop> {
        let call = &intent.sent;
        let identity = match self.identity(&call.identity) {
            Ok(identity) => identity,
            Err(error) => return Ok(Sent::refused(error)),
        };
        let (product, action) = match self.resolve(call) {
            Ok(found) => found,
            Err(error) => return Ok(Sent::refused(error)),
        };
        let consent = Consent::of_word(&intent.consent);
        // Judged is what the workflow asked for; sent is that with the host's own marks on it.
        let plain = self.normalized(&intent.call);
        let brief = self.brief(&plain, product, action, &identity).await;
        let permit = match self.judge(&brief, consent) {
            Ok(permit) => permit,
            Err(error) => return Err(self.denied_now(&brief, &error)),
        };
        let delivery = Delivery {
            brief: &brief,
            consent,
            call,
            host_parameters: &intent.host_parameters,
            intent: Some(Noted::before(&intent, at)),
        };
        self.send(permit, &delivery).await
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

    pub(super) fn settle_intent(&self, call: &Call, identity: &Identity) -> Result<(), Stop> {
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
        expected: Option<&'a dyn Expectation>,
    ) -> Outgoing<'a> {
        let account = self.identities.get(&call.identity).map(|identity| &identity.facts.account);
        let secrets = self.stage.secrets.as_ref();
        Outgoing { call, host_parameters, secrets, settle_since, expected, account }
    }

    /// Seals every secret of a reply before anything else happens to it (fault row 2).
    fn accept(
        &mut self,
        call: &Call,
        identity: &Identity,
        consent: Consent,
        answer: ClientAnswer,
        known: Option<Known>,
    ) -> Result<Sent, Stop> {
        let ClientAnswer { body, secrets, request_id, attempts, outputs: _ } = answer;
        let mut names = BTreeMap::new();
        let mut sealed = Vec::new();
        let mut session = None;
        for found in secrets {
            let name = name_of(identity, &found);
            match found.kind {
                SecretKind::Session => {
                    session = Some(found);
                    continue;
                }
                // Fetched anew in every run, and never on disk (fault row 62).
                SecretKind::LicenseKey => self.stage.secrets.hold(&name, &found.text),
                SecretKind::AccessKey | SecretKind::Password => {
                    let principal = principal_of(found.kind, call.text("UserName"));
                    let entry = self.stage.secrets.seal(&name, principal, &found.text);
                    let entry = entry.map_err(|error| Stop::Unkept {
                        reason: orphaned(&name, &error.to_string()),
                    })?;
                    sealed.push((name.clone(), entry));
                }
            }
            names.insert(found.at, name);
        }
        let identity = match session {
            Some(found) => match self.accept_session(call, consent, &body, &found) {
                Ok(facts) => Some(facts),
                Err(error) => {
                    return Ok(Sent { answer: Err(error), attempts, known, sealed });
                }
            },
            None => None,
        };
        let answer = Ok(Reply { body, secrets: names, identity, request_id });
        Ok(Sent { answer, attempts, known, sealed })
    }

    fn accept_session(
        &mut self,
        call: &Call,
        consent: Consent,
        body: &serde_json::Value,
        found: &FoundSecret,
    ) -> Result<host_model::IdentityFacts, CallError> {
        let arn = body.pointer("/AssumedRoleUser/Arn").and_then(serde_json::Value::as_str);
        let credentials =
            serde_json::from_str(found.text.expose()).unwrap_or(serde_json::Value::Null);
        self.open_session(call, consent, arn.unwrap_or_default(), &credentials)
    }

    fn redacted(&self, mut error: CallError) -> CallError {
        error.message = self.redact(&error.message);
        for value in error.details.values_mut() {
            *value = self.redact(value);
        }
        error
    }

    /// Notes a call for the verdict.
    pub(super) fn record(
        &self,
        call: &Call,
        identity: &Identity,
        sent: &Result<Reply, CallError>,
        at: Timestamp,
    ) {
        let (answer, request_id) = match sent {
            Ok(reply) => (Recorded::Reply, reply.request_id.clone()),
            Err(error) => (recorded(error), error.request_id.clone()),
        };
        let grant = sent.as_ref().err().and_then(|error| error.details.get("grant")).cloned();
        let resolved = self.resolve(call);
        let writes = resolved.as_ref().is_ok_and(|(_, action)| action.effect.is_write());
        let action = format!("{}:{}", call.product, call.action);
        let proofs = &self.stage.proofs;
        let sightings = match sent {
            Ok(reply) => sightings(proofs, &action, reply),
            Err(_) => Vec::new(),
        };
        let named = if writes { named(proofs, call) } else { BTreeSet::new() };
        let mut ledger = self.ledger();
        ledger.failed_with.extend(sent.as_ref().err().map(|error| error.code.clone()));
        ledger.calls.push(CallRecord {
            step: self.step.id.clone(),
            action,
            class: identity.class,
            account: identity.facts.account.clone(),
            region: call.region.clone(),
            asked: (!writes).then(|| Asked::of(call)),
            at,
            writes: resolved.is_ok_and(|(_, action)| action.changes()),
            looks: self.only_looks(call),
            answer,
            request_id,
            grant,
            named,
            sightings,
        });
    }

    /// Whether it runs a script that only looks, as the manifest says.
    pub(super) fn only_looks(&self, call: &Call) -> bool {
        let script = call.text("CommandContent");
        script.is_some_and(|text| self.stage.looks.contains(&host_runtime::digest(text.as_bytes())))
    }

    pub(super) fn report_call(
        &self,
        call: &Call,
        identity: &Identity,
        sent: &Result<Reply, CallError>,
        attempts: u32,
        elapsed: std::time::Duration,
    ) {
        let Ok((_, action)) = self.resolve(call) else { return };
        let account = &identity.facts.account;
        let error = sent.as_ref().err();
        self.report(&RunEvent::Call {
            step: self.step.id.clone(),
            account_name: self.account_name(&identity.facts).map(str::to_owned),
            account: account.to_string(),
            identity: identity.facts.identity.to_string(),
            product: call.product.clone(),
            action: call.action.clone(),
            effect: action.effect,
            changes: action.changes() && !self.only_looks(call),
            sentence: self.redact(&action.sentence_of(call)),
            outcome: sent.as_ref().map_or_else(outcome_of, |_| CallOutcome::Ok),
            code: error.map(|error| error.code.clone()),
            message: error.map(|error| error.message.clone()),
            grant: error.and_then(rule_of),
            request_id: match sent {
                Ok(reply) => reply.request_id.clone(),
                Err(error) => error.request_id.clone(),
            },
            attempts,
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
pub(super) fn attempts_of(error: &CallError) -> u32 {
    error.details.get("attempts").and_then(|attempts| attempts.parse().ok()).unwrap_or(0)
}

/// The rule of a policy file that would allow what the host denied.
fn rule_of(error: &CallError) -> Option<String> {
    let grant = error.details.get("grant").filter(|_| error.kind == ErrorKind::Denied);
    grant.filter(|grant| grant.starts_with(host_policy::RULE)).cloned()
}

fn outcome_of(error: &CallError) -> CallOutcome {
    match error.kind {
        ErrorKind::Denied => CallOutcome::Denied,
        ErrorKind::Forbidden => CallOutcome::Refused,
        ErrorKind::OutcomeUnknown => CallOutcome::Unknown,
        _ => CallOutcome::Failed,
    }
}

pub(super) fn name_of(identity: &Identity, found: &FoundSecret) -> SecretRef {
    SecretRef {
        account: identity.facts.account.clone(),
        kind: found.kind,
        object: found.object.clone(),
    }
}

pub(super) fn orphaned(name: &SecretRef, error: &str) -> String {
    format!(
        "the cloud made the {name}, and it could not be kept ({error}); nobody has it, so delete the object \
         in the cloud"
    )
}
