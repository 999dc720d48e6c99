//! What is on each machine: asked before anything is changed, and of the changed ones once more.

use std::collections::BTreeMap;

use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::Error;

use crate::decision::{self, Target};
use crate::ending::{Ending, Failure};
use crate::facts::Facts;
use crate::fitness::Unfit;
use crate::machine::{Fate, Machine};
use crate::order::Order;
use crate::parameters::Parameters;
use crate::step::send::{Orders, Sender};

/// Asks every machine that is left, and decides what there is to do.
pub(crate) fn before(
    input: &Parameters,
    account: &str,
    sender: Sender<'_>,
    machines: &mut [Machine],
) -> Result<(), Error> {
    progress::step("agent", "what is on each machine");
    let found = ask(input, sender, machines.iter().filter(|machine| machine.is_open()))?;
    for machine in machines.iter_mut().filter(|machine| machine.is_open()) {
        let is_named = input.names_instances();
        match found.get(&machine.id) {
            Some(Ok(facts)) => {
                machine.facts = facts.clone();
                if !input.uninstall {
                    decide(input, account, machine);
                }
            }
            Some(Err(failure)) => {
                let reason = format!("it cannot be looked at: {}", failure.reason);
                machine.leave_out(Unfit::by_state(reason), is_named);
            }
            None => {
                machine.leave_out(Unfit::by_state("it gave no answer"), is_named);
            }
        }
    }
    Ok(())
}

fn decide(input: &Parameters, account: &str, machine: &mut Machine) {
    match decision::decide(input, target(account, machine), &machine.facts) {
        Err(unfit) => machine.leave_out(unfit, input.names_instances()),
        Ok(decision) => {
            for (service, reason) in &decision.refused {
                let id = format!("service/{}/{service}", machine.id);
                progress::check(&id, Outcome::Fails, &format!("left out: {reason}"));
            }
            if !decision.changes() {
                machine.fate = Fate::Unchanged;
            }
            machine.decision = decision;
        }
    }
}

fn target<'a>(account: &'a str, machine: &'a Machine) -> Target<'a> {
    Target {
        region: &machine.region,
        instance: &machine.id,
        instance_name: &machine.name,
        account,
    }
}

/// Reads back what was changed: a script's own word is not enough.
pub(crate) fn after(
    input: &Parameters,
    account: &str,
    sender: Sender<'_>,
    machines: &mut [Machine],
) -> Result<(), Error> {
    let is_changed = |machine: &&Machine| machine.is_changed;
    if !machines.iter().any(|machine| is_changed(&machine)) {
        return Ok(());
    }
    progress::step("agent", "what is on each changed machine now");
    let found = ask(input, sender, machines.iter().filter(is_changed))?;
    for machine in machines.iter_mut().filter(|machine| machine.is_changed) {
        let Some(Ok(facts)) = found.get(&machine.id) else { continue };
        machine.facts = facts.clone();
        if matches!(machine.fate, Fate::Done(_)) && !input.uninstall {
            confirm(input, account, machine);
        }
    }
    Ok(())
}

fn confirm(input: &Parameters, account: &str, machine: &mut Machine) {
    // The keys were sent just now: that they be sent again is no longer wanted.
    let now = decision::decide_again(input, target(account, machine), &machine.facts);
    match now {
        Ok(now) if !now.needs_agent && now.services.iter().all(|goal| !goal.is_open) => {
            machine.decision.services = now.services;
        }
        Ok(_) => machine.fail(Failure::new("the change does not show on the machine")),
        Err(unfit) => machine.fail(Failure::new(unfit.reason)),
    }
}

fn ask<'a>(
    input: &Parameters,
    sender: Sender<'_>,
    machines: impl Iterator<Item = &'a Machine>,
) -> Result<BTreeMap<String, Result<Facts, Failure>>, Error> {
    let mut orders = Orders::new();
    for machine in machines {
        let order = Order::look(input, &machine.region);
        orders.entry(order).or_default().push(machine.id.clone());
    }
    let endings = sender.carry_out(&orders)?;
    let read = |ending: Ending| match ending {
        Ending::Done { output } => Facts::read(&output)
            .ok_or_else(|| Failure::new("what the script wrote cannot be understood")),
        Ending::Failed(failure) => Err(failure),
        Ending::Lost { code } => Err(Failure::new(format!("`{code}`"))),
    };
    Ok(endings.into_iter().map(|(id, ending)| (id, read(ending))).collect())
}
