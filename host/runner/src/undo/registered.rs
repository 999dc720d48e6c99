//! What only a workflow knew how to take back: the call that it registered before its change.

use host_catalog::{Action, Inverse, Product};
use host_model::{Call, IdentityRef, Value};
use serde_json::{Value as Json, json};

use super::changed::basis;
use super::history::Done;
use super::object::{texts, touched};
use super::plan::Draft;
use super::step::{Stays, Step};

impl Draft<'_> {
    /// What the workflow registered, for the machines that only this run uses.
    pub(super) fn registered(
        &mut self,
        done: &Done,
        (product, action, inverse): (&'static Product, &Action, &Inverse),
        caller: &IdentityRef,
    ) {
        if self.only_looks(done) {
            return;
        }
        let Some(registered) = &done.registered else {
            self.keep(done, action, action.stays.as_deref().unwrap_or("nothing takes it back"));
            return;
        };
        let mut call = Call { identity: caller.clone(), ..registered.clone() };
        let agrees = call.product == product.key
            && call.action == inverse.action
            && call.region == done.sent.region
            && inverse.with.iter().all(|(name, source)| within(&call, name, &done.sent, source));
        if !agrees {
            self.keep(done, action, "what its workflow registered is about something else");
            return;
        }
        for machine in touched(&done.account, &call, &Json::Null) {
            if let Some(usage) = self.input.others.iter().find(|usage| usage.has(&machine, done.at))
            {
                self.stays.push(Stays::new(machine.to_string(), usage.reason()));
                drop_item(&mut call, "InstanceId", &machine.name);
            }
        }
        let Some(about) = touched(&done.account, &call, &Json::Null).into_iter().next() else {
            return;
        };
        // The same script on the same machines takes all of it back at once.
        if let Some(step) = self.steps.iter_mut().find(|step| step.call == call) {
            step.takes_back.push(done.number);
            step.basis.push(basis(done));
            return;
        }
        self.steps.push(Step {
            account: done.account.clone(),
            touches: touched(&done.account, &call, &Json::Null),
            call,
            about,
            takes_back: vec![done.number],
            since: done.at,
            trust: None,
            puts: Vec::new(),
            forgets: None,
            basis: vec![basis(done)],
            ends: None,
            part: 1,
        });
    }

    fn only_looks(&self, done: &Done) -> bool {
        let script =
            done.sent.text("CommandContent").map(|text| host_runtime::digest(text.as_bytes()));
        script.is_some_and(|digest| self.input.looks.contains(&digest))
    }
}

/// Whether a registered call agrees with the journaled one in a parameter: a list may be shorter.
fn within(call: &Call, name: &str, sent: &Call, source: &str) -> bool {
    let value = |call: &Call, name: &str| {
        call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone())
    };
    match (value(call, name), value(sent, source)) {
        (Some(Value::Json(Json::Array(own))), Some(Value::Json(Json::Array(all)))) => {
            !own.is_empty() && own.iter().all(|item| all.contains(item))
        }
        (own, all) => own == all,
    }
}

/// Takes an item out of a list.
pub(crate) fn drop_item(call: &mut Call, parameter: &str, item: &str) {
    let rest: Vec<String> = texts(call, parameter).into_iter().filter(|it| it != item).collect();
    for (name, value) in &mut call.parameters {
        if name == parameter {
            *value = Value::Json(json!(rest));
        }
    }
}
