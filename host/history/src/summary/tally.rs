//! Event after event: what a summary is made of.

use std::collections::{BTreeMap, BTreeSet};

use host_model::Effect;
use host_runner::{CallOutcome, ProofReport, RunEvent};
use host_runtime::{Claim, Level};

use super::{Ending, Summary, Thing};
use crate::{Past, PastCall, What};

/// What is known of a run so far, while it goes on.
#[derive(Debug, Clone, Default)]
pub struct Tally {
    /// Ids of the steps, each once, in the order in which they were entered.
    steps: Vec<String>,
    /// The step that is under way.
    step: Option<String>,
    changed: Vec<Thing>,
    /// Calls that did not succeed, with their codes, unless the same call did later.
    failed: Vec<(Thing, String)>,
    /// The last claim of each check.
    checks: BTreeMap<String, (Claim, String)>,
    /// The last request of each step.
    requests: BTreeMap<String, String>,
}

impl Tally {
    /// What an earlier process did, of a run that is gone on with.
    pub fn of(past: &Past) -> Self {
        let mut tally = Self::default();
        for item in &past.items {
            match &item.what {
                What::Step { id, .. } => tally.enter(id),
                What::Call(call) => tally.past_call(call),
                What::Check { id, claim, detail } => tally.check(id, *claim, detail),
                _ => {}
            }
        }
        tally
    }

    /// Takes an event into account.
    pub fn take(&mut self, event: &RunEvent) {
        match event {
            RunEvent::Step { id, .. } => self.enter(id),
            RunEvent::Check { id, claim, detail } => self.check(id, *claim, detail),
            RunEvent::Call {
                step,
                account_name,
                account,
                effect,
                changes,
                sentence,
                outcome,
                code,
                message,
                request_id,
                ..
            } => {
                let why = code.as_ref().map(|code| why(code, message.as_deref()));
                let thing = Thing {
                    step: step.clone(),
                    account_name: account_name.clone(),
                    account: Some(account.clone()).filter(|it| !it.is_empty()),
                    effect: Some(*effect),
                    what: sentence.clone(),
                    why,
                    request_id: request_id.clone(),
                };
                self.call(thing, *outcome, *changes, code.as_deref());
            }
            _ => {}
        }
    }

    fn past_call(&mut self, call: &PastCall) {
        // What came of it is found out by whoever goes on, and told then.
        if call.is_open() {
            return;
        }
        let trouble = call.trouble();
        let thing = Thing {
            step: call.step.clone(),
            account_name: call.account_name.clone(),
            account: Some(call.account.clone()).filter(|it| !it.is_empty()),
            effect: Some(call.effect),
            what: call.sentence.clone(),
            why: trouble.map(|(code, message)| why(code, Some(message))),
            request_id: call.request_id().map(str::to_owned),
        };
        let code = trouble.map(|(code, _)| code);
        self.call(thing, call.outcome(), call.changes(), code);
    }

    fn enter(&mut self, id: &str) {
        if !self.steps.iter().any(|step| step == id) {
            self.steps.push(id.to_owned());
        }
        self.step = Some(id.to_owned());
    }

    fn check(&mut self, id: &str, claim: Claim, detail: &str) {
        self.checks.insert(id.to_owned(), (claim, detail.to_owned()));
    }

    fn call(&mut self, thing: Thing, outcome: CallOutcome, changes: bool, code: Option<&str>) {
        if let Some(id) = &thing.request_id {
            self.requests.insert(thing.step.clone(), id.clone());
        }
        let same = |other: &Thing| other.what == thing.what && other.account == thing.account;
        self.failed.retain(|(other, ..)| !same(other));
        match (outcome, code) {
            (CallOutcome::Ok, _) if changes => self.changed.push(thing),
            (CallOutcome::Ok, _) | (_, None) => {}
            (_, Some(code)) => self.failed.push((thing, code.to_owned())),
        }
    }

    /// What came of the run, at its end.
    pub fn summary(&self, ending: &Ending<'_>, proofs: &[ProofReport]) -> Summary {
        let failed = self.failures(ending, proofs);
        let pending = self.pending(ending, proofs, &failed);
        let open: BTreeSet<&str> =
            failed.iter().chain(&pending).map(|thing| thing.step.as_str()).collect();
        let is_done = |step: &&String| !open.contains(step.as_str());
        let done: Vec<String> = self.steps.iter().filter(is_done).cloned().collect();
        let is_unchanged = |step: &&String| !self.changed.iter().any(|it| it.step == **step);
        let unchanged = done.iter().filter(is_unchanged).cloned().collect();
        Summary { done, changed: self.changed.clone(), unchanged, pending, failed }
    }

    fn failures(&self, ending: &Ending<'_>, proofs: &[ProofReport]) -> Vec<Thing> {
        let mut failed: Vec<Thing> = self.claimed(Claim::Fails).collect();
        // A refusal that a proof asks for is a success.
        let is_proof = |thing: &Thing| {
            let id = thing.request_id.as_ref();
            id.is_some_and(|id| proofs.iter().any(|proof| proof.request_ids.contains(id)))
        };
        // What a workflow that came to its end coped with did not fail it.
        let is_well = ending.verdict.is_well();
        let last = self.failed.len().saturating_sub(1);
        for (index, (thing, code)) in self.failed.iter().enumerate() {
            let ended_it = index == last && ending.code == Some(code.as_str());
            let writes = thing.effect.is_some_and(Effect::is_write);
            if !is_well && !is_proof(thing) && (writes || ended_it) {
                failed.push(thing.clone());
            }
        }
        failed
    }

    fn pending(&self, ending: &Ending<'_>, proofs: &[ProofReport], failed: &[Thing]) -> Vec<Thing> {
        let mut pending: Vec<Thing> = self.claimed(Claim::Pending).collect();
        let is_said = |step: &str, pending: &[Thing]| {
            failed.iter().chain(pending).any(|thing| thing.step == step)
        };
        for proof in proofs.iter().filter(|it| !it.seen && it.level != Level::Guard) {
            let step = match &proof.thing {
                Some(thing) => format!("{}/{thing}", proof.id),
                None => proof.id.clone(),
            };
            if !is_said(&step, &pending) {
                let what = match &proof.thing {
                    Some(thing) => format!("{} ({thing})", proof.title),
                    None => proof.title.clone(),
                };
                pending.push(self.thing(&step, what, Some("not seen yet".to_owned())));
            }
        }
        // A run that did not come to its end left the step that it was in.
        if let (Some(code), Some(step)) = (ending.code, &self.step)
            && !is_said(step, &pending)
        {
            pending.push(self.thing(step, format!("the step `{step}`"), Some(code.to_owned())));
        }
        pending
    }

    fn claimed(&self, claim: Claim) -> impl Iterator<Item = Thing> {
        let of_kind = move |(id, (kind, detail)): (&String, &(Claim, String))| {
            (*kind == claim).then(|| self.thing(id, detail.clone(), None))
        };
        self.checks.iter().filter_map(of_kind)
    }

    /// Something that follows from the last request of a step.
    fn thing(&self, step: &str, what: String, why: Option<String>) -> Thing {
        let request_id = self.requests.get(step).cloned();
        let (account_name, account, effect) = (None, None, None);
        Thing { step: step.to_owned(), account_name, account, effect, what, why, request_id }
    }
}

fn why(code: &str, message: Option<&str>) -> String {
    match message {
        Some(message) if !message.is_empty() => format!("{code}: {message}"),
        _ => code.to_owned(),
    }
}
