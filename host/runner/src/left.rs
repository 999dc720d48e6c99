//! What a run left: what the things that it changed or read last show at its end, as far as that stays so until
//! somebody changes it ([`host_catalog::Action::lasting`]). A check compares the cloud with it, whatever the workflow
//! itself looks at and says.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use host_catalog::{Action, Catalog};
use host_model::{AccountId, Call, ErrorKind};
use host_plan::{Drift, Observed, Plan, Shown};
use host_runtime::{Answer, Event, Prepared};

use crate::live::LiveDriver;
use crate::record::{self, Begun, Intent, Left, Numbered, Past, Place, Tape};
use crate::{Reporter, Run};

impl Run {
    /// Looks once at what the run changed and its workflow did not look at after that. What cannot be read is left
    /// out; so is the rest, if the cloud does not answer or the operator interrupts.
    pub(crate) async fn look_back(
        &self,
        workflow: &Prepared,
        place: &Place,
        reporter: &Arc<dyn Reporter>,
    ) -> Vec<Left> {
        let settings = self.settings();
        let Some((seen, changed)) = self.read_back().await else { return Vec::new() };
        let recent = settings.recent(place).await;
        let driver = self.unrecorded(workflow, reporter).after(recent);
        let mut left: Vec<Left> = Vec::new();
        for (call, account) in changed {
            for look in driver.lasting_looks(&call, &account) {
                if seen.iter().chain(&left).any(|it| it.call == look) {
                    continue;
                }
                if settings.interrupted.load(Ordering::Relaxed) {
                    return left;
                }
                match driver.look(&look).await.map_err(|error| error.kind) {
                    Ok(shown) => left.push(part(account.clone(), look, shown)),
                    Err(ErrorKind::Unavailable | ErrorKind::Throttled) => return left,
                    Err(_) => {}
                }
            }
        }
        left
    }

    /// What the workflow saw at the end of this run, and what the run changed.
    async fn read_back(&self) -> Option<(Vec<Left>, Vec<(Call, AccountId)>)> {
        let entries = self.settings().journal.read(self.id()).await.ok()?;
        let entries = record::read(self.id(), &entries).ok()?;
        let begun = record::begun(&entries)?;
        let past = Tape::whole(&entries).into_past();
        Some((seen_last(&past, begun), changed(&past)))
    }

    /// How the cloud differs from what an earlier run of this workflow left. What the plan read is not read again.
    pub async fn drift_since(
        &self,
        workflow: &Prepared,
        entries: &[Numbered],
        plan: &Plan,
        reporter: &Arc<dyn Reporter>,
    ) -> Vec<Drift> {
        let driver = self.unrecorded(workflow, reporter);
        let mut drift = Vec::new();
        for left in all(entries) {
            let now = now(&driver, &left.call, &plan.observed).await;
            let lines = host_plan::changes(&left.shown, &lasting_part(&left.call, now));
            if !lines.is_empty() {
                drift.push(Drift { account: left.account, read: left.call, lines });
            }
        }
        drift
    }
}

/// What a read shows now.
async fn now(driver: &LiveDriver, look: &Call, observed: &[Observed]) -> Shown {
    let known = observed.iter().find(|it| it.call == *look).and_then(|it| it.shown.clone());
    match known {
        Some(shown) => shown,
        None => driver.look(look).await.unwrap_or_else(|error| Shown::of(&Err(error))),
    }
}

/// All that is known of what a run left: what the host looked at, and what the workflow did.
fn all(entries: &[Numbered]) -> Vec<Left> {
    let mut all = record::ended(entries).map(|ended| ended.left.clone()).unwrap_or_default();
    let seen =
        record::begun(entries).map(|begun| seen_last(&Tape::whole(entries).into_past(), begun));
    for seen in seen.into_iter().flatten() {
        if all.iter().all(|it| it.call != seen.call) {
            all.push(seen);
        }
    }
    all
}

/// What the workflow read for itself after the last change of the run.
fn seen_last(past: &VecDeque<Past>, begun: &Begun) -> Vec<Left> {
    let last = past.iter().rposition(|it| change(it).is_some());
    let after = last.map_or(0, |last| last + 1);
    let mut seen: Vec<Left> = Vec::new();
    for left in past.iter().skip(after).filter_map(|it| read(it, begun)) {
        seen.retain(|it| it.call != left.call);
        seen.push(left);
    }
    seen
}

/// A read of what lasts, by somebody whom the operator bound: a session or a key may not be there later.
fn read(past: &Past, begun: &Begun) -> Option<Left> {
    let Past::Answered { event: Event::Call(call), answer, intent: None, .. } = past else {
        return None;
    };
    lasting(call)?;
    let account = begun.accounts.get(&call.identity.0)?.account.parse().ok()?;
    let shown = match answer {
        Answer::Reply { reply } => Shown::of(&Ok(reply.body.clone())),
        Answer::Error { error } if error.kind == ErrorKind::NotFound => {
            Shown::of(&Err(error.clone()))
        }
        _ => return None,
    };
    Some(part(account, call.clone(), shown))
}

/// The calls of a run that changed something, or may have, and of which it is known what reads have to show then: what
/// takes its time is followed by the workflow, and only what that saw at its end is how it was left.
fn changed(past: &VecDeque<Past>) -> Vec<(Call, AccountId)> {
    let is_shown = |it: &&Intent| action(&it.sent).is_some_and(|it| !it.shows.is_empty());
    let changes = past.iter().filter_map(change).filter(is_shown);
    changes.filter_map(|it| Some((it.sent.clone(), it.account.parse().ok()?))).collect()
}

/// The intent of a call that changed something, or may have.
fn change(past: &Past) -> Option<&Intent> {
    let (intent, may_be_done) = match past {
        Past::Answered { intent: Some(intent), answer, .. } => (intent, may_be_done(answer)),
        Past::Answered { intent: None, .. } => return None,
        Past::Open { intent, .. } => (intent, true),
    };
    let changes = action(&intent.sent).is_some_and(Action::changes) && !intent.looks;
    (changes && may_be_done).then_some(intent)
}

fn may_be_done(answer: &Answer) -> bool {
    match answer {
        Answer::Reply { .. } => true,
        Answer::Error { error } => error.kind == ErrorKind::OutcomeUnknown,
        _ => false,
    }
}

/// What of a reply to this read lasts, if anything does.
pub(crate) fn lasting(look: &Call) -> Option<&'static [String]> {
    // What the cloud itself has written is the cloud's to change.
    if look.action == "GetPolicy" && look.text("PolicyType") == Some("System") {
        return None;
    }
    Some(action(look)?.lasting.as_slice()).filter(|lasting| !lasting.is_empty())
}

fn action(call: &Call) -> Option<&'static Action> {
    let catalog = Catalog::builtin();
    catalog.resolve(&call.product, &call.version, &call.action).ok().map(|(_, action)| action)
}

fn part(account: AccountId, call: Call, shown: Shown) -> Left {
    let shown = lasting_part(&call, shown);
    Left { account, call, shown }
}

fn lasting_part(look: &Call, shown: Shown) -> Shown {
    shown.only(lasting(look).unwrap_or_default())
}

#[cfg(test)]
mod tests;
