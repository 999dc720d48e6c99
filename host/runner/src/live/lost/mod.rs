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
//! Notes of the vault about keys of runs that died are looked at in the same way when another run begins
//! (`note.rs`).
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
mod deliver;
mod key;
mod note;
mod time;
mod version;

#[cfg(test)]
mod tests;

use host_catalog::{Action, LostReply, Product};
use host_client::Answer as ClientAnswer;
use host_model::{Call, CallError, ErrorKind, RunId, Value, quote_within};
use host_policy::{HostPurpose, Repair};
use host_runtime::Stop;
use serde_json::Value as Json;

pub(super) use self::deliver::{Delivered, Delivery, Noted};
use self::time::Window;
use super::{Identity, LiveDriver};
use crate::RunEvent;
use crate::record::{Intent, Known};

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

/// A call whose reply was lost, and all that is known of it.
struct Lost<'a> {
    driver: &'a LiveDriver,
    /// The run that sent it.
    run: &'a RunId,
    intent: &'a Intent,
    identity: &'a Identity,
    product: &'a Product,
    action: &'a Action,
    window: Window,
}

impl LiveDriver {
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
        let body = self.read_own(identity, purpose, &look, None).await;
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
        let run = &self.stage.run;
        let mut lost = Lost { driver: self, run, intent, identity, product, action, window };
        lost.settle(repair).await
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
        let resume = format!("host resume {}", self.run);
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
        self.driver.watch_wait(pause);
        clock.sleep(pause).await;
        Ok(true)
    }
}

fn doubt(reason: String, hint: String) -> Stop {
    Stop::Indeterminate { reason, hint }
}

fn title(product: &Product, action: &Action) -> String {
    format!("{}:{}", product.key, action.name)
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
