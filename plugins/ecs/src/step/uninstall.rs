//! The agent leaves the machines, in waves: what the records there say is taken back, and nothing else.

use host_reporting::Ledger;
use host_workflow_sdk::Error;
use host_workflow_sdk::progress;

use crate::ending::{Ending, Failure};
use crate::facts::{Facts, Present};
use crate::machine::{Fate, Machine};
use crate::marker;
use crate::order::Order;
use crate::parameters::Parameters;
use crate::step::install;
use crate::step::send::{Orders, Sender};
use crate::wave::Waves;

/// Leaves machines as they are that have nothing of the agent.
pub(crate) fn pass_over(input: &Parameters, machines: &mut [Machine]) {
    for machine in machines.iter_mut().filter(|machine| machine.is_open()) {
        if !has_anything(input, &machine.facts) {
            machine.fate = Fate::Unchanged;
        }
    }
}

/// Takes the agent from the machines that are left.
pub(crate) fn settle(
    input: &Parameters,
    sender: Sender<'_>,
    machines: &mut [Machine],
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let mut todo: Vec<&mut Machine> =
        machines.iter_mut().filter(|machine| machine.is_open()).collect();
    if todo.is_empty() {
        return Ok(());
    }
    progress::step("uninstall", "the agent is taken from the machines");
    let mut waves = Waves::new(input.batch_size, input.max_failures);
    let mut rest = todo.as_mut_slice();
    loop {
        let size = waves.next(rest.len());
        let (wave, later) = rest.split_at_mut(size);
        rest = later;
        if wave.is_empty() {
            break;
        }
        take(input, sender, wave, ledger)?;
        for machine in wave {
            waves.note(!matches!(machine.fate, Fate::Failed(_)));
        }
    }
    install::leave(rest, &waves);
    Ok(())
}

/// Whether an earlier run of this workflow left anything that is asked for now.
fn has_anything(input: &Parameters, facts: &Facts) -> bool {
    has_set_up(input, facts)
        || (input.services.is_empty() && matches!(facts.agent, Present::Version(_)))
}

/// Whether a service that is asked for starts with the agent.
pub(crate) fn has_set_up(input: &Parameters, facts: &Facts) -> bool {
    let wished = |name: &str| {
        input.services.is_empty() || input.services.iter().any(|wish| wish.unit() == name)
    };
    facts.services.iter().any(|service| service.setup.is_some() && wished(&service.name))
}

fn take(
    input: &Parameters,
    sender: Sender<'_>,
    wave: &mut [&mut Machine],
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let names = input.service_names();
    let services = if input.services.is_empty() { "all" } else { names.as_str() };
    let mut orders = Orders::new();
    for machine in wave.iter() {
        let order = Order::uninstall(input, input.agent, &machine.region, services, input.restart);
        orders.entry(order).or_default().push(machine.id.clone());
    }
    let endings = sender.carry_out(&orders)?;
    for machine in wave {
        machine.is_changed = true;
        match endings.get(&machine.id) {
            Some(Ending::Done { output }) => note(input, machine, output, ledger),
            Some(Ending::Failed(failure)) => machine.fail(failure.clone()),
            Some(Ending::Lost { code }) => machine.fail(Failure::new(format!("`{code}`"))),
            None => machine.fail(Failure::new("it gave no answer")),
        }
    }
    Ok(())
}

fn note(input: &Parameters, machine: &mut Machine, output: &str, ledger: &mut Ledger) {
    let words = machine.words();
    let restored = output.lines().filter(|line| line.trim() == marker::SERVICE_RESTORED).count();
    if restored > 0 {
        let object = format!("set-up of {restored} services on {words}");
        ledger.removed(&object, "they start without the agent from their next start");
    }
    if marker::has(output, marker::AGENT_REMOVED) {
        ledger.removed(&format!("agent for {} on {words}", input.agent), "as asked");
        machine.fate = Fate::Done(None);
    } else if marker::has(output, marker::AGENT_IN_USE) {
        let rest = "the agent's files stay while processes run with it or other services are set \
                    up for it: restart what runs with it, then run again";
        machine.fate = Fate::Done(Some(rest.to_owned()));
    } else if marker::has(output, marker::AGENT_ABSENT) {
        machine.fate = Fate::Done(None);
    } else {
        machine.fail(Failure::new("the script did not say what it did"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_is_taken() {
        let set = "service=orders app=orders account=1 region=x\n";
        let cases = [
            ("{}", "agent=none".to_owned(), false),
            ("{}", "agent=foreign".to_owned(), false),
            ("{}", "agent=4.2.1".to_owned(), true),
            ("{}", set.to_owned(), true),
            (r#"{"services": [{"name": "orders"}]}"#, set.to_owned(), true),
            (r#"{"services": [{"name": "other"}]}"#, format!("{set}agent=4.2.1"), false),
        ];
        for (input, facts, has) in cases {
            let input: Parameters = serde_json::from_str(input).unwrap();
            let facts = Facts::read(&format!("arch=x86_64\n{facts}")).unwrap();
            assert_eq!(has_anything(&input, &facts), has, "{facts:?}");
        }
    }
}
