//! The proof: each application is listed in the monitoring account.

use std::collections::BTreeMap;

use host_reporting::{Key, Seen, Since, Wanted, wait};
use host_workflow_sdk::progress::{self, Outcome};
use host_workflow_sdk::{Account, Error};

use crate::machine::{Fate, Machine};
use crate::parameters::Parameters;
use crate::parties::Sites;

/// What was seen of each application, by region.
pub(crate) type Listed = BTreeMap<String, Vec<Seen>>;

/// Waits for the applications of all machines that are set up. `changed`: just before the first change.
pub(crate) fn show(
    input: &Parameters,
    monitoring: &Account,
    sites: &Sites,
    machines: &[Machine],
    changed: i64,
) -> Result<Listed, Error> {
    let mut seen = Listed::new();
    for (region, site) in sites {
        let Some(site) = site else { continue };
        let here: Vec<&Machine> = machines
            .iter()
            .filter(|machine| machine.region == *region && is_set_up(machine))
            .collect();
        let wanted = wanted(&here, changed);
        let waits_for = if here.iter().any(|machine| waits_for_people(machine)) {
            "services are restarted with the agent"
        } else {
            "the agent has sent its first data"
        };
        let minutes = input.wait_minutes;
        let found = wait(monitoring, &site.baseline, &wanted, Key::Name, minutes, waits_for)?;
        seen.insert(region.clone(), found);
    }
    if seen.values().all(Vec::is_empty) {
        // The proof's step is entered all the same: nothing is shown, and that is said.
        progress::step("applications", "applications are listed in the monitoring account");
        let text = "no machine was set up, so there is no application to wait for";
        progress::check("applications", Outcome::Pending, text);
    }
    Ok(seen)
}

/// Whether its services are as asked, whether they run so or not.
pub(crate) const fn is_set_up(machine: &Machine) -> bool {
    matches!(machine.fate, Fate::Done(_) | Fate::Unchanged)
}

/// Whether a person has to do something before all of a machine's applications report.
pub(crate) fn waits_for_people(machine: &Machine) -> bool {
    matches!(machine.fate, Fate::Done(Some(_)))
        || machine.decision.services.iter().any(|goal| !goal.is_live)
}

/// Each application once. If one of its machines was changed, what was listed before does not count.
fn wanted(machines: &[&Machine], changed: i64) -> Vec<Wanted> {
    let mut things: BTreeMap<&str, bool> = BTreeMap::new();
    for machine in machines {
        for goal in &machine.decision.services {
            *things.entry(&goal.application).or_default() |= machine.is_changed;
        }
    }
    let since = |is_changed| if is_changed { Since::Change(changed) } else { Since::Always };
    let one = |(thing, is_changed): (&str, bool)| Wanted {
        thing: thing.to_owned(),
        since: since(is_changed),
    };
    things.into_iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::{Decision, Goal};

    fn machine(applications: &[&str], is_changed: bool) -> Machine {
        let goal = |name: &&str| Goal {
            service: Some((*name).to_owned()),
            application: (*name).to_owned(),
            restart: false,
            is_open: false,
            is_live: true,
        };
        let services = applications.iter().map(goal).collect();
        let decision = Decision { services, ..Default::default() };
        Machine { decision, is_changed, fate: Fate::Unchanged, ..Default::default() }
    }

    #[test]
    fn what_was_listed_before_counts_only_for_what_was_not_changed() {
        let (old, new) = (machine(&["a", "b"], false), machine(&["b", "c"], true));
        let found = wanted(&[&old, &new], 7);
        let found: Vec<(&str, Since)> =
            found.iter().map(|it| (it.thing.as_str(), it.since)).collect();
        let change = Since::Change(7);
        assert_eq!(found, [("a", Since::Always), ("b", change), ("c", change)]);
    }
}
