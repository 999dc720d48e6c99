//! What a run did, from its entries: the calls that had an effect, each with its reply and with what there
//! was before.

use std::collections::BTreeMap;

use host_catalog::Catalog;
use host_model::{AccountId, Call, ErrorKind, IdentityRef, Timestamp, Value};
use host_runtime::{Answer, Event};
use serde_json::Value as Json;

use crate::record::{Answered, Begun, Entry, Intent, Numbered, Outcome};

/// A call that had an effect.
#[derive(Debug, Clone)]
pub(crate) struct Done {
    /// The number of its intent.
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) account: AccountId,
    /// As it was sent.
    pub(crate) sent: Call,
    pub(crate) reply: Json,
    /// What the look of the catalog showed before it; null if nobody looked.
    pub(crate) before: Json,
    /// What the workflow registered for it.
    pub(crate) registered: Option<Call>,
}

/// A call of which nobody knows whether it had an effect.
#[derive(Debug, Clone)]
pub(crate) struct Unsure {
    pub(crate) account: AccountId,
    pub(crate) sent: Call,
    /// Whether there is an outcome at all.
    pub(crate) is_told: bool,
}

/// A read that was answered.
#[derive(Debug, Clone)]
struct Seen {
    account: AccountId,
    call: Call,
    body: Json,
}

/// What a run did.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) done: Vec<Done>,
    pub(crate) unsure: Vec<Unsure>,
    accounts: BTreeMap<IdentityRef, AccountId>,
    seen: Vec<Seen>,
    registered: Option<Call>,
}

impl History {
    pub(crate) fn read(entries: &[Numbered]) -> Self {
        let mut history = Self::default();
        let mut open: Option<(&Numbered, &Intent)> = None;
        for it in entries {
            match &it.entry {
                Entry::Begun(begun) => history.begin(begun),
                Entry::Answered(answered) => history.answered(answered),
                Entry::Intent(intent) => {
                    if let Some((_, lost)) = open.replace((it, intent)) {
                        history.doubt(lost, false);
                    }
                }
                Entry::Outcome(outcome) => {
                    if let Some((it, intent)) = open.take() {
                        history.outcome(it, intent, outcome);
                    }
                }
                Entry::Renewed(_) | Entry::Resumed(_) | Entry::Ended(_) => {}
            }
        }
        if let Some((_, intent)) = open {
            history.doubt(intent, false);
        }
        history
    }

    /// The account that an identity acts in.
    pub(crate) fn account_of(&self, identity: &IdentityRef) -> Option<&AccountId> {
        let root = || {
            let root = identity.0.split('/').next().unwrap_or_default();
            self.accounts.get(&IdentityRef(root.to_owned()))
        };
        self.accounts.get(identity).or_else(root)
    }

    fn begin(&mut self, begun: &Begun) {
        for (name, party) in &begun.accounts {
            if let Ok(account) = party.account.parse() {
                self.accounts.insert(IdentityRef(name.clone()), account);
            }
        }
    }

    fn answered(&mut self, answered: &Answered) {
        self.note_identity(&answered.answer);
        match (&answered.event, &answered.answer) {
            (Event::Call(call), Answer::Reply { reply }) => {
                if let Some(account) = self.account_of(&call.identity).cloned() {
                    let call = normal(call);
                    self.seen.push(Seen { account, call, body: reply.body.clone() });
                }
            }
            (Event::Register { call }, Answer::Done) => self.registered = Some(normal(call)),
            _ => {}
        }
    }

    fn note_identity(&mut self, answer: &Answer) {
        let facts = match answer {
            Answer::Identity { facts } => Some(facts),
            Answer::Reply { reply } => reply.identity.as_ref(),
            _ => None,
        };
        if let Some(facts) = facts {
            self.accounts.insert(facts.identity.clone(), facts.account.clone());
        }
    }

    fn outcome(&mut self, it: &Numbered, intent: &Intent, outcome: &Outcome) {
        self.note_identity(&outcome.answer);
        let registered = self.take_registered(&intent.sent);
        let reply = match &outcome.answer {
            Answer::Reply { reply } => reply.body.clone(),
            Answer::Error { error } if error.kind == ErrorKind::OutcomeUnknown => {
                self.doubt(intent, true);
                return;
            }
            // It had no effect, or what it wanted was there already.
            _ => return,
        };
        let Ok(account) = intent.account.parse::<AccountId>() else { return };
        let before = intent.before.clone().or_else(|| self.before(&account, &intent.sent));
        self.done.push(Done {
            number: it.number,
            at: it.at,
            account,
            sent: intent.sent.clone(),
            reply,
            before: before.unwrap_or(Json::Null),
            registered,
        });
    }

    /// A registration counts for the next change of the same caller, and for no other.
    fn take_registered(&mut self, sent: &Call) -> Option<Call> {
        if sent.action == "AssumeRole" {
            return None;
        }
        self.registered.take().filter(|call| call.identity == sent.identity)
    }

    fn doubt(&mut self, intent: &Intent, is_told: bool) {
        self.registered = None;
        if let Ok(account) = intent.account.parse() {
            self.unsure.push(Unsure { account, sent: intent.sent.clone(), is_told });
        }
    }

    /// What a read of the run itself showed, where the intent does not say it.
    fn before(&self, account: &AccountId, sent: &Call) -> Option<Json> {
        let catalog = Catalog::builtin();
        let (product, action) = catalog.resolve(&sent.product, &sent.version, &sent.action).ok()?;
        let look = product.look(product.look_before(action)?, sent)?;
        let shows = |seen: &&Seen| seen.account == *account && shows(&seen.call, &look);
        self.seen.iter().rev().find(shows).map(|seen| seen.body.clone())
    }
}

/// A call with values in the form that their types have.
fn normal(call: &Call) -> Call {
    let mut call = call.clone();
    let known = Catalog::builtin().resolve(&call.product, &call.version, &call.action);
    if let Ok((product, action)) = known {
        product.normalize(action, &mut call);
    }
    call
}

/// Whether a read shows what another one asks for: the same things, or more of them.
fn shows(read: &Call, look: &Call) -> bool {
    let value = |call: &Call, name: &str| {
        call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    let narrower = read.parameters.iter().any(|(name, _)| value(look, name).is_none());
    let same_place = read.product == look.product
        && read.action == look.action
        && (read.region.is_none() || look.region.is_none() || read.region == look.region);
    same_place
        && !narrower
        && look.parameters.iter().all(|(name, wanted)| match value(read, name) {
            Some(given) => covers(&given, wanted),
            // A list that was not narrowed has everything.
            None => true,
        })
}

fn covers(given: &Value, wanted: &Value) -> bool {
    match (given, wanted) {
        (Value::Text(given), Value::Text(wanted)) => given.eq_ignore_ascii_case(wanted),
        (Value::Json(Json::Array(given)), Value::Json(Json::Array(wanted))) => {
            wanted.iter().all(|item| given.contains(item))
        }
        (given, wanted) => given == wanted,
    }
}
