//! What happens by itself as time goes by: tasks and commands end, agents report, applications
//! appear. Nothing here runs on its own: [`advance`] brings the state up to the time of a request.

use std::collections::BTreeMap;

use host_model::{AccountId, Timestamp};

use super::addon::{ARMS_PILOT, ONEPILOT, Reports, is_listed, supports};
use super::reporting::{Reporting, owner_of_license, reporting};
use super::{Account, Addon, Cluster, Facet, Instance, Listing, Schema, State, TraceApp, Workload};

/// Brings everything up to `now`.
pub(crate) fn advance(state: &mut State, now: Timestamp) {
    for account in state.accounts.values_mut() {
        for cluster in account.clusters.known_mut() {
            cluster.finish_tasks(now);
        }
        account.finish_commands(now);
    }
    if state.partial {
        return;
    }
    judge_addons(state, now);
    for sighting in sightings(state, now) {
        list(state, sighting, now);
    }
}

/// Decides for each add-on where it reports, and so whether it is healthy.
fn judge_addons(state: &mut State, now: Timestamp) {
    // Many clusters have the same credentials, and policies take long to evaluate.
    let mut known = BTreeMap::new();
    let mut verdicts = Vec::new();
    for account in state.accounts.values() {
        for cluster in account.clusters.known() {
            let settled = |addon: &&Addon| ["active", "unhealthy"].contains(&addon.state.as_str());
            let Some(addon) = cluster.addons.get(ONEPILOT).filter(settled) else { continue };
            let alike = (
                account.id.clone(),
                cluster.cluster_type.clone(),
                cluster.region.clone(),
                cluster.addons.contains_key(ARMS_PILOT),
                cluster.manner.schema == Schema::Nested,
                addon.version.clone(),
                addon.config.to_string(),
            );
            let verdict = known
                .entry(alike)
                .or_insert_with(|| reporting(state, account, cluster, addon, now))
                .clone();
            verdicts.push((account.id.clone(), cluster.id.clone(), verdict));
        }
    }
    for (account, cluster, verdict) in verdicts {
        if let Some(addon) = cluster_mut(state, &account, &cluster)
            .and_then(|cluster| cluster.addons.get_mut(ONEPILOT))
        {
            addon.take(verdict, now);
        }
    }
}

fn cluster_mut<'s>(state: &'s mut State, account: &AccountId, id: &str) -> Option<&'s mut Cluster> {
    match state.accounts.get_mut(account)?.clusters.get_mut(id) {
        Facet::Known(cluster) => Some(cluster),
        Facet::Absent | Facet::Unknown => None,
    }
}

impl Addon {
    fn take(&mut self, verdict: Reporting, now: Timestamp) {
        let healthy = verdict != Reporting::Broken;
        if healthy { "active" } else { "unhealthy" }.clone_into(&mut self.state);
        // What is found at once has been so since the change; what is found later, since now.
        let since = if self.judged { now } else { self.changed };
        let fresh = !self.judged;
        self.judged = true;
        match verdict {
            Reporting::Broken | Reporting::Nowhere => self.reports = None,
            Reporting::Into(account) => {
                if fresh || self.reports.as_ref().is_none_or(|reports| reports.account != account) {
                    self.reports = Some(Reports { account, since });
                }
            }
        }
    }
}

/// An application that is seen for the first time in a place.
struct Sighting {
    /// The account that owns what it runs on.
    owner: AccountId,
    /// The account that it reports into.
    account: AccountId,
    region: String,
    place: Place,
    name: String,
    language: String,
    since: Timestamp,
}

/// What an application runs on.
enum Place {
    Workload { cluster: String, namespace: String, name: String, kind: String },
    Service { instance: String, name: String },
}

fn sightings(state: &State, now: Timestamp) -> Vec<Sighting> {
    let mut all = Vec::new();
    for account in state.accounts.values() {
        for cluster in account.clusters.known() {
            of_cluster(state, account, cluster, now, &mut all);
        }
        for instance in account.instances.known() {
            of_instance(state, account, instance, now, &mut all);
        }
    }
    all
}

fn of_cluster(
    state: &State,
    account: &Account,
    cluster: &Cluster,
    now: Timestamp,
    all: &mut Vec<Sighting>,
) {
    let Some(addon) = cluster.addons.get(ONEPILOT) else { return };
    let Some(reports) = &addon.reports else { return };
    let due = |workload: &&Workload| {
        let (since, delay) = (reports.since, state.consistency.app);
        !listed(&workload.listed, &reports.account, since)
            && supports(&addon.version, &workload.language)
            && is_listed(workload.restarted, since, delay, now)
    };
    for workload in cluster.workloads.iter().filter(due) {
        let Some(name) = workload.app.clone() else { continue };
        all.push(Sighting {
            owner: account.id.clone(),
            account: reports.account.clone(),
            region: cluster.region.clone(),
            place: Place::Workload {
                cluster: cluster.id.clone(),
                namespace: workload.namespace.clone(),
                name: workload.name.clone(),
                kind: workload.kind.clone(),
            },
            name,
            language: workload.language.clone(),
            since: reports.since,
        });
    }
}

fn of_instance(
    state: &State,
    account: &Account,
    instance: &Instance,
    now: Timestamp,
    all: &mut Vec<Sighting>,
) {
    for service in &instance.machine.services {
        let Some(setup) = &service.setup else { continue };
        let delay = i64::from(state.consistency.app) * 1000;
        let seen = |since: Timestamp| since.plus_millis(delay) <= now;
        let Some(since) = service.live_since(now).filter(|since| seen(*since)) else { continue };
        let owner = owner_of_license(state, &setup.license_key, &setup.region);
        let fresh = |target: &AccountId| !listed(&service.listed, target, since);
        let Some(target) = owner.filter(fresh).filter(|_| service.can_report()) else { continue };
        all.push(Sighting {
            owner: account.id.clone(),
            account: target,
            region: setup.region.clone(),
            place: Place::Service { instance: instance.id.clone(), name: service.name.clone() },
            name: setup.app.clone(),
            language: service.runtime.to_uppercase(),
            since,
        });
    }
}

fn listed(listings: &[Listing], account: &AccountId, since: Timestamp) -> bool {
    listings.iter().any(|listing| listing.account == *account && listing.since == since)
}

/// Puts an application into its account's list, or renews it there.
fn list(state: &mut State, sighting: Sighting, now: Timestamp) {
    let Sighting { owner, account, region, place, name, language, since } = sighting;
    let (pid, app_id) = state.mint.application();
    note(state, &owner, &place, Listing { account: account.clone(), since });
    let (cluster_id, namespace, workload_name, workload_kind) = match place {
        Place::Workload { cluster, namespace, name, kind } => {
            (Some(cluster), Some(namespace), Some(name), Some(kind))
        }
        Place::Service { .. } => (None, None, None, None),
    };
    let source = if cluster_id.is_some() { "ACK" } else { "ECS" };
    let Some(target) = state.accounts.get_mut(&account) else { return };
    let group = target.default_group();
    let apps = target.apps.entry(region).or_default();
    let same = |app: &&mut TraceApp| app.name == name && app.cluster_id == cluster_id;
    if let Some(app) = apps.known_mut().find(same) {
        app.updated = now;
        return;
    }
    let app = TraceApp {
        name: name.clone(),
        pid: pid.clone(),
        app_id,
        app_type: "TRACE".to_owned(),
        language,
        source: source.to_owned(),
        resource_group: group,
        cluster_id,
        namespace,
        workload_name,
        workload_kind,
        tags: BTreeMap::new(),
        created: now,
        updated: now,
    };
    apps.insert(&pid, app);
}

/// Remembers that something is listed, so that it is listed once.
fn note(state: &mut State, owner: &AccountId, place: &Place, listing: Listing) {
    match place {
        Place::Workload { cluster, namespace, name, .. } => {
            let Some(cluster) = cluster_mut(state, owner, cluster) else { return };
            let same = |it: &&mut Workload| it.name == *name && it.namespace == *namespace;
            if let Some(workload) = cluster.workloads.iter_mut().find(same) {
                workload.listed.push(listing);
            }
        }
        Place::Service { instance, name } => {
            let Some(owner) = state.accounts.get_mut(owner) else { return };
            let Facet::Known(instance) = owner.instances.get_mut(instance) else { return };
            if let Some(service) = instance.machine.services.iter_mut().find(|it| it.name == *name)
            {
                service.listed.push(listing);
            }
        }
    }
}
