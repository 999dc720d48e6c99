//! Applications in the source account's clusters report to the monitoring account's ARMS.
//!
//! ```text
//! monitoring account (A)                        source account (B)
//!   reporting user ── AccessKey ──▶ vault ─────▶ ack-onepilot of each cluster
//!    └── AliyunARMSFullAccess, …                   └── labelled pods get the agent
//!   ARMS ◀──────────────── applications ───────────────┘
//! ```
//!
//! The steps are those of the guide. Every step finds, compares, and then adopts, creates or leaves
//! alone; a second run changes nothing and says so. What must hold:
//!
//! - What cannot be done is said before anything is changed (`step::preflight`): cluster by cluster, and
//!   the others go on.
//! - One AccessKey serves every cluster and every run. Its secret goes from the cloud's reply into the
//!   vault, and from there into the add-on's settings, and nothing here ever reads it.
//! - An add-on that somebody reports with is theirs (`conflict`), until the operator says otherwise.
//! - Credentials go in as one triple, only where they differ, and are read back without being compared
//!   with what the cloud masks (`follow`).
//! - One cluster goes first. After too many failures nothing more is started.
//! - An application counts only against the list as it was before, and each cluster has its own verdict.

mod change;
mod conflict;
mod deed;
mod follow;
mod glob;
mod key;
mod labels;
mod offer;
mod parameters;
mod parties;
mod place;
mod reason;
mod report;
mod settings;
mod site;
mod step;
mod task;
mod version;
mod wave;

use host_reporting::{Key as By, Ledger, Seen, Since, Wanted};
use host_workflow_sdk::{Error, Workflow, export, progress};

use change::Tools;
use conflict::Terms;
use key::KeyPlan;
use parameters::Parameters;
use parties::Parties;
use report::{Findings, Report};
use step::access_key;
use step::preflight::Outlook;
use step::waves::Done;

/// The workflow.
#[derive(Debug)]
pub struct Ack;

impl Workflow for Ack {
    type Input = Parameters;
    type Output = Report;

    fn run(input: Parameters) -> Result<Report, Error> {
        let mut ledger = Ledger::default();
        let parties = step::preflight::meet(&input)?;
        let outlook = step::preflight::look(&input, &parties, &mut ledger)?;
        let Outlook { activation, baseline, user, policies, keys, sites, unfit, terms, .. } =
            outlook;
        let mut people = outlook.people;
        let monitoring = &parties.monitoring;

        people.venture(&mut ledger)?;
        step::policies::settle_custom(monitoring, &policies, &mut ledger)?;
        activation.carry_out(monitoring, &parties.region, &mut ledger)?;
        step::reporting_user::settle(monitoring, &user, parties.source.id(), &mut ledger)?;
        step::policies::settle(monitoring, &user, &policies, &mut ledger)?;
        let key = access_key::settle(monitoring, &user, &keys.plan, &mut ledger)?;
        access_key::show(monitoring, &user, &key)?;

        let terms = Terms { key: Some(key.id.clone()), rotates: false, ..terms };
        let tools = Tools { parties: &parties, key: &key, policy: input.upgrade_policy.as_str() };
        let limits = (input.wait_minutes, input.max_failures);
        let done = step::waves::carry_out(&tools, sites, &terms, limits, &mut ledger)?;
        let is_whole = unfit.is_empty() && done.iter().all(Done::is_good);
        retire_last(&parties, &user.name, &keys.plan, is_whole, &mut ledger)?;
        let people = people.settle(&mut ledger)?;
        let seen = wait_for_applications(&parties, &baseline, &done, input.wait_minutes)?;

        let management = people.prove(&mut ledger)?;
        ledger.close();
        let (user, key) = (user.name, key.id);
        let findings = Findings { user, key, done, unfit, seen, management, ledger };
        Ok(report::write(&parties, findings))
    }
}

/// A key that clusters may still report with goes when all of them have another one.
fn retire_last(
    parties: &Parties,
    user: &str,
    plan: &KeyPlan,
    is_whole: bool,
    ledger: &mut Ledger,
) -> Result<(), Error> {
    let Some(key) = &plan.last else { return Ok(()) };
    progress::step("retire-key", "the retired AccessKey goes");
    if !is_whole {
        ledger.note(format!(
            "AccessKey `{}` stays, since not every cluster reports with another one yet: run again",
            key.id
        ));
        return Ok(());
    }
    access_key::retire(&parties.monitoring, user, key, ledger)
}

fn wait_for_applications(
    parties: &Parties,
    baseline: &host_reporting::Baseline,
    done: &[Done],
    minutes: u32,
) -> Result<Vec<Seen>, Error> {
    let good = done.iter().filter(|done| done.is_good());
    let wanted: Vec<Wanted> = good
        .map(|done| Wanted {
            thing: done.site.id.clone(),
            since: done.changed.map_or(Since::Always, Since::Change),
        })
        .collect();
    // Where nothing was changed, what is listed is listed, and waiting brings nothing new.
    let is_new = wanted.iter().any(|wanted| wanted.since != Since::Always);
    let minutes = if is_new { minutes } else { 0 };
    let until = "its labelled pods are restarted";
    host_reporting::wait(&parties.monitoring, baseline, &wanted, By::Cluster, minutes, until)
}

export!(Ack);
