//! What came of a call with an effect whose reply was lost, and what is done then (fault rows 1 to 5, 35).
//!
//! The same code serves the process that sent the call and one that only finds an [`Intent`] without an
//! outcome: all that it knows is the intent, when it was noted, and what the cloud shows now.
//!
//! | class in the catalog | what is looked at | what follows |
//! |---|---|---|
//! | `repeat`, `token` | nothing: twice does what once does | sent again as it was, token included |
//! | `by-name`, with `found` | the thing of that name | ours and equal: the reply is built of it; absent: sent again; another's: the error that the cloud had for it |
//! | `by-name`, with `began` | tasks | one of that time: the workflow is told, and follows it; none: sent again |
//! | `by-name`, without either | nothing that would tell | the workflow is told, and looks |
//! | `reconcile`, a policy's version | versions that were not there before | one with an equal document: the reply is built of it; none: sent again |
//! | `reconcile`, an AccessKey | keys that were not there before | none: sent again; one that nobody can have: removed, made again |
//!
//! Whatever leaves a doubt ends the run as `indeterminate`: the intent stays open, and another process
//! looks again.
//!
//! # Invariants
//!
//! - **Absent is believed late.** A call that took effect may not be visible at once, so nothing is sent
//!   again before the time is over in which it could become visible (fault row 27).
//! - **Nothing is removed that somebody could have**: only a key of a user with this workflow's mark, made
//!   after the intent, never used, unknown to the vault. The leave comes from the leave to make it.
//! - **Bounded.** One call is sent three times at most, each by a permit of its own.

mod by_name;
mod equal;
mod key;
mod time;
mod version;

#[cfg(test)]
mod tests;

use host_catalog::{Action, LostReply, Product};
use host_client::{Answer as ClientAnswer, ClientError};
use host_model::{Call, CallError, ErrorKind, Timestamp, Value, quote_within};
use host_policy::{Consent, HostPurpose, Permit, Repair};
use host_runtime::Stop;
use serde_json::Value as Json;

use self::time::Window;
use super::judge::Brief;
use super::{Identity, LiveDriver};
use crate::RunEvent;
use crate::record::{Intent, Known};

/// How often one call is sent at most, not counting what the client repeats by itself.
const SENDINGS_MAX: u32 = 3;

/// Characters of a text of others in a message.
const SHOWN: usize = 200;

/// What came of a call whose reply was lost.
#[derive(Debug)]
pub(super) enum Settled {
    /// It took effect: the reply that it would have brought.
    Found(ClientAnswer),
    /// It had no effect, since somebody else has the name: what the cloud would have said.
    Taken(CallError),
    /// It had no effect, or what it made is removed: it is sent again.
    Again(Known),
    /// Nothing here can tell; the workflow hears that the outcome is unknown.
    Told,
}

/// A call to be sent.
#[derive(Clone, Copy)]
pub(super) struct Delivery<'a> {
    /// What it was judged by, as it was before the host added anything.
    pub(super) brief: &'a Brief<'a>,
    pub(super) consent: Consent,
    /// What is sent.
    pub(super) call: &'a Call,
    pub(super) host_parameters: &'a [(String, String)],
    /// Of a call with an effect.
    pub(super) intent: Option<Noted<'a>>,
}

/// An intent that was written down.
#[derive(Clone, Copy)]
pub(super) struct Noted<'a> {
    intent: &'a Intent,
    /// When: nothing was sent earlier.
    at: Timestamp,
    /// Whether a process that died may have sent it.
    may_be_sent: bool,
}

impl<'a> Noted<'a> {
    /// By this process, which has not sent it yet.
    pub(super) const fn now(intent: &'a Intent, at: Timestamp) -> Self {
        Self { intent, at, may_be_sent: false }
    }

    /// By a process that died.
    pub(super) const fn before(intent: &'a Intent, at: Timestamp) -> Self {
        Self { intent, at, may_be_sent: true }
    }
}

/// What became of a call in the end.
pub(super) struct Delivered {
    pub(super) answer: Result<ClientAnswer, CallError>,
    pub(super) known: Known,
}

/// A call whose reply was lost, and all that is known of it.
struct Lost<'a> {
    driver: &'a LiveDriver,
    intent: &'a Intent,
    identity: &'a Identity,
    product: &'a Product,
    action: &'a Action,
    window: Window,
}

impl LiveDriver {
    /// Sends a call until it is known what came of it. An `Err` leaves its intent without an outcome.
    pub(super) async fn deliver(
        &self,
        mut permit: Permit,
        delivery: &Delivery<'_>,
    ) -> Result<Delivered, Stop> {
        let Delivery { brief, intent, .. } = *delivery;
        let mut known = Known::Reply;
        let mut sendings = 0;
        let mut lost = intent.filter(|it| it.may_be_sent).map(|it| (it, outcome_unknown(brief)));
        loop {
            if let Some((noted, error)) = lost {
                let settled = self.settle_lost(noted, brief.identity, permit.repair()).await?;
                known = match ending(settled, brief.action, (sendings, known)) {
                    Ending::Sent(known) => known,
                    Ending::Known(delivered) => return Ok(*delivered),
                    Ending::Told => {
                        return Ok(Delivered { answer: Err(error), known: Known::Told });
                    }
                    Ending::GivenUp => return self.given_up(brief, error, known),
                };
            }
            sendings += 1;
            let answer = self.send_once(permit, delivery).await;
            match (answer, intent) {
                (Err(error), Some(noted)) if is_in_doubt(brief.action, &error, known) => {
                    permit = self
                        .judge(brief, delivery.consent)
                        .map_err(|denial| self.denied_now(brief, &denial))?;
                    lost = Some((noted, error));
                }
                // The client knows that of its own attempts only.
                (Err(error), _)
                    if known != Known::Reply && brief.action.done.contains(&error.code) =>
                {
                    let body = Json::Object(serde_json::Map::new());
                    let answer =
                        ClientAnswer { request_id: error.request_id, ..by_name::answer(body) };
                    return Ok(Delivered { answer: Ok(answer), known });
                }
                (answer, _) => return Ok(Delivered { answer, known }),
            }
        }
    }

    async fn send_once(
        &self,
        permit: Permit,
        delivery: &Delivery<'_>,
    ) -> Result<ClientAnswer, CallError> {
        let Delivery { brief, call, host_parameters, .. } = *delivery;
        let settle_since = self.settling.since(call, brief.action, brief.identity);
        let outgoing = self.outgoing(call, host_parameters, settle_since);
        self.stage.client.call(permit, brief.identity.keys.as_ref(), outgoing).await
    }

    /// What has to be known of the cloud before that call is sent, so that a lost reply can be settled.
    /// Without it the call is not sent.
    pub(super) async fn look_before(
        &self,
        call: &Call,
        product: &Product,
        action: &Action,
        identity: &Identity,
    ) -> Result<Option<Json>, CallError> {
        if action.lost != LostReply::Reconcile {
            return Ok(None);
        }
        let Some((purpose, parameters)) = key::before(call).or_else(|| version::before(call))
        else {
            return Ok(None);
        };
        let (read_product, read, _) = purpose.action();
        let region = call.region.as_deref();
        let look = self.own_call((&call.identity, region), (read_product, read), parameters);
        let settle_since = self
            .resolve(&look)
            .ok()
            .and_then(|(_, action)| self.settling.since(&look, action, identity));
        let body = self.read_own(identity, purpose, &look, settle_since).await;
        body.map(Some).map_err(|error| unlooked(product, action, purpose, error))
    }

    /// What came of an intent that has no outcome. `Err` is a doubt that only a person can settle, or an
    /// interrupt.
    pub(super) async fn settle_lost(
        &self,
        noted: Noted<'_>,
        identity: &Identity,
        repair: Option<Repair>,
    ) -> Result<Settled, Stop> {
        let Noted { intent, at, .. } = noted;
        let (product, action) = self.resolve(&intent.sent).map_err(|error| {
            doubt(format!("nobody knows what came of a call: {error}"), self.resume_hint())
        })?;
        let window = Window::new(at, self.stage.clock.now());
        let mut lost = Lost { driver: self, intent, identity, product, action, window };
        lost.settle(repair).await
    }

    /// Nothing is known, and nothing more is sent.
    fn given_up(
        &self,
        brief: &Brief<'_>,
        error: CallError,
        known: Known,
    ) -> Result<Delivered, Stop> {
        if error.kind != ErrorKind::OutcomeUnknown {
            return Ok(Delivered { answer: Err(error), known });
        }
        let title = title(brief.product, brief.action);
        let reason = format!(
            "`{title}` was sent {SENDINGS_MAX} times, no reply was read, and nothing came of it: {}",
            self.redact(&error.message)
        );
        Err(doubt(reason, self.resume_hint()))
    }

    /// What may have been sent cannot be looked at any more, or sent again.
    pub(super) fn denied_now(&self, brief: &Brief<'_>, denial: &CallError) -> Stop {
        let title = title(brief.product, brief.action);
        let reason =
            format!("nobody knows what came of `{title}`, and now it is refused: {denial}");
        doubt(reason, self.resume_hint())
    }

    fn resume_hint(&self) -> String {
        format!("look again with `host resume {}`", self.stage.run)
    }
}

impl Lost<'_> {
    async fn settle(&mut self, repair: Option<Repair>) -> Result<Settled, Stop> {
        let settled = match &self.action.lost {
            LostReply::Repeat | LostReply::Token(_) => return Ok(Settled::Again(Known::Repeated)),
            LostReply::ByName(read) => self.by_name(read).await,
            LostReply::Reconcile if self.action.name == "CreatePolicyVersion" => {
                self.version().await
            }
            LostReply::Reconcile => self.key(repair).await,
        }?;
        let what = match &settled {
            Settled::Found(_) => "it took effect, so the run goes on with what is there",
            Settled::Taken(_) => "it had no effect, since the name was taken",
            Settled::Again(Known::Remade) => "what nobody could use is removed; it is sent again",
            Settled::Again(_) => "it had no effect; it is sent again",
            Settled::Told => "the workflow looks for itself",
        };
        self.note(&format!("the reply to {} was lost: {what}", self.what()));
        Ok(settled)
    }

    /// Another call of the same caller.
    fn own_call(&self, product: &str, action: &str, parameters: Vec<(String, Value)>) -> Call {
        let Call { identity, region, .. } = &self.intent.sent;
        self.driver.own_call((identity, region.as_deref()), (product, action), parameters)
    }

    /// Reads for that purpose, as the same caller. What is not found is asked for until it must be visible.
    async fn read(
        &self,
        purpose: HostPurpose,
        parameters: Vec<(String, Value)>,
    ) -> Result<Json, CallError> {
        let (product, action, _) = purpose.action();
        let call = self.own_call(product, action, parameters);
        let settle_since = Some(self.window.sent_by);
        self.driver.read_own(self.identity, purpose, &call, settle_since).await
    }

    /// A line for whoever reads along.
    fn note(&self, message: &str) {
        self.driver.report(&RunEvent::Note { message: self.driver.redact(message) });
    }

    /// The call in words.
    fn what(&self) -> String {
        let sentence = self.action.sentence_of(&self.intent.sent);
        format!("`{}` ({})", title(self.product, self.action), quote_within(&sentence, SHOWN))
    }

    /// What is not certain ends the run.
    fn doubt(&self, why: &str, next: &str) -> Stop {
        let what = self.what();
        let resume = format!("host resume {}", self.driver.stage.run);
        let reason = format!("nobody knows what came of {what}: {why}");
        doubt(self.driver.redact(&reason), format!("{next}, then `{resume}`"))
    }

    /// A look that failed.
    fn unreadable(&self, purpose: HostPurpose, error: &CallError) -> Stop {
        let (product, action, _) = purpose.action();
        let why = format!(
            "`{product}:{action}` was answered `{}`: {}",
            quote_within(&error.code, SHOWN),
            quote_within(&error.message, SHOWN)
        );
        let next = if error.kind == ErrorKind::Forbidden {
            format!("let the caller do `{product}:{action}`")
        } else {
            "wait until the cloud answers".to_owned()
        };
        self.doubt(&why, &next)
    }

    /// Waits a little for what may not be visible yet; false when the time for that is over.
    async fn wait(&mut self) -> Result<bool, Stop> {
        use std::sync::atomic::Ordering;
        if self.driver.stage.interrupted.load(Ordering::Relaxed) {
            return Err(Stop::Interrupted);
        }
        let clock = &self.driver.stage.clock;
        let Some(pause) = self.window.pause(clock.now()) else { return Ok(false) };
        clock.sleep(pause).await;
        Ok(true)
    }
}

/// What follows from what is known of a call whose reply was lost.
enum Ending {
    /// It is sent (again); what came of it is known by that then.
    Sent(Known),
    Known(Box<Delivered>),
    Told,
    /// It was sent often enough.
    GivenUp,
}

fn ending(settled: Settled, action: &Action, (sendings, known): (u32, Known)) -> Ending {
    let ended = |answer| Ending::Known(Box::new(Delivered { answer, known: Known::Found }));
    match settled {
        Settled::Found(answer) => ended(Ok(answer)),
        Settled::Taken(error) => ended(Err(error)),
        Settled::Again(how) if has_another(action, sendings) => {
            Ending::Sent(if known == Known::Remade { known } else { how })
        }
        Settled::Again(_) if is_looked_at(action) => Ending::GivenUp,
        Settled::Again(_) | Settled::Told => Ending::Told,
    }
}

fn doubt(reason: String, hint: String) -> Stop {
    Stop::Indeterminate { reason, hint }
}

fn title(product: &Product, action: &Action) -> String {
    format!("{}:{}", product.key, action.name)
}

/// What a call gets to hear that a process sent which died.
fn outcome_unknown(brief: &Brief<'_>) -> CallError {
    ClientError::OutcomeUnknown {
        action: title(brief.product, brief.action),
        reason: "run.interrupted".to_owned(),
        lost: brief.action.lost.clone(),
    }
    .into()
}

/// Whether the cloud is looked at before the call is sent again.
const fn is_looked_at(action: &Action) -> bool {
    matches!(action.lost, LostReply::ByName(_) | LostReply::Reconcile)
}

/// Whether it may be sent once more. What may simply be repeated the client has repeated already.
const fn has_another(action: &Action, sendings: u32) -> bool {
    sendings < if is_looked_at(action) { SENDINGS_MAX } else { 1 }
}

/// Whether it has to be looked at what came of it. After a repetition a name that is taken may be taken by
/// the sending before.
fn is_in_doubt(action: &Action, error: &CallError, known: Known) -> bool {
    let again = known != Known::Reply && matches!(action.lost, LostReply::ByName(_));
    error.kind == ErrorKind::OutcomeUnknown || (again && error.kind == ErrorKind::AlreadyExists)
}

/// The call was not sent, so no refusal of the cloud is one of the call.
fn unlooked(
    product: &Product,
    action: &Action,
    purpose: HostPurpose,
    error: CallError,
) -> CallError {
    let (read_product, read, _) = purpose.action();
    let message = format!(
        "`{}` was not sent, since a lost reply could not be told from none: `{read_product}:{read}` says {}",
        title(product, action),
        error.message
    );
    CallError { message, request_id: None, ..error }.with("look", format!("{read_product}:{read}"))
}
