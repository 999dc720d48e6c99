//! What an undo reads and sends, each written down as a run's calls are.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use host_catalog::{Action, Catalog, LostReply, Product};
use host_client::{Answer as ClientAnswer, Outgoing};
use host_model::{AccountId, Call, CallError, ErrorKind, IdentityRef, Reply, Timestamp, Value};
use host_policy::{Consent, Past, Permit, Reversal, Scene, UserFacts, judge_undo};
use host_runtime::{Answer, Event};
use serde_json::Value as Json;

use super::step::{Basis, Step};
use crate::live::tail;
use crate::record::{Answered, Entry, Intent, Known, Outcome, Recorder, Took};
use crate::settling::{self, Caller, Settling};
use crate::{Bound, CallOutcome, Moment, Reporter, RunEvent, RunSettings};

/// Reads and sends for an undo.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) id: host_model::RunId,
    pub(crate) settings: RunSettings,
    pub(crate) scene: Scene,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) reporter: Arc<dyn Reporter>,
    /// What other runs wrote lately, and this undo.
    pub(crate) settling: Settling,
    pub(crate) calls: u32,
    pub(crate) changes: u32,
}

/// Why an undo has to end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The operator interrupted it.
    Interrupted,
    /// It could not be written down.
    Unrecorded(String),
}

impl Desk {
    pub(crate) fn is_interrupted(&self) -> bool {
        self.settings.interrupted.load(Ordering::Relaxed)
    }

    /// A wait that an interrupt ends.
    pub(crate) async fn sleep(&self, seconds: u32) -> Result<(), Halt> {
        let wait = Duration::from_secs(u64::from(seconds));
        self.reporter.watch(&Moment::Wait { why: "what was called for takes its time", wait });
        for _ in 0..seconds {
            if self.is_interrupted() {
                return Err(Halt::Interrupted);
            }
            self.settings.clock.sleep(Duration::from_secs(1)).await;
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.settings.clock.now()
    }

    pub(crate) fn report(&self, event: &RunEvent) {
        self.reporter.report(event);
    }

    pub(crate) fn redact(&self, text: &str) -> String {
        self.settings.secrets.redact(text)
    }

    fn bound(&self, identity: &IdentityRef) -> Result<&Bound, CallError> {
        self.settings.accounts.0.get(&identity.0).ok_or_else(|| {
            let message = format!("no account is bound to `{identity}`");
            CallError::new(ErrorKind::Denied, "run.account-unbound", message)
        })
    }

    /// Reads what a call of the catalog shows.
    pub(crate) async fn look(
        &mut self,
        caller: &IdentityRef,
        product: &str,
        action: &str,
        region: Option<&str>,
        parameters: &[(&str, &str)],
    ) -> Result<Result<Json, CallError>, Halt> {
        let text =
            |(name, value): &(&str, &str)| ((*name).to_owned(), Value::Text((*value).to_owned()));
        let version = Catalog::builtin().product(product).map(|it| it.version.clone());
        let call = Call {
            identity: caller.clone(),
            product: product.to_owned(),
            version: version.unwrap_or_default(),
            action: action.to_owned(),
            region: region.map(str::to_owned),
            parameters: parameters.iter().map(text).collect(),
        };
        self.read(call).await
    }

    /// Reads what stands behind a call.
    pub(crate) async fn read(&mut self, call: Call) -> Result<Result<Json, CallError>, Halt> {
        let begun = self.now();
        let answer = self.ask(&call).await;
        let took = self.took(begun, &answer);
        self.report_call(&call, &answer, took);
        let result = answer.map(|answer| reply(&answer));
        let recorded = match &result {
            Ok(reply) => Answer::Reply { reply: reply.clone() },
            Err(error) => Answer::Error { error: error.clone() },
        };
        let entry = Entry::Answered(Answered {
            event: Event::Call(call),
            answer: recorded,
            took: Some(took),
        });
        self.recorder.note(&entry).await.map_err(|error| Halt::Unrecorded(error.to_string()))?;
        Ok(result.map(|reply| reply.body))
    }

    async fn ask(&mut self, call: &Call) -> Result<ClientAnswer, CallError> {
        let (product, action) = resolve(call)?;
        let permit = Permit::to_look(product, action).ok_or_else(|| {
            let message = format!("`{}:{}` is no look", product.key, action.name);
            CallError::new(ErrorKind::Denied, "policy.undo-unfounded", message)
        })?;
        self.calls += 1;
        let since = |account: &AccountId| self.settling.made(call, account);
        let mut answer = self.make(permit, call, &[], since).await?;
        // No script of an undo gets a secret, so a person may read what it wrote.
        for output in std::mem::take(&mut answer.outputs) {
            if let Some(part) = answer.body.pointer_mut(&output.at) {
                *part = Json::String(tail(&self.redact(&output.text)));
            }
        }
        Ok(answer)
    }

    async fn make(
        &self,
        permit: Permit,
        call: &Call,
        host_parameters: &[(String, String)],
        settle_since: impl Fn(&AccountId) -> Option<Timestamp>,
    ) -> Result<ClientAnswer, CallError> {
        let bound = self.bound(&call.identity)?;
        let awaited = self.settling.awaited(call, &bound.account);
        let outgoing = Outgoing {
            call,
            host_parameters,
            secrets: self.settings.secrets.as_ref(),
            settle_since: settle_since(&bound.account),
            expected: Some(&awaited),
            account: Some(&bound.account),
        };
        self.watch(call, bound);
        let answer = self.settings.client.call(permit, bound.keys.as_ref(), outgoing).await;
        answer.map_err(|mut error| {
            error.message = self.redact(&error.message);
            error
        })
    }

    fn watch(&self, call: &Call, bound: &Bound) {
        let sentence = resolve(call).map(|(_, action)| action.sentence_of(call));
        self.reporter.watch(&Moment::Call {
            account_name: Some(call.identity.0.clone()),
            account: bound.account.to_string(),
            action: format!("{}:{}", call.product, call.action),
            sentence: self.redact(&sentence.unwrap_or_default()),
            planned: None,
        });
    }

    /// Sends what takes something back: judged, written down, sent, written down.
    pub(crate) async fn send(
        &mut self,
        step: &Step,
        call: &Call,
        seen: &Seen,
        consent: Consent,
    ) -> Result<Result<Json, CallError>, Halt> {
        let permit = match self.judge(step, call, seen, consent) {
            Ok(permit) => permit,
            Err(error) => return Ok(Err(error)),
        };
        let (product, action) = match resolve(call) {
            Ok(found) => found,
            Err(error) => return Ok(Err(error)),
        };
        let host_parameters = self.token(action);
        self.write(Entry::Intent(Intent {
            call: call.clone(),
            account: step.account.to_string(),
            sent: call.clone(),
            host_parameters: host_parameters.clone(),
            lost: action.lost.as_str().to_owned(),
            consent: consent.as_str().to_owned(),
            inverse: None,
            before: (!seen.body.is_null()).then(|| seen.body.clone()),
            looks: false,
        }))
        .await?;
        let begun = self.now();
        self.calls += 1;
        let since =
            |account: &AccountId| self.settling.since(call, action, Caller { account, name: None });
        let answer = self.make(permit, call, &host_parameters, since).await;
        let took = self.took(begun, &answer);
        self.settling.note(settling::Called {
            call,
            product,
            action,
            account: &step.account,
            answer: answer.as_ref().map(|answer| &answer.body).map_err(|error| &error.kind),
            at: self.now(),
        });
        self.changes += u32::from(answer.is_ok());
        self.report_call(call, &answer, took);
        let result = answer.map(|answer| reply(&answer));
        let answer = match &result {
            Ok(reply) => Answer::Reply { reply: reply.clone() },
            Err(error) => Answer::Error { error: error.clone() },
        };
        self.write(Entry::Outcome(Outcome { answer, took, known: Known::Reply })).await?;
        Ok(result.map(|reply| reply.body))
    }

    /// The permit, if the call follows from what was done.
    fn judge(
        &self,
        step: &Step,
        call: &Call,
        seen: &Seen,
        consent: Consent,
    ) -> Result<Permit, CallError> {
        let (product, action) = resolve(call)?;
        let account = &self.bound(&call.identity)?.account;
        let of = pasts(step);
        let trust_now = seen.trust.as_deref();
        let reversal = Reversal { call, product, action, account, of: &of, trust_now, consent };
        Ok(judge_undo(&self.scene, &reversal)?)
    }

    /// What a person should know of one of `steps`, worst first.
    pub(crate) fn risks(&self, step: &Step, steps: &[Step]) -> Vec<String> {
        let call = &step.call;
        let Ok((product, action)) = resolve(call) else { return Vec::new() };
        let (of, account) = (pasts(step), &step.account);
        let (trust_now, consent) = (None, Consent::None);
        let reversal = Reversal { call, product, action, account, of: &of, trust_now, consent };
        let user = call.text("UserName").map(|name| UserFacts {
            name: name.to_owned(),
            marked: steps.iter().any(|it| it.account == *account && has_made(it, name)),
        });
        host_policy::undo_risks(&self.scene, &reversal, user.as_ref())
    }

    fn token(&self, action: &Action) -> Vec<(String, String)> {
        match &action.lost {
            LostReply::Token(parameter) => {
                vec![(parameter.clone(), format!("host-{}-{}", self.id, self.calls))]
            }
            _ => Vec::new(),
        }
    }

    pub(crate) async fn write(&self, entry: Entry) -> Result<(), Halt> {
        let written = self.recorder.write(&entry, &[]).await;
        written.map_err(|error| Halt::Unrecorded(error.to_string()))
    }

    fn took(&self, begun: Timestamp, answer: &Result<ClientAnswer, CallError>) -> Took {
        let attempts = match answer {
            Ok(answer) => answer.attempts,
            Err(error) => error.details.get("attempts").and_then(|it| it.parse().ok()).unwrap_or(0),
        };
        let elapsed = self.now().since(begun).as_millis();
        Took { attempts, elapsed_ms: u64::try_from(elapsed).unwrap_or(u64::MAX) }
    }

    fn report_call(&self, call: &Call, answer: &Result<ClientAnswer, CallError>, took: Took) {
        let Ok((_, action)) = resolve(call) else { return };
        let error = answer.as_ref().err();
        let account = self.bound(&call.identity).map(|bound| bound.account.to_string());
        self.report(&RunEvent::Call {
            step: "undo".to_owned(),
            account_name: Some(call.identity.0.clone()),
            account: account.unwrap_or_default(),
            identity: call.identity.to_string(),
            product: call.product.clone(),
            action: call.action.clone(),
            effect: action.effect,
            changes: action.effect.is_write(),
            sentence: self.redact(&action.sentence_of(call)),
            outcome: error.map_or(CallOutcome::Ok, |error| match error.kind {
                ErrorKind::Denied => CallOutcome::Denied,
                ErrorKind::Forbidden => CallOutcome::Refused,
                ErrorKind::OutcomeUnknown => CallOutcome::Unknown,
                _ => CallOutcome::Failed,
            }),
            code: error.map(|error| error.code.clone()),
            message: error.map(|error| error.message.clone()),
            grant: None,
            request_id: match answer {
                Ok(answer) => answer.request_id.clone(),
                Err(error) => error.request_id.clone(),
            },
            attempts: took.attempts,
            elapsed_ms: took.elapsed_ms,
        });
    }
}

/// What was there when a step was looked at.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    pub(crate) body: Json,
    /// The trust that a role has now, if the step changes one.
    pub(crate) trust: Option<String>,
}

/// Whether the step takes back that the run made the user of that name.
fn has_made(step: &Step, user: &str) -> bool {
    let makes =
        |it: &Basis| it.sent.action == "CreateUser" && it.sent.text("UserName") == Some(user);
    step.basis.iter().any(makes)
}

fn pasts(step: &Step) -> Vec<Past<'_>> {
    step.basis.iter().map(past).collect()
}

fn past(basis: &Basis) -> Past<'_> {
    Past {
        account: &basis.account,
        call: &basis.sent,
        reply: &basis.reply,
        before: &basis.before,
        registered: basis.registered.as_ref(),
    }
}

fn reply(answer: &ClientAnswer) -> Reply {
    let (body, request_id) = (answer.body.clone(), answer.request_id.clone());
    Reply { body, secrets: BTreeMap::new(), identity: None, request_id }
}

pub(crate) fn resolve(call: &Call) -> Result<(&'static Product, &'static Action), CallError> {
    Catalog::builtin().resolve(&call.product, &call.version, &call.action)
}
