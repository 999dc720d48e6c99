//! What is on each machine: asked before anything is changed, and of the changed ones once more.

use std::collections::BTreeMap;

use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Error, clock};

use crate::decision::{self, Moment, Target};
use crate::ending::{Ending, Failure};
use crate::facts::Facts;
use crate::fitness::Unfit;
use crate::machine::{Fate, Machine};
use crate::order::Order;
use crate::parameters::Parameters;
use crate::step::applications::{self, Listed};
use crate::step::send::{Orders, Sender};
use crate::step::uninstall;

/// Seconds that a script which was given up gets before somebody looks.
const PROBE_SECONDS: u32 = 60;

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
    match decision::decide(input, target(account, machine), &machine.facts, Moment::Before) {
        Err(unfit) => machine.leave_out(unfit, input.names_instances()),
        Ok(decision) => {
            for (service, reason) in &decision.refused {
                let id = format!("service/{}/{service}", machine.id);
                let text =
                    format!("service `{service}` on {}: left out: {reason}", machine.words());
                progress::check(&id, Outcome::Fails, &text);
            }
            if !decision.changes() {
                machine.fate = Fate::Unchanged;
            }
            machine.decision = decision;
        }
    }
}

fn target<'a>(account: &'a str, machine: &'a Machine) -> Target<'a> {
    Target { region: &machine.region, instance: &machine.id, instance_name: &machine.name, account }
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
        match machine.fate {
            Fate::Done(_) if !input.uninstall => confirm(input, account, machine),
            Fate::Done(_) if uninstall::has_set_up(input, &machine.facts) => {
                let reason =
                    "a service is still set up: by a run with another `install-directory`?";
                machine.fail(Failure::new(reason));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Looks at machines of a wave where a script was given up and may have gone on: what is on them decides.
pub(crate) fn probe(
    input: &Parameters,
    account: &str,
    sender: Sender<'_>,
    wave: &mut [&mut Machine],
) -> Result<(), Error> {
    if !wave.iter().any(|machine| machine.may_go_on()) {
        return Ok(());
    }
    progress::info("a script was given up, and may be at work: looking what is there in a minute");
    clock::sleep(PROBE_SECONDS);
    let found =
        ask(input, sender, wave.iter().map(|machine| &**machine).filter(|it| it.may_go_on()))?;
    for machine in wave.iter_mut().filter(|machine| machine.may_go_on()) {
        let Some(Ok(facts)) = found.get(&machine.id) else { continue };
        let now = decision::decide(input, target(account, machine), facts, Moment::After);
        if now.is_ok_and(|now| !now.changes()) {
            progress::info(&format!("{}: the script did its work meanwhile", machine.words()));
            machine.fate = Fate::Done(None);
        }
    }
    Ok(())
}

/// Looks once more at machines that waited for people, where one of their applications was seen since:
/// somebody did what there was to do.
pub(crate) fn again(
    input: &Parameters,
    account: &str,
    sender: Sender<'_>,
    machines: &mut [Machine],
    seen: &Listed,
) -> Result<(), Error> {
    let has_come =
        |machine: &&Machine| {
            applications::is_set_up(machine)
                && machine.decision.services.iter().any(|goal| {
                    !goal.is_live
                        && seen.get(&machine.region).into_iter().flatten().any(|seen| {
                            seen.thing == goal.application && !seen.applications.is_empty()
                        })
                })
        };
    if !machines.iter().any(|machine| has_come(&machine)) {
        return Ok(());
    }
    progress::step("agent", "what runs with the agent by now");
    let found = ask(input, sender, machines.iter().filter(has_come))?;
    for machine in machines.iter_mut() {
        let Some(Ok(facts)) = found.get(&machine.id) else { continue };
        machine.facts = facts.clone();
        let now = decision::decide(input, target(account, machine), facts, Moment::After);
        if let Ok(now) = now {
            machine.decision.services = now.services;
        }
    }
    Ok(())
}

fn confirm(input: &Parameters, account: &str, machine: &mut Machine) {
    match decision::decide(input, target(account, machine), &machine.facts, Moment::After) {
        Ok(now) if !now.changes() => machine.decision.services = now.services,
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
