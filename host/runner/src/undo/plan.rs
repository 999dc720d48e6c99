//! From what a run did to what an undo would do: purely, from the journal alone.

use std::collections::BTreeSet;

use host_catalog::{Action, Catalog, Inverse, InverseKind, Product, Risk};
use host_model::{Call, Effect, IdentityRef, SecretRef, Value};
use serde_json::{Value as Json, json};

use super::changed::{Group, basis, filled};
use super::history::{Done, History, Unsure};
use super::object::{Object, ObjectKind, touched};
use super::order;
use super::step::{Stays, Step, UndoPlan};
use super::usage::Usage;
use crate::record::{self, Begun, Numbered};

/// What a plan looks at besides the run's own entries.
#[derive(Debug, Clone, Default)]
pub struct UndoInput<'a> {
    /// What other runs made and used that were not undone.
    pub others: &'a [Usage],
    /// Digests of scripts that only look, as the workflow's manifest says.
    pub looks: BTreeSet<String>,
}

/// How the run of `entries` would be taken back.
pub fn plan(entries: &[Numbered], input: &UndoInput<'_>) -> UndoPlan {
    let history = History::read(entries);
    let Some(begun) = record::begun(entries) else { return UndoPlan::default() };
    let mut draft =
        Draft { begun, input, steps: Vec::new(), groups: Vec::new(), stays: Vec::new() };
    for done in &history.done {
        draft.take(done);
    }
    draft.settle_groups();
    for unsure in &history.unsure {
        draft.doubt(unsure);
    }
    let Draft { steps, mut stays, .. } = draft;
    let steps = order::sort(steps);
    let steps = without_used(steps, input.others, &mut stays);
    let steps = order::without_held(steps, &mut stays);
    UndoPlan { steps, stays }
}

pub(super) struct Draft<'a> {
    begun: &'a Begun,
    pub(super) input: &'a UndoInput<'a>,
    pub(super) steps: Vec<Step>,
    groups: Vec<Group<'a>>,
    pub(super) stays: Vec<Stays>,
}

impl<'a> Draft<'a> {
    fn take(&mut self, done: &'a Done) {
        let sent = &done.sent;
        let known = Catalog::builtin().resolve(&sent.product, &sent.version, &sent.action);
        let Ok((product, action)) = known else {
            let object = format!("what `{}:{}` did", sent.product, sent.action);
            self.stays
                .push(Stays::new(object, "this version of the program does not know the action"));
            return;
        };
        // A session ends by itself, and leaves nothing.
        if action.risk == Some(Risk::Session) || self.takes_back_itself(done) {
            return;
        }
        let Some(inverse) = &action.inverse else {
            self.keep(done, action, plain_reason(action));
            return;
        };
        let Some(caller) = self.caller(done) else {
            self.keep(done, action, "no account of the run signs in that account");
            return;
        };
        if let Some(reason) =
            action.stays.as_deref().filter(|_| inverse.kind == InverseKind::Changed)
        {
            self.keep(done, action, reason);
        }
        match inverse.kind {
            InverseKind::Made => self.made(done, (product, action, inverse), &caller),
            InverseKind::Changed => self.changed(done, product, action, inverse),
            InverseKind::Registered => self.registered(done, (product, action, inverse), &caller),
        }
    }

    /// Whether the run took back here what it made before.
    fn takes_back_itself(&mut self, done: &Done) -> bool {
        let is_same = |step: &Step| {
            let Call { product, action, parameters, .. } = &step.call;
            let same = |(name, value): &(String, Value)| {
                let given = done.sent.parameters.iter().find(|(key, _)| key == name);
                given.is_some_and(|(_, given)| alike(given, value))
            };
            step.account == done.account
                && *product == done.sent.product
                && *action == done.sent.action
                && parameters.iter().all(same)
        };
        let Some(found) = self.steps.iter().rev().find(|step| is_same(step) && step.part != 0)
        else {
            return false;
        };
        let numbers = found.takes_back.clone();
        self.steps.retain(|step| step.takes_back != numbers);
        true
    }

    /// Something was made: it goes.
    fn made(
        &mut self,
        done: &Done,
        (product, action, inverse): (&'static Product, &Action, &Inverse),
        caller: &IdentityRef,
    ) {
        let objects = touched(&done.account, &done.sent, &done.reply);
        let Some(about) = objects.first().cloned() else {
            self.keep(done, action, "it is not known what it is about");
            return;
        };
        let mut parts = Vec::new();
        if let Some(first) =
            inverse.first.as_ref().filter(|first| is_set(done, first.when.as_deref()))
        {
            parts.push((first.action.as_str(), filled(&first.with, &first.action, done)));
        }
        parts.push((inverse.action.as_str(), filled(&inverse.with, &inverse.action, done)));
        if parts.iter().any(|(_, parameters)| parameters.is_none()) {
            self.keep(done, action, "what was there before was not read, so it cannot be put back");
            return;
        }
        if rotated(done) {
            self.keep(
                done,
                action,
                "to make room, the cloud removed the oldest version: it does not come back",
            );
        }
        let count = parts.len();
        for (index, (name, parameters)) in parts.into_iter().enumerate() {
            let call = Call {
                identity: caller.clone(),
                product: product.key.clone(),
                version: product.version.clone(),
                action: name.to_owned(),
                region: done.sent.region.clone(),
                parameters: parameters.unwrap_or_default(),
            };
            let is_last = index + 1 == count;
            let ends = ended(name, &call, &objects);
            let forgets = if is_last { forgotten(name, &about, &call) } else { None };
            self.steps.push(Step {
                account: done.account.clone(),
                call,
                about: about.clone(),
                takes_back: vec![done.number],
                since: done.at,
                trust: None,
                puts: Vec::new(),
                forgets,
                basis: vec![basis(done)],
                touches: objects.clone(),
                ends,
                part: u8::from(is_last),
            });
        }
    }

    /// Something that was there was changed: all changes of it are taken back together.
    fn changed(
        &mut self,
        done: &'a Done,
        product: &'static Product,
        action: &'static Action,
        inverse: &'static Inverse,
    ) {
        let about = touched(&done.account, &done.sent, &done.reply).into_iter().next();
        // Of an account itself, such as its alias.
        let about = about.unwrap_or_else(|| {
            Object::new(&done.account, ObjectKind::Account, done.account.as_str())
        });
        let same = |group: &&mut Group<'_>| {
            group.about == about
                && group.changes.iter().any(|(_, it, _)| it.action == inverse.action)
        };
        if let Some(group) = self.groups.iter_mut().find(same) {
            group.changes.push((action, inverse, done));
            return;
        }
        let changes = vec![(action, inverse, done)];
        self.groups.push(Group { product, about, changes });
    }

    fn settle_groups(&mut self) {
        for group in std::mem::take(&mut self.groups) {
            // It goes with what the run made.
            if self.steps.iter().any(|step| step.ends.as_ref() == Some(&group.about)) {
                continue;
            }
            let caller = group.changes.first().and_then(|(_, _, done)| self.caller(done));
            let Some(caller) = caller else { continue };
            let settled = group.settle(&caller);
            self.steps.extend(settled.step);
            self.stays.extend(settled.stays);
        }
    }

    fn doubt(&mut self, unsure: &Unsure) {
        let sent = &unsure.sent;
        let known = Catalog::builtin().resolve(&sent.product, &sent.version, &sent.action);
        let Ok((_, action)) = known else { return };
        if action.risk == Some(Risk::Session) {
            return;
        }
        let object =
            format!("what came of “{}” in account {}", action.sentence_of(sent), unsure.account);
        let reason = if unsure.is_told {
            "whether it took effect is not known, so nothing is removed blindly"
        } else {
            "the run was killed there: `host resume` finds out what came of it"
        };
        self.stays.push(Stays::new(object, reason));
    }

    pub(super) fn keep(&mut self, done: &Done, action: &Action, reason: &str) {
        let sentence = action.sentence_of(&done.sent);
        let object = format!("what was done by “{sentence}” in account {}", done.account);
        let stays = Stays::new(object, reason);
        if !self.stays.contains(&stays) {
            self.stays.push(stays);
        }
    }

    /// The account of the run that signs in the account of a call: the one that the caller came from, if it
    /// is of that account.
    fn caller(&self, done: &Done) -> Option<IdentityRef> {
        let own = |name: &str| {
            self.begun.accounts.get(name).is_some_and(|it| it.account == done.account.as_str())
        };
        let root = done.sent.identity.0.split('/').next().unwrap_or_default();
        let any = || self.begun.accounts.keys().find(|name| own(name)).map(String::as_str);
        Some(root).filter(|root| own(root)).or_else(any).map(|name| IdentityRef(name.to_owned()))
    }
}

/// Why nothing takes an action back.
fn plain_reason(action: &Action) -> &str {
    match &action.stays {
        Some(reason) => reason,
        None if action.effect == Effect::Delete => {
            "it was there before the run, which removed it: it does not come back"
        }
        None => "nothing takes it back",
    }
}

fn is_set(done: &Done, flag: Option<&str>) -> bool {
    let Some(flag) = flag else { return true };
    let value = done.sent.parameters.iter().find(|(name, _)| name == flag);
    value.is_some_and(|(_, value)| *value == Value::Json(json!(true)))
}

/// Whether the cloud removed a version of a policy to make room for another one.
fn rotated(done: &Done) -> bool {
    let rotates = done.sent.text("RotateStrategy").is_some_and(|strategy| strategy != "None");
    let versions = done.before.pointer("/PolicyVersions/PolicyVersion").and_then(Json::as_array);
    // What the cloud keeps of a policy.
    rotates && versions.is_some_and(|versions| versions.len() >= 5)
}

/// The thing that is gone, or out of use, after a call: whatever stands on it has to go first, or the cloud
/// answers `DeleteConflict`.
fn ended(action: &str, call: &Call, objects: &[Object]) -> Option<Object> {
    let kind = match action {
        "DeleteUser" => ObjectKind::User,
        "DeleteRole" => ObjectKind::Role,
        "DeletePolicy" => ObjectKind::Policy,
        "DeleteAccessKey" => ObjectKind::Key,
        "UpdateAccessKey" if call.text("Status") == Some("Inactive") => ObjectKind::Key,
        "UnInstallClusterAddons" => ObjectKind::Addon,
        _ => return None,
    };
    objects.iter().find(|object| object.kind == kind).cloned()
}

/// The secret that nobody needs any more.
fn forgotten(action: &str, about: &Object, call: &Call) -> Option<SecretRef> {
    let account = about.account.clone();
    match action {
        "DeleteAccessKey" => {
            let object = format!("ram:access-key/{}", about.name);
            Some(SecretRef { account, kind: host_model::SecretKind::AccessKey, object })
        }
        "DeleteLoginProfile" => {
            let object = format!("ram:login-profile/{}", call.text("UserName")?);
            Some(SecretRef { account, kind: host_model::SecretKind::Password, object })
        }
        _ => None,
    }
}

fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Text(one), Value::Text(other)) => one.eq_ignore_ascii_case(other),
        (one, other) => one == other,
    }
}

/// What another run made or used too stays for it.
fn without_used(steps: Vec<Step>, others: &[Usage], stays: &mut Vec<Stays>) -> Vec<Step> {
    let mut kept = Vec::new();
    for step in steps {
        match others.iter().find(|usage| usage.has(&step.about, step.since)) {
            Some(usage) => stays.push(order::held(&step, usage.reason())),
            None => kept.push(step),
        }
    }
    kept
}
