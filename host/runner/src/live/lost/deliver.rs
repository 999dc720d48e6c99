//! Sending a call until it is known what came of it.

use host_catalog::{Action, LostReply};
use host_client::{Answer as ClientAnswer, ClientError};
use host_model::{Call, CallError, ErrorKind, Timestamp};
use host_policy::{Consent, Permit};
use host_runtime::Stop;
use serde_json::Value as Json;

use super::by_name::answer as answer_of;
use super::{Settled, doubt, title};
use crate::live::LiveDriver;
use crate::live::judge::Brief;
use crate::record::{Intent, Known};

/// How often one call is sent at most, not counting what the client repeats by itself.
const SENDINGS_MAX: u32 = 3;

/// A call to be sent.
#[derive(Clone, Copy)]
pub(in crate::live) struct Delivery<'a> {
    /// What it was judged by, as it was before the host added anything.
    pub(in crate::live) brief: &'a Brief<'a>,
    pub(in crate::live) consent: Consent,
    /// What is sent.
    pub(in crate::live) call: &'a Call,
    pub(in crate::live) host_parameters: &'a [(String, String)],
    /// Of a call with an effect.
    pub(in crate::live) intent: Option<Noted<'a>>,
}

/// An intent that was written down.
#[derive(Clone, Copy)]
pub(in crate::live) struct Noted<'a> {
    pub(super) intent: &'a Intent,
    /// When: nothing was sent earlier.
    pub(super) at: Timestamp,
    /// Whether a process that died may have sent it.
    may_be_sent: bool,
}

impl<'a> Noted<'a> {
    /// By this process, which has not sent it yet.
    pub(in crate::live) const fn now(intent: &'a Intent, at: Timestamp) -> Self {
        Self { intent, at, may_be_sent: false }
    }

    /// By a process that died.
    pub(in crate::live) const fn before(intent: &'a Intent, at: Timestamp) -> Self {
        Self { intent, at, may_be_sent: true }
    }
}

/// What became of a call in the end.
pub(in crate::live) struct Delivered {
    pub(in crate::live) answer: Result<ClientAnswer, CallError>,
    pub(in crate::live) known: Known,
}

impl LiveDriver {
    /// Sends a call until it is known what came of it. An `Err` leaves its intent without an outcome.
    pub(in crate::live) async fn deliver(
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
                let repair = permit.repair().filter(|_| self.may_mend());
                let settled = self.settle_lost(noted, brief.identity, repair).await?;
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
                    let answer = ClientAnswer { request_id: error.request_id, ..answer_of(body) };
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
        let settle_since = self.settling.since(call, brief.action, brief.identity.caller());
        let awaited = self.settling.awaited(call, &brief.identity.facts.account);
        let outgoing = self.outgoing(call, host_parameters, settle_since, Some(&awaited));
        self.watch_call(call, brief);
        self.stage.client.call(permit, brief.identity.keys.as_ref(), outgoing).await
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
    pub(in crate::live) fn denied_now(&self, brief: &Brief<'_>, denial: &CallError) -> Stop {
        let title = title(brief.product, brief.action);
        let reason =
            format!("nobody knows what came of `{title}`, and now it is refused: {denial}");
        doubt(reason, self.resume_hint())
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
