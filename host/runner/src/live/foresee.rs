//! A call with an effect that is only planned: what it touches is read, and what it would answer foreseen.

use std::collections::BTreeMap;

use host_catalog::{Action, Product};
use host_model::{AccountId, Arn, Call, CallError, ErrorKind, IdentityRef, Reply, Value};
use host_plan::{Foreseen, Observed, Rehearsed, Shown, Unread, Within};
use host_policy::{Consent, Permit};
use host_runtime::Stop;
use serde_json::Value as Json;

use super::call::Sent;
use super::lost::Delivery;
use super::{Identity, LiveDriver};
use crate::plan::Planning;

impl LiveDriver {
    /// Reads what a call touches, foresees its answer, and writes it into the plan.
    pub(super) async fn foresee(
        &mut self,
        planning: &Planning,
        asked: &Call,
        permit: Permit,
        delivery: &Delivery<'_>,
    ) -> Result<Sent, Stop> {
        let brief = delivery.brief;
        let before = self.look_around(planning, delivery).await;
        self.look_at_own(planning, delivery.call).await;
        // What was guessed since the last call, the workflow may have decided this one by.
        planning.note_guesses_of_last();
        let sent = self.send(permit, delivery).await?;
        planning.note_changes_by(planning.next_step());
        let facts = &brief.identity.facts;
        let (answer, secrets) = match &sent.answer {
            Ok(reply) => (Ok(reply.body.clone()), reply.secrets.clone()),
            Err(error) => (Err(error.code.clone()), BTreeMap::new()),
        };
        let mut whole = delivery.call.clone();
        let own = delivery.host_parameters.iter();
        whole.parameters.extend(own.map(|(name, text)| (name.clone(), Value::Text(text.clone()))));
        planning.note_guesses_of_next(self.conditional_now());
        planning.book().calls.push(Rehearsed {
            within: Within { id: self.step.id.clone(), title: self.step.title.clone() },
            account_name: self.account_name(facts).unwrap_or_default().to_owned(),
            account: facts.account.clone(),
            call: asked.clone(),
            sent: whole,
            effect: brief.action.effect,
            sentence: self.redact(&brief.action.sentence_of(brief.call)),
            risk: brief.action.risk.map(|risk| risk.as_str().to_owned()),
            risks: host_policy::risks(&self.stage.scene, &brief.subject(Consent::None)),
            before,
            foreseen: answer.as_ref().err().is_none_or(|code| code != host_simulator::UNFORESEEN),
            answer,
            secrets,
            looks: self.only_looks(delivery.call),
            conditional: self.conditional_now(),
        });
        Ok(sent)
    }

    /// Writes into the plan what the workflow read for itself, if it was the cloud's own word.
    pub(super) fn note_seen(&self, call: &Call, answer: &Result<Reply, CallError>) {
        let Some(planning) = &self.stage.planning else { return };
        let is_read = self.resolve(call).is_ok_and(|(_, action)| !action.effect.is_write());
        let is_bound = self.stage.accounts.0.contains_key(&call.identity.0);
        if is_read && is_bound {
            planning.book().note_read(call);
        }
        if let Ok(identity) = self.identity(&call.identity) {
            note_forbidden(planning, &identity, call);
        }
        let own = planning.overlay.take_own();
        let Some(reads) = own.filter(|_| is_read && is_bound) else { return };
        let body = answer.as_ref().map(|reply| reply.body.clone()).map_err(Clone::clone);
        planning.note_observed(self.observed(0, call.clone(), &body), &reads);
    }

    /// What a read showed, for the plan. What it is compared by does not depend on which secrets are known.
    fn observed(&self, step: u32, call: Call, answer: &Result<Json, CallError>) -> Observed {
        let observed = Observed::new(step, call, Shown::of(answer));
        Observed { shown: observed.shown.map(|it| self.redacted_shown(it)), ..observed }
    }

    /// The same, without any secret that this run knows.
    pub(super) fn redacted_shown(&self, shown: Shown) -> Shown {
        shown.redacted(&|text| self.redact(text))
    }

    /// The bodies of the reads that show what a call touches, by action.
    async fn look_around(
        &self,
        planning: &Planning,
        delivery: &Delivery<'_>,
    ) -> BTreeMap<String, Json> {
        let (call, brief) = (delivery.call, delivery.brief);
        let mut shown = BTreeMap::new();
        for (product, read, look) in self.looks_of(call) {
            let Some(identity) = self.onlooker(&look, &brief.identity.facts.account) else {
                continue;
            };
            let look = Call { identity: identity.facts.identity.clone(), ..look };
            let Some(permit) = Permit::to_look(product, read) else { continue };
            planning.overlay.take_own();
            let answer = self.send_own(&identity, permit, &look, None).await;
            let own = planning.overlay.take_own();
            // A look that does not fit the call was never sent.
            if answer.as_ref().is_err_and(|error| error.code.starts_with("catalog.")) {
                continue;
            }
            if let Err(error) = &answer
                && is_unread(error)
            {
                planning.book().note_unread(unread(&identity, &look, &error.code));
                continue;
            }
            match own {
                Some(reads) => {
                    let observed = self.observed(planning.next_step(), look, &answer);
                    planning.note_observed(observed, &reads);
                }
                None => self.note_foreseen(planning, look, &answer),
            }
            if let Ok(body) = answer {
                shown.insert(read.name.clone(), body);
            }
        }
        shown
    }

    /// Asks again for what the workflow read of the very things that a call names and that the run has changed since:
    /// what is foreseen of it has to be so when the call is made.
    async fn look_at_own(&self, planning: &Planning, call: &Call) {
        for look in planning.changed_reads_of(call) {
            let Ok((product, read)) = self.resolve(&look) else { continue };
            let (Some(permit), Ok(identity)) = (Permit::to_look(product, read), self.looker(&look))
            else {
                continue;
            };
            planning.overlay.take_own();
            let answer = self.send_own(&identity, permit, &look, None).await;
            if planning.overlay.take_own().is_none() {
                self.note_foreseen(planning, look, &answer);
            }
        }
    }

    /// Writes into the plan what a read will show of what the run itself made.
    fn note_foreseen(&self, planning: &Planning, call: Call, answer: &Result<Json, CallError>) {
        let shown = self.redacted_shown(Shown::of(answer).telling());
        let foreseen = Foreseen { step: planning.next_step(), call, shown };
        let mut book = planning.book();
        if !book.foreseen.contains(&foreseen) {
            book.foreseen.push(foreseen);
        }
    }

    /// The reads that show what a call touches: the catalog's, and of a session its role.
    pub(super) fn looks_of(&self, call: &Call) -> Vec<(&'static Product, &'static Action, Call)> {
        let role = call.text("RoleArn").filter(|_| call.action == "AssumeRole");
        if let Some(arn) = role.and_then(|text| text.parse::<Arn>().ok()) {
            let host_model::Principal::Role(name) = arn.principal() else { return Vec::new() };
            let ram = self.stage.catalog.product("ram");
            let read = ram.and_then(|ram| Some((ram, ram.actions.get("GetRole")?)));
            let Some((ram, read)) = read else { return Vec::new() };
            let caller = IdentityRef(arn.account().to_string());
            let parameters = vec![("RoleName".to_owned(), Value::Text(name.clone()))];
            let look = self.own_call((&caller, None), ("ram", "GetRole"), parameters);
            return vec![(ram, read, look)];
        }
        let Ok((product, action)) = self.resolve(call) else { return Vec::new() };
        let reads = action.observe.iter().filter_map(|name| product.actions.get(name));
        reads.filter_map(|read| Some((product, read, product.look(read, call)?))).collect()
    }

    /// Who looks, as it was when the plan was made.
    pub(super) fn looker(&self, look: &Call) -> Result<Identity, CallError> {
        let bound = self.stage.accounts.0.get(&look.identity.0);
        let account = bound.map(|bound| bound.account.clone());
        account.and_then(|account| self.onlooker(look, &account)).ok_or_else(|| {
            let message = format!("no account is bound to `{}`", look.identity);
            CallError::new(ErrorKind::Denied, "run.account-unbound", message)
        })
    }

    /// Who looks: the caller if the operator bound it, else whoever is bound in the account. A look that
    /// names an account in the place of its caller is about that one.
    pub(super) fn onlooker(&self, look: &Call, account: &AccountId) -> Option<Identity> {
        let named = look.identity.0.parse::<AccountId>().ok();
        let account = named.as_ref().unwrap_or(account);
        let bound = &self.stage.accounts.0;
        let own = bound.get_key_value(&look.identity.0).filter(|(_, it)| it.account == *account);
        let any = || bound.iter().find(|(_, it)| it.account == *account);
        let (name, bound) = own.or_else(any)?;
        Some(Identity {
            facts: bound.facts(name),
            keys: std::sync::Arc::clone(&bound.keys),
            class: host_runtime::IdentityClass::Account,
        })
    }
}

/// Whether the cloud did not say what there is.
fn is_unread(error: &CallError) -> bool {
    error.kind != ErrorKind::NotFound
}

/// Writes into the plan that the cloud forbade the read that was sent last, if it did.
pub(super) fn note_forbidden(planning: &Planning, identity: &Identity, look: &Call) {
    if let Some(code) = planning.overlay.take_forbidden() {
        planning.book().note_unread(unread(identity, look, &code));
    }
}

fn unread(identity: &Identity, look: &Call, code: &str) -> Unread {
    Unread {
        account: identity.facts.account.clone(),
        action: format!("{}:{}", look.product, look.action),
        what: host_plan::subject(look),
        code: code.to_owned(),
    }
}
