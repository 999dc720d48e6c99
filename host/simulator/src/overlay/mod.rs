//! The state machine laid over a real cloud: what a plan talks to.
//!
//! ```text
//! a read  ─▶ the real cloud, once ─▶ absorbed into `base` ─┬─ nothing planned touches it ─▶ word for word
//!                                                          └─ else ─▶ what `over` answers
//! a write ─▶ `over` = `base` + everything planned so far  ─▶ the predicted reply, or the predicted refusal
//! ```
//!
//! - No call with an effect leaves: all that it holds is [`ReadsOnly`].
//! - A caller that is only planned, a key or a session that this overlay made up, never leaves either: what
//!   it asks is answered by `over`, permissions included.
//! - Whoever was bound is not judged: only the cloud knows what it may do.
//! - No read is sent twice, also not by a second rehearsal that is given the same [`Replies`].
//! - What the cloud forbids to read is forbidden here too, unless it is told to suppose: then it answers as
//!   if nothing were there, and says that it guessed.
//! - What it makes up depends on its seed only, so that two rehearsals with two seeds show which values the
//!   cloud decides.

mod absorb;
mod asked;
mod layers;
mod replies;
mod watched;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use host_model::{AccountId, HttpReply, HttpRequest, RunId, Timestamp};
use host_policy::Attempt;
use host_ports::Clock;
use host_wire::{ReadsOnly, Transport, TransportError};

pub use replies::Replies;
pub use watched::ReadId;

use crate::envelope::Envelope;
use crate::simulator::request_id;
use crate::state::{Caller, CloudError, Remembered, Sight};
use asked::Asked;
use layers::{Layers, Rights, forbidden};

/// Lays the state machine over a real cloud.
#[derive(Debug)]
pub struct Overlay {
    reads: ReadsOnly,
    replies: Arc<Replies>,
    gateway: Arc<dyn Clock>,
    time: Arc<dyn Clock>,
    seed: u64,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    layers: Layers,
    /// How much was planned when each part began that may not be needed, the innermost last.
    parts: Vec<usize>,
    /// Who calls with which key.
    callers: BTreeMap<String, Known>,
    requests: u64,
    /// Whether any answer since the last question was not the cloud's own word.
    touched: bool,
    /// What it did answer for itself since then.
    reads: Vec<ReadId>,
    /// Whether what may not be read is supposed to be absent.
    supposes: bool,
    /// The code of the last read that the cloud forbade.
    forbidden: Option<String>,
    /// Machines of which a guess says already how it is known what is on them.
    guessed: BTreeMap<String, Sight>,
    /// Which answers were guesses.
    guesses: Vec<Guess>,
}

/// What an answer stands on that the cloud has not said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Guess {
    /// Nobody can know it before; in words, why.
    Unknown(String),
    /// A machine is supposed to be as it was.
    Remembered {
        /// When this run saw it.
        run: RunId,
        /// At this time.
        at: Timestamp,
    },
}

impl Inner {
    /// Takes note of machines of which more was told than anybody has seen.
    fn note_machines(&mut self) {
        let sights = self.layers.sights().map(|(id, sight)| (id.to_owned(), sight.clone()));
        let sights: BTreeMap<String, Sight> = sights.collect();
        let new = sights.iter().filter(|(id, sight)| self.guessed.get(*id) != Some(*sight));
        let guess = |(_, sight): (&String, &Sight)| match sight {
            Sight::Seen | Sight::Unseen => None,
            Sight::Remembered { run, at } => Some(Guess::Remembered { run: run.clone(), at: *at }),
            Sight::Supposed => {
                let why = "what is on a machine is known when a script has looked at it";
                Some(Guess::Unknown(why.to_owned()))
            }
        };
        self.guesses.extend(new.filter_map(guess));
        self.guessed = sights;
    }
}

/// Somebody who really exists.
#[derive(Debug, Clone)]
pub struct Known {
    /// Who it is.
    pub caller: Caller,
    /// Whether it was bound by the operator: only the cloud knows what it may do.
    pub bound: bool,
}

/// What an overlay stands on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The cloud, which can only be read.
    pub reads: ReadsOnly,
    /// What was read already.
    pub replies: Arc<Replies>,
    /// The cloud's own time.
    pub gateway: Arc<dyn Clock>,
    /// The time of what is planned: waits move it on.
    pub time: Arc<dyn Clock>,
}

impl Overlay {
    /// Nothing is known of these accounts, and nothing is planned.
    pub fn new(ground: Ground, accounts: impl IntoIterator<Item = AccountId>, seed: u64) -> Self {
        let Ground { reads, replies, gateway, time } = ground;
        let inner = Inner {
            layers: Layers::new(accounts, seed),
            parts: Vec::new(),
            callers: BTreeMap::new(),
            requests: 0,
            touched: false,
            reads: Vec::new(),
            supposes: false,
            forbidden: None,
            guessed: BTreeMap::new(),
            guesses: Vec::new(),
        };
        Self { reads, replies, gateway, time, seed, inner: Mutex::new(inner) }
    }

    /// From now on, requests that are signed with that key are this caller's.
    pub fn introduce(&self, key_id: &str, known: Known) {
        self.lock().callers.insert(key_id.to_owned(), known);
    }

    /// From now on, a script that only looks writes what it wrote before, on a machine that no plan has changed.
    pub fn remember(&self, remembered: Remembered) {
        self.lock().layers.remember(remembered);
    }

    /// From now on, what the cloud forbids to read is supposed not to be there.
    pub fn suppose(&self) {
        self.lock().supposes = true;
    }

    /// The code by which the cloud forbade a read since the last question, whatever was answered instead.
    pub fn take_forbidden(&self) -> Option<String> {
        self.lock().forbidden.take()
    }

    /// A part begins that may not be needed: what is planned from here on is forgotten when it ends.
    pub fn enter_conditional(&self) {
        let mut inner = self.lock();
        let planned = inner.layers.planned();
        inner.parts.push(planned);
    }

    /// The part ends that began last.
    pub fn leave_conditional(&self) {
        let mut inner = self.lock();
        if let Some(planned) = inner.parts.pop() {
            inner.layers.forget_after(planned);
        }
    }

    /// What was read since the last question, if every answer since then was the cloud's own word.
    pub fn take_own(&self) -> Option<Vec<ReadId>> {
        let mut inner = self.lock();
        let reads = std::mem::take(&mut inner.reads);
        (!std::mem::take(&mut inner.touched)).then_some(reads)
    }

    /// Which of these reads would show something else for what was planned since the last question.
    pub fn take_changed(&self) -> Vec<ReadId> {
        self.lock().layers.take_changed()
    }

    /// What was guessed since the last question.
    pub fn take_guesses(&self) -> Vec<Guess> {
        std::mem::take(&mut self.lock().guesses)
    }

    /// Ids that stand in that text and were made up here: the cloud will use others.
    pub fn made_up_in(&self, text: &str) -> Vec<String> {
        self.lock().layers.made_up_in(text)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reply to something that the real cloud is not asked.
    fn reply(&self, asked: &Asked, answer: Result<serde_json::Value, CloudError>) -> HttpReply {
        let mut inner = self.lock();
        inner.requests += 1;
        inner.touched = true;
        let envelope = Envelope {
            request_id: request_id(self.seed, inner.requests),
            authority: &asked.authority,
            now: self.gateway.now(),
            style: asked.product.style,
        };
        envelope.reply(answer)
    }

    /// What the real cloud says, asked once.
    async fn read(
        &self,
        asked: &Asked,
        caller: &Caller,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let key = asked.key(caller);
        if let Some(reply) = self.replies.get(&key) {
            return Ok(reply);
        }
        let authority = request.authority.clone();
        let Ok(attempt) = attempt.into_read() else {
            let reason = "while planning, nothing that changes something leaves".to_owned();
            return Err(TransportError::Unreachable { authority, reason });
        };
        self.replies.count();
        let reply = self.reads.send(attempt, request).await?;
        self.replies.keep(key, &reply);
        Ok(reply)
    }

    /// What the workflow hears of a read, given the cloud's own reply.
    fn answer_read(&self, asked: &Asked, caller: &Caller, raw: HttpReply) -> HttpReply {
        let now = self.time.now();
        let raw = self.unless_forbidden(asked, caller, raw);
        let mut inner = self.lock();
        inner.layers.absorb(asked, caller, &raw);
        if let Some(answer) = inner.layers.differs(asked, caller, now) {
            drop(inner);
            return self.reply(asked, answer);
        }
        let read = inner.layers.watch(asked, caller);
        inner.reads.push(read);
        raw
    }

    /// The cloud's own reply, or what is supposed where it may not be read.
    fn unless_forbidden(&self, asked: &Asked, caller: &Caller, raw: HttpReply) -> HttpReply {
        let Some(code) = forbidden(&raw) else { return raw };
        let mut inner = self.lock();
        inner.forbidden = Some(code.clone());
        if !inner.supposes {
            return raw;
        }
        let Some(supposed) = inner.layers.suppose(asked, caller, self.time.now()) else {
            return raw;
        };
        let title = asked.title();
        let why =
            format!("`{title}` is refused with `{code}`, so this supposes that nothing is there");
        inner.guesses.push(Guess::Unknown(why));
        drop(inner);
        self.reply(asked, supposed)
    }

    fn apply(&self, asked: &Asked, caller: &Caller, rights: Rights) -> HttpReply {
        let now = self.time.now();
        let mut inner = self.lock();
        let answer = inner.layers.apply(asked, caller, rights, now);
        let answer = match answer {
            Err(error) if error.is_unknown() => {
                let why = format!("{}: {}", asked.title(), error.message);
                inner.guesses.push(Guess::Unknown(why));
                Err(CloudError::new(UNFORESEEN, 400, error.message))
            }
            answer => answer,
        };
        inner.note_machines();
        drop(inner);
        self.reply(asked, answer)
    }
}

/// The code of what a plan cannot foresee; no cloud gives it.
pub const UNFORESEEN: &str = "plan.answer-unforeseen";

#[async_trait]
impl Transport for Overlay {
    async fn send(
        &self,
        attempt: Attempt,
        request: HttpRequest,
    ) -> Result<HttpReply, TransportError> {
        let authority = request.authority.clone();
        let unreadable = |error: CloudError| TransportError::Unreachable {
            authority: authority.clone(),
            reason: format!("the request cannot be planned: {}", error.message),
        };
        let asked = Asked::read(&request).map_err(unreadable)?;
        let planned = self.lock().layers.planned_caller(&asked.key_id);
        if let Some(caller) = planned {
            return Ok(self.apply(&asked, &caller, Rights::Judged));
        }
        let known = self.lock().callers.get(&asked.key_id).cloned();
        let Known { caller, bound } = known.ok_or_else(|| TransportError::Unreachable {
            authority: authority.clone(),
            reason: "while planning, only those who were introduced call".to_owned(),
        })?;
        if asked.action.effect.is_write() || self.lock().layers.names_planned(&asked) {
            let rights = if bound { Rights::NotOurs } else { Rights::IfKnown };
            return Ok(self.apply(&asked, &caller, rights));
        }
        let raw = self.read(&asked, &caller, attempt, request).await?;
        Ok(self.answer_read(&asked, &caller, raw))
    }
}
