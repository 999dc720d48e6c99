//! Before anything changes: who is who, what is there, and what cannot be done?

use std::collections::BTreeSet;

use host_reporting::{Activation, Baseline, Ledger, Service, words};
use host_workflow_access::people::{self, Plan, Setting};
use host_workflow_sdk::progress::{self, Level, Outcome};
use host_workflow_sdk::{Account, Error, ErrorKind};

use crate::conflict::Terms;
use crate::deed::{Allowed, Deed};
use crate::parameters::{Choice, Parameters};
use crate::parties::Parties;
use crate::place::Source;
use crate::site::{Site, Unfit, called};
use crate::step::access_key::{self, FoundKeys};
use crate::step::look::{self, Looked};
use crate::step::policies::{self, PolicyPlan};
use crate::step::reporting_user::{self, FoundUser};
use crate::step::{find, survey};

/// What is there, and what there is to do.
#[derive(Debug)]
pub(crate) struct Outlook<'a> {
    pub(crate) people: Plan<'a>,
    pub(crate) activation: Activation,
    /// The applications before anything was changed.
    pub(crate) baseline: Baseline,
    pub(crate) user: FoundUser,
    pub(crate) policies: PolicyPlan,
    pub(crate) keys: FoundKeys,
    pub(crate) sites: Vec<Site>,
    pub(crate) unfit: Vec<Unfit>,
    pub(crate) terms: Terms,
}

/// Opens both sides and makes sure that they are who the operator thinks they are.
pub(crate) fn meet(input: &Parameters) -> Result<Parties, Error> {
    progress::step(
        "preflight",
        "look at both accounts and all clusters before anything is changed",
    );
    words::before_you_begin();
    let monitoring = Account::open_confirmed("monitoring")?;
    let source = Account::open_confirmed("source")?;
    let why = "clusters report within their own account without any of this";
    let hint = "bind `source` to the account that has the clusters";
    monitoring.require_other(&source, why, hint)?;
    let reporter = input.reporting_user(source.id());
    Ok(Parties { monitoring, source, region: input.region.clone(), reporter })
}

/// Looks at all objects that the run is about; what cannot be done is said now. An error if nothing can.
pub(crate) fn look<'a>(
    input: &'a Parameters,
    parties: &'a Parties,
    ledger: &mut Ledger,
) -> Result<Outlook<'a>, Error> {
    let (choice, allowed) = (input.choice()?, input.allowed()?);
    let (monitoring, region) = (&parties.monitoring, &parties.region);
    let service = Service::find(monitoring, region)?;
    let activation = service.decide(input.activate_arms, monitoring.id(), region, ledger)?;
    let user = reporting_user::find(monitoring, &parties.reporter)?;
    let policies = policies::find(input, monitoring, &user, ledger)?;
    let keys = access_key::find(monitoring, &user, input.retire_key.as_deref())?;
    note_retired(input, &keys, ledger);
    let setting = Setting { region: &input.region, reporting_user: Some(&parties.reporter) };
    let people = people::look(&input.management, &setting, ledger)?;
    let (looked, mut unfit) = look_at_clusters(input, parties, &choice, ledger)?;
    let terms = terms(parties, &keys, input.retire_key.as_deref(), &looked)?;
    let own = look::own_applications(parties, &looked)?;
    let mut sites = Vec::new();
    for looked in looked {
        match look::decide(parties, looked, own.as_ref(), &terms, &allowed)? {
            Ok(site) => sites.push(site),
            Err(cluster) => unfit.push(cluster),
        }
    }
    announce(&sites, &unfit, &allowed);
    if sites.is_empty() {
        return Err(nothing_fits(&unfit));
    }
    let changes = sites.iter().any(|site| site.course.deed != Deed::Keep);
    let baseline =
        if changes { Baseline::take(monitoring, region)? } else { Baseline::unneeded(region) };
    Ok(Outlook { people, activation, baseline, user, policies, keys, sites, unfit, terms })
}

fn look_at_clusters(
    input: &Parameters,
    parties: &Parties,
    choice: &Choice,
    ledger: &mut Ledger,
) -> Result<(Vec<Looked>, Vec<Unfit>), Error> {
    let (clusters, mut unfit) = find::find(parties, choice)?;
    let surveyed = survey::survey(parties, clusters, input.wait_minutes, &mut unfit, ledger)?;
    let mut all = Vec::new();
    for surveyed in surveyed {
        match look::look(parties, surveyed)? {
            Ok(looked) => all.push(looked),
            Err(cluster) => unfit.push(cluster),
        }
    }
    Ok((all, unfit))
}

/// What the credentials should be. A key that a cluster has is ours if the user has it, or the vault.
fn terms(
    parties: &Parties,
    keys: &FoundKeys,
    retire: Option<&str>,
    looked: &[Looked],
) -> Result<Terms, Error> {
    let mut own: BTreeSet<String> = keys.known.iter().map(|key| key.id.clone()).collect();
    let present: BTreeSet<String> = looked.iter().filter_map(Looked::key).collect();
    for id in present {
        if !own.contains(&id) && access_key::is_in_vault(&parties.monitoring, &id)? {
            own.insert(id);
        }
    }
    let rotates = keys.known.iter().any(|key| Some(key.id.as_str()) == retire);
    let account = parties.monitoring.id().to_owned();
    Ok(Terms { account, key: keys.plan.uses.clone(), own, rotates })
}

fn note_retired(input: &Parameters, keys: &FoundKeys, ledger: &mut Ledger) {
    let Some(id) = &input.retire_key else { return };
    if !keys.known.iter().any(|key| key.id == *id) {
        ledger.note(format!("AccessKey `{id}` is not the reporting user's, or not any more"));
    }
}

/// Says for each cluster what will happen, or why nothing will.
fn announce(sites: &[Site], unfit: &[Unfit], allowed: &Allowed) {
    for site in sites {
        let name = called(&site.id, &site.name);
        progress::info(&format!("{name}: {}", intent(&site.course.deed, allowed)));
        for warning in &site.course.warnings {
            progress::log(Level::Warn, &format!("{name}: {warning}"), &[("cluster", &site.id)]);
        }
        for note in &site.course.notes {
            progress::log(Level::Info, &format!("{name}: {note}"), &[("cluster", &site.id)]);
        }
        if site.place.source == Source::Assumed && site.course.deed != Deed::Keep {
            progress::warn(&format!(
                "{name}: no schema says where the credentials stand in the settings, so they go where \
                 the documents have them: at the top"
            ));
        }
    }
    for cluster in unfit {
        let id = format!("cluster/{}", cluster.id);
        let name = called(&cluster.id, cluster.name.as_deref().unwrap_or_default());
        let text = format!("{name}: {}", cluster.reasons.join("; "));
        progress::check(&id, Outcome::Fails, &text);
    }
}

fn intent(deed: &Deed, allowed: &Allowed) -> String {
    match deed {
        Deed::Keep => "nothing to change".to_owned(),
        Deed::Configure => "gets the credentials".to_owned(),
        Deed::Install { to } => format!("gets ack-onepilot {to} with the credentials"),
        Deed::Upgrade { from, to, with_credentials } => {
            let also = if *with_credentials { ", with the credentials" } else { "" };
            let policy = if allowed.overwrite { "overwrite" } else { "canary" };
            format!(
                "goes from ack-onepilot {from} to {to} (`{policy}`){also}; there is no way back"
            )
        }
    }
}

fn nothing_fits(unfit: &[Unfit]) -> Error {
    let first = unfit.first();
    let example = first.map_or_else(String::new, |cluster| {
        let name = called(&cluster.id, cluster.name.as_deref().unwrap_or_default());
        format!("; for one, {name}: {}", cluster.reasons.join("; "))
    });
    let message = format!("none of {} clusters can be done{example}", unfit.len());
    Error::new(ErrorKind::Conflict, "ack.clusters-unfit", message)
        .hint("nothing was changed; see the reason of each cluster")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_reason_is_part_of_the_error() {
        let unfit = [Unfit::unknown("c1", "it is gone".to_owned())];
        let error = nothing_fits(&unfit);
        assert!(error.message.contains("cluster `c1`: it is gone"), "{}", error.message);
        assert_eq!(error.code, "ack.clusters-unfit");
    }
}
