//! What is known of the cloud, and what it will be.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::kind_of;
use host_model::{AccountId, ErrorKind, HttpReply, Timestamp};
use serde_json::Value as Json;

use super::absorb::absorb;
use super::asked::Asked;
use super::watched::{ReadId, Watched};
use crate::access;
use crate::state::{
    Account, Caller, CallerIdentity, CloudError, Facet, Mint, Operation, Parameters, PolicyType,
    Remembered, Sight, State, apply,
};

/// A name that is shorter than this is nothing that the overlay made up.
const MADE_UP_MIN: usize = 8;

/// The cloud as it was read, and as it will be.
#[derive(Debug)]
pub(super) struct Layers {
    base: State,
    over: State,
    writes: Vec<Write>,
    /// Makes ids up. What was made up is never made up again, also where its write was forgotten.
    mint: Mint,
    /// Whether `base` has learned something that `over` does not have.
    behind: bool,
    /// Ids and names that only replies to planned writes had.
    made_up: BTreeSet<String>,
    /// What the real cloud was asked and answered for itself.
    watched: Watched,
}

/// Whether a caller's permissions are judged here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rights {
    /// They are: everything about the caller was planned.
    Judged,
    /// They are, if everything is known that they follow from.
    IfKnown,
    /// They are not: only the cloud knows what the operator may do.
    NotOurs,
}

/// A write that was planned.
#[derive(Debug)]
struct Write {
    caller: Caller,
    family: String,
    product: &'static host_catalog::Product,
    action: &'static host_catalog::Action,
    parameters: Parameters,
    now: Timestamp,
    /// As it was before: the same ids come of it again.
    mint: Mint,
}

impl Write {
    const fn operation(&self) -> Operation<'_> {
        Operation {
            caller: &self.caller,
            product: self.product,
            action: self.action,
            parameters: &self.parameters,
            now: self.now,
        }
    }
}

/// The code of a refusal, as its product spells it.
fn code_of(body: &Json) -> Option<&str> {
    ["Code", "code"].iter().find_map(|name| body.get(name)?.as_str())
}

/// The code by which the cloud says that whoever asks may not read this.
pub(super) fn forbidden(reply: &HttpReply) -> Option<String> {
    if reply.status < 400 {
        return None;
    }
    let body: Json = serde_json::from_slice(&reply.body).unwrap_or(Json::Null);
    let code = code_of(&body).unwrap_or_default();
    (kind_of(code, reply.status) == ErrorKind::Forbidden).then(|| code.to_owned())
}

pub(super) fn operation<'a>(asked: &'a Asked, caller: &'a Caller, now: Timestamp) -> Operation<'a> {
    let (product, action, parameters) = (asked.product, asked.action, &asked.parameters);
    Operation { caller, product, action, parameters, now }
}

impl Layers {
    pub(super) fn new(accounts: impl IntoIterator<Item = AccountId>, seed: u64) -> Self {
        let account = |id: AccountId| (id.clone(), Account::unknown(id));
        let base = State {
            accounts: accounts.into_iter().map(account).collect::<BTreeMap<_, _>>(),
            mint: Mint::new(seed),
            partial: true,
            ..State::default()
        };
        let (over, mint) = (base.clone(), base.mint.clone());
        let (writes, made_up) = (Vec::new(), BTreeSet::new());
        Self { base, over, writes, mint, behind: false, made_up, watched: Watched::default() }
    }

    /// Takes note of what a script wrote on a machine before.
    pub(super) fn remember(&mut self, remembered: Remembered) {
        if let Some(account) = self.base.accounts.get_mut(&remembered.account) {
            account.remembered.entry(remembered.instance.clone()).or_default().push(remembered);
            self.behind = true;
        }
    }

    /// How many writes are planned.
    pub(super) const fn planned(&self) -> usize {
        self.writes.len()
    }

    /// Forgets all writes but the first ones, as if they had never been planned.
    pub(super) fn forget_after(&mut self, planned: usize) {
        self.behind |= planned < self.writes.len();
        self.writes.truncate(planned);
    }

    /// What the cloud would say to a read if nothing were there but what is known of it; `None` where not even
    /// that says enough.
    pub(super) fn suppose(
        &self,
        asked: &Asked,
        caller: &Caller,
        now: Timestamp,
    ) -> Option<Result<Json, CloudError>> {
        let mut supposed = self.base.clone();
        supposed.accounts.values_mut().for_each(Account::suppose_nothing_else);
        let answer = apply(&mut supposed, &operation(asked, caller, now));
        (!answer.as_ref().is_err_and(CloudError::is_unknown)).then_some(answer)
    }

    /// Learns what a reply of the real cloud tells.
    pub(super) fn absorb(&mut self, asked: &Asked, caller: &Caller, reply: &HttpReply) {
        let body: Json = serde_json::from_slice(&reply.body).unwrap_or(Json::Null);
        let outcome = match code_of(&body) {
            Some(code) if reply.status >= 400 => Err(code),
            _ if reply.status >= 400 => return,
            _ => Ok(&body),
        };
        absorb(&mut self.base, &operation(asked, caller, Timestamp::default()), outcome);
        self.behind = true;
    }

    /// `over` as it follows from what is known now. What is planned was foreseen when it was planned, so it
    /// is so again.
    fn catch_up(&mut self) {
        if !std::mem::take(&mut self.behind) {
            return;
        }
        self.over = self.base.clone();
        for write in &self.writes {
            self.over.mint.clone_from(&write.mint);
            let _foreseen = apply(&mut self.over, &write.operation());
        }
    }

    /// The answer of `over` to a read, if what is planned changes it.
    pub(super) fn differs(
        &mut self,
        asked: &Asked,
        caller: &Caller,
        now: Timestamp,
    ) -> Option<Result<Json, CloudError>> {
        if self.writes.iter().all(|write| write.family != asked.family()) {
            return None;
        }
        self.catch_up();
        let operation = operation(asked, caller, now);
        let before = apply(&mut self.base, &operation);
        let after = apply(&mut self.over, &operation);
        let blind =
            |answer: &Result<Json, CloudError>| answer.as_ref().is_err_and(CloudError::is_unknown);
        (before != after && !blind(&before) && !blind(&after)).then_some(after)
    }

    /// From now on, it is known which writes change what this read shows.
    pub(super) fn watch(&mut self, asked: &Asked, caller: &Caller) -> ReadId {
        self.watched.add(asked, caller)
    }

    /// The reads that show something else than before the last writes.
    pub(super) fn take_changed(&mut self) -> Vec<ReadId> {
        self.watched.take_changed()
    }

    /// Carries out what never leaves: a write, or what somebody asks who is only planned.
    pub(super) fn apply(
        &mut self,
        asked: &Asked,
        caller: &Caller,
        rights: Rights,
        now: Timestamp,
    ) -> Result<Json, CloudError> {
        self.catch_up();
        let operation = operation(asked, caller, now);
        let judged = match rights {
            Rights::Judged => true,
            Rights::IfKnown => self.is_seen_through(caller),
            Rights::NotOurs => false,
        };
        if judged {
            access::authorize(&self.over, &operation)?;
        }
        let mint = self.mint.clone();
        let is_write = asked.action.effect.is_write();
        let shown = is_write.then(|| self.watched.shown(&mut self.over, asked, now));
        self.over.mint.clone_from(&mint);
        let answer = apply(&mut self.over, &operation);
        if let (Ok(body), Some(before)) = (&answer, shown) {
            let after = self.watched.shown(&mut self.over, asked, now);
            self.watched.compare(&before, &after);
            self.mint.clone_from(&self.over.mint);
            self.note_made_up(asked, body);
            self.writes.push(Write {
                caller: caller.clone(),
                family: asked.family().to_owned(),
                product: asked.product,
                action: asked.action,
                parameters: asked.parameters.clone(),
                now,
                mint,
            });
        }
        answer
    }

    /// Machines, and how it is known what is on them.
    pub(super) fn sights(&self) -> impl Iterator<Item = (&str, &Sight)> {
        let instances = self.over.accounts.values().flat_map(|account| account.instances.known());
        instances.map(|it| (it.id.as_str(), &it.machine.sight))
    }

    /// Whoever calls with a key or a session that was made up here.
    pub(super) fn planned_caller(&self, key_id: &str) -> Option<Caller> {
        if let Some((caller, key)) = self.over.key(key_id)
            && !key.secret.expose().is_empty()
        {
            return Some(caller);
        }
        let session = self.over.sessions.get(key_id)?;
        Some(Caller {
            account: session.account.clone(),
            identity: CallerIdentity::Session {
                role: session.role.clone(),
                role_id: session.role_id.clone(),
                session: session.name.clone(),
                policy: session.policy.clone(),
            },
        })
    }

    /// Whether a request names something that only exists here.
    pub(super) fn names_planned(&self, asked: &Asked) -> bool {
        asked.texts().any(|text| self.made_up.contains(text))
    }

    /// What was made up here and stands in that text.
    pub(super) fn made_up_in(&self, text: &str) -> Vec<String> {
        self.made_up.iter().filter(|it| text.contains(it.as_str())).cloned().collect()
    }

    /// Texts of a reply that the request did not have: ids.
    fn note_made_up(&mut self, asked: &Asked, body: &Json) {
        match body {
            Json::String(text) if text.len() >= MADE_UP_MIN => {
                let is_id =
                    text.bytes().all(|it| it.is_ascii_alphanumeric() || b"-.".contains(&it));
                if is_id && asked.texts().all(|given| given != text) {
                    self.made_up.insert(text.clone());
                }
            }
            Json::Array(items) => items.iter().for_each(|item| self.note_made_up(asked, item)),
            Json::Object(members) => {
                members.values().for_each(|member| self.note_made_up(asked, member));
            }
            _ => {}
        }
    }

    /// Whether everything is known that says what a user may do, so that a refusal can be foreseen.
    fn is_seen_through(&self, caller: &Caller) -> bool {
        let CallerIdentity::User(name) = &caller.identity else { return false };
        let Ok(account) = self.over.account(&caller.account) else { return false };
        let Facet::Known(user) = account.users.get(name) else { return false };
        user.policies.current.all("").is_ok_and(|held| {
            held.iter().all(|it| match it.policy_type {
                PolicyType::System => crate::permission::system_policy(&it.policy_name).is_some(),
                PolicyType::Custom => {
                    access::document_of(account, it.policy_type, &it.policy_name).is_some()
                }
            })
        })
    }
}
