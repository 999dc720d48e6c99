//! Applications on instances of the source account report to the monitoring account's ARMS.
//!
//! ```text
//! monitoring account (A)                     source account (B)
//!   license key of each region ── secret ───▶ instances ── Cloud Assistant ── script ── agent
//!   ARMS ◀────────────────────── data ───────────────────────────────────────────────────┘
//! ```
//!
//! The order of a run: look at everything, say what cannot be done, then change one machine, then the
//! others in batches, read back what was changed, and wait for the applications. What must hold:
//!
//! - Nothing is changed on a machine before the script `look` said what is there, and nothing at all
//!   where that is as asked already.
//! - The license key is a handle here. The host writes it into one parameter of the script `install`,
//!   whose output does not come back but for the lines that `plugin.toml` declares.
//! - Every machine gets the package that the first one got, by its digest, from the bucket of ARMS.
//! - A machine that cannot take part, or fails, is named with the reason; the others go on until too
//!   many failed. Only a status that means success, with the script's own words, counts as one.
//! - What a script did, the script `uninstall` takes back by the records that were left.

mod agent;
mod decision;
mod ending;
mod facts;
mod fitness;
mod machine;
mod marker;
mod naming;
mod order;
mod parameters;
mod parties;
mod report;
mod selection;
mod step;
mod wave;

use host_reporting::{Ledger, words};
use host_workflow_sdk::{Error, Workflow, clock, export, plan, progress};

use machine::{Fate, Machine};
use parameters::Parameters;
use parties::{Parties, Sites};
use report::Report;
use step::applications::Listed;
use step::install::Scene;
use step::people::People;
use step::send::Sender;
use step::{applications, install, look, preflight, uninstall};

/// The workflow.
#[derive(Debug)]
pub struct Ecs;

impl Workflow for Ecs {
    type Input = Parameters;
    type Output = Report;

    fn run(input: Parameters) -> Result<Report, Error> {
        let mut ledger = Ledger::default();
        let parties = preflight::meet(&input)?;
        let mut sites = preflight::sites(&input, &parties, &mut ledger)?;
        let mut machines = preflight::machines(&input, &parties, &mut sites)?;
        if input.uninstall {
            take_away(&input, &parties, &sites, &mut machines, ledger)
        } else {
            bring(&input, &parties, &sites, &mut machines, ledger)
        }
    }
}

fn bring(
    input: &Parameters,
    parties: &Parties,
    sites: &Sites,
    machines: &mut [Machine],
    mut ledger: Ledger,
) -> Result<Report, Error> {
    words::before_you_begin();
    let sender = sender(input, parties, sites);
    let account = parties.monitoring.id();
    let people = People::look(input, sites, &mut ledger)?;
    look::before(input, account, sender, machines)?;
    for machine in machines.iter().filter(|machine| matches!(machine.fate, Fate::Unchanged)) {
        ledger.unchanged(format!("agent and services on {}", machine.words()));
    }
    let management = people.settle(&mut ledger)?;
    if machines.iter().any(Machine::is_open) {
        for risk in report::risks(input.agent) {
            progress::warn(&risk);
        }
        for (region, site) in sites {
            if let Some(site) = site {
                site.activation.carry_out(&parties.monitoring, region, &mut ledger)?;
            }
        }
    }
    let changed = clock::now();
    let scene = Scene { input, monitoring: &parties.monitoring, sender };
    let lacks = machines.iter().any(Machine::is_open);
    plan::conditional("the agent comes to machines that turn out to lack it", lacks, || {
        install::settle(scene, machines, &mut ledger)?;
        look::after(input, account, sender, machines)
    })
    .transpose()?;
    // Before the wait, so that people can do it meanwhile.
    for line in report::next(input, machines) {
        progress::info(&line);
    }
    let seen = applications::show(input, &parties.monitoring, sites, machines, changed)?;
    look::again(input, account, sender, machines, &seen)?;
    report::claim(machines, false);
    ledger.close();
    Ok(Report { management, ..report::write(input, parties, machines, &seen, ledger) })
}

fn take_away(
    input: &Parameters,
    parties: &Parties,
    sites: &Sites,
    machines: &mut [Machine],
    mut ledger: Ledger,
) -> Result<Report, Error> {
    let sender = sender(input, parties, sites);
    let account = parties.monitoring.id();
    look::before(input, account, sender, machines)?;
    let mut found = machines.to_vec();
    uninstall::pass_over(input, machines);
    let has = machines.iter().any(Machine::is_open);
    plan::conditional("the agent leaves machines that turn out to have it", has, || {
        if has {
            uninstall::settle(input, sender, machines, &mut ledger)?;
            return look::after(input, account, sender, machines);
        }
        // Only a plan comes here: it shows what is done to machines that have it.
        uninstall::settle(input, sender, &mut found, &mut Ledger::default())
    })
    .transpose()?;
    report::claim(machines, true);
    ledger.close();
    Ok(report::write(input, parties, machines, &Listed::new(), ledger))
}

const fn sender<'a>(input: &Parameters, parties: &'a Parties, sites: &'a Sites) -> Sender<'a> {
    Sender { source: &parties.source, sites, limit_minutes: input.time_limit_minutes }
}

export!(Ecs);
