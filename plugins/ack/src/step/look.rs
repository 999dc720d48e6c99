//! What each cluster has of the add-on, what it can have, and what follows from that.

use std::collections::BTreeMap;

use host_workflow_sdk::cs::{DescribeAddonOptions, DescribeClusterAddonMetadataOptions};
use host_workflow_sdk::{Account, Error, arms, cs};
use serde_json::Value as Json;

use crate::conflict::Terms;
use crate::deed::{self, Allowed, Deed, Present};
use crate::offer::{BESIDE_PREDECESSOR, Offer};
use crate::parties::Parties;
use crate::place::{self, Place};
use crate::reason;
use crate::settings::{Settings, Shown};
use crate::site::{Site, Unfit};
use crate::step::survey::{ONEPILOT, Surveyed};
use crate::version;

/// The add-on's predecessor.
const PREDECESSOR: &str = "arms-pilot";

/// A cluster with its add-on read.
#[derive(Debug)]
pub(crate) struct Looked {
    surveyed: Surveyed,
    present: Option<Present>,
    /// Where the credentials stand, if the present settings say so.
    place: Option<Place>,
}

impl Looked {
    /// The id of the key that the cluster reports with, if it is shown.
    pub(crate) fn key(&self) -> Option<String> {
        let place = self.place.clone().unwrap_or_else(Place::assumed);
        match self.present.as_ref()?.settings.reporting(&place).key {
            Shown::Text(id) => Some(id),
            _ => None,
        }
    }

    /// Whether the add-on is there and has no credentials.
    fn is_without_credentials(&self) -> bool {
        let place = self.place.clone().unwrap_or_else(Place::assumed);
        self.present.as_ref().is_some_and(|present| {
            let reporting = present.settings.reporting(&place);
            reporting.key == Shown::Nothing && reporting.uid == Shown::Nothing
        })
    }
}

/// Reads the add-on of a cluster, with its settings.
pub(crate) fn look(parties: &Parties, surveyed: Surveyed) -> Result<Result<Looked, Unfit>, Error> {
    let is_there = |name: &str| {
        surveyed.addons.iter().any(|addon| addon.name == name && addon.state != "deleted")
    };
    if !is_there(ONEPILOT) {
        return Ok(Ok(Looked { surveyed, present: None, place: None }));
    }
    match read(&parties.source, &parties.region, &surveyed.cluster.cluster_id) {
        Ok(present) => {
            let place = present.settings.document().and_then(place::in_settings);
            Ok(Ok(Looked { surveyed, present: Some(present), place }))
        }
        Err(error) => {
            let reason = reason::of_cluster("cs:GetClusterAddonInstance", error)?;
            Ok(Err(Unfit::new(&surveyed.cluster, vec![reason])))
        }
    }
}

/// The add-on as it is.
pub(crate) fn read(source: &Account, region: &str, cluster: &str) -> Result<Present, Error> {
    let addon = cs::get_cluster_addon_instance(source, region, cluster, ONEPILOT)?;
    let settings = Settings::read(addon.config.as_deref());
    Ok(Present { version: addon.version, state: addon.state, settings })
}

/// How many applications of each cluster the source account's own ARMS lists; asked only if an add-on
/// may report there. `None` if nobody may know.
pub(crate) fn own_applications(
    parties: &Parties,
    all: &[Looked],
) -> Result<Option<BTreeMap<String, usize>>, Error> {
    let mut counts = BTreeMap::new();
    if !all.iter().any(Looked::is_without_credentials) {
        return Ok(Some(counts));
    }
    let options = arms::ListTraceAppsOptions::default();
    let apps = match arms::list_trace_apps(&parties.source, &parties.region, &options) {
        Ok(apps) => apps,
        Err(error) => {
            reason::of_cluster("arms:ListTraceApps", error)?;
            return Ok(None);
        }
    };
    for cluster in apps.into_iter().filter_map(|app| app.cluster_id) {
        *counts.entry(cluster).or_insert(0) += 1;
    }
    Ok(Some(counts))
}

/// What is to be done for a cluster, or why it cannot be.
pub(crate) fn decide(
    parties: &Parties,
    looked: Looked,
    own_applications: Option<&BTreeMap<String, usize>>,
    terms: &Terms,
    allowed: &Allowed,
) -> Result<Result<Site, Unfit>, Error> {
    let Looked { surveyed, present, place } = looked;
    let cluster = &surveyed.cluster;
    let own = own_applications.map(|all| all.get(&cluster.cluster_id).copied().unwrap_or(0));
    let is_enough = |present: &Present| {
        version::reaches(&present.version, &allowed.least.to_string()) == Some(true)
    };
    let offer = if present.as_ref().is_some_and(is_enough) {
        Offer::default()
    } else {
        match offer(parties, cluster, present.as_ref(), allowed)? {
            Ok(offer) => offer,
            Err(reason) => return Ok(Err(Unfit::new(cluster, vec![reason]))),
        }
    };
    // Where the settings do not say it, the schema has to, before they are compared.
    let place = match (place, &present) {
        (Some(place), _) => place,
        (None, None) => in_schema(parties, cluster, &offer, None)?,
        (None, Some(present)) => in_schema(parties, cluster, &offer, Some(&present.version))?,
    };
    let known = present.as_ref().map(|present| (present, &place, own));
    let course = match deed::decide(known, &offer, terms, allowed) {
        Ok(course) => course,
        Err(reasons) => return Ok(Err(Unfit::new(cluster, reasons))),
    };
    let mut course = course;
    if let Err(reason) = beside_predecessor(&surveyed, present.as_ref(), &mut course) {
        return Ok(Err(Unfit::new(cluster, vec![reason])));
    }
    let place = match &course.deed {
        // Another version may have another schema.
        Deed::Upgrade { to, .. } => {
            let told = metadata(parties, cluster, &to.to_string())?;
            told.as_deref().and_then(place::in_schema).unwrap_or(place)
        }
        _ => place,
    };
    let (id, name) = (cluster.cluster_id.clone(), cluster.name.clone());
    Ok(Ok(Site { id, name, present, place, course, tasks: surveyed.tasks }))
}

/// A predecessor that was left behind keeps applications from starting, until 3.3.4.
fn beside_predecessor(
    surveyed: &Surveyed,
    present: Option<&Present>,
    course: &mut deed::Course,
) -> Result<(), String> {
    if !surveyed.addons.iter().any(|it| it.name == PREDECESSOR && it.state != "deleted") {
        return Ok(());
    }
    let version = match &course.deed {
        Deed::Install { to } | Deed::Upgrade { to, .. } => to.to_string(),
        Deed::Keep | Deed::Configure => present.map(|it| it.version.clone()).unwrap_or_default(),
    };
    if version::reaches(&version, BESIDE_PREDECESSOR) == Some(true) {
        let left = format!("`{PREDECESSOR}` was left behind; remove it when nothing needs it");
        course.warnings.push(left);
        return Ok(());
    }
    Err(format!(
        "`{PREDECESSOR}` was left behind, and with {ONEPILOT} {version} beside it applications do not \
         start: remove it first, or ask for `least-version` {BESIDE_PREDECESSOR}"
    ))
}

/// The versions that a cluster can have. Two actions know; the second is asked if the first is not
/// enough.
fn offer(
    parties: &Parties,
    cluster: &cs::Cluster,
    present: Option<&Present>,
    allowed: &Allowed,
) -> Result<Result<Offer, String>, Error> {
    let (source, region, id) = (&parties.source, &parties.region, &cluster.cluster_id);
    let options = DescribeAddonOptions {
        cluster_id: Some(id.clone()),
        version: present.map(|present| present.version.clone()),
        ..Default::default()
    };
    let mut offer = Offer::default();
    match cs::describe_addon(source, region, ONEPILOT, &options) {
        Ok(addon) => {
            offer.schema = addon.config_schema.filter(|schema| !schema.is_empty());
            let newer = upgradable(&addon.raw, addon.newer_versions);
            offer.versions = std::iter::once(addon.version).chain(newer).collect();
        }
        Err(error) => drop(reason::of_cluster("cs:DescribeAddon", error)?),
    }
    if offer.to_install(&allowed.least).is_ok() {
        return Ok(Ok(offer));
    }
    match cs::describe_cluster_addons_version(source, region, id) {
        Ok(all) => {
            let next = next_version(&all).filter(|next| !offer.versions.contains(next));
            offer.versions.extend(next);
            Ok(Ok(offer))
        }
        Err(error) => {
            let reason = reason::of_cluster("cs:DescribeClusterAddonsVersion", error)?;
            Ok(if offer.versions.is_empty() { Err(reason) } else { Ok(offer) })
        }
    }
}

/// The versions of `newer`, without those that the reply calls out of reach.
fn upgradable(raw: &str, newer: Vec<String>) -> Vec<String> {
    let reply: Json = serde_json::from_str(raw).unwrap_or_default();
    let known = reply.get("newer_versions").and_then(Json::as_array);
    let is_out = |version: &String| {
        known.into_iter().flatten().any(|it| {
            it.get("version").and_then(Json::as_str) == Some(version)
                && it.get("upgradable") == Some(&Json::Bool(false))
        })
    };
    newer.into_iter().filter(|version| !is_out(version)).collect()
}

/// What the list of all add-ons has for this one.
fn next_version(all: &str) -> Option<String> {
    let all: Json = serde_json::from_str(all).ok()?;
    let next = all.get(ONEPILOT)?.get("next_version")?.as_str()?;
    (!next.is_empty()).then(|| next.to_owned())
}

fn in_schema(
    parties: &Parties,
    cluster: &cs::Cluster,
    offer: &Offer,
    version: Option<&str>,
) -> Result<Place, Error> {
    if let Some(place) = offer.schema.as_deref().and_then(place::in_schema) {
        return Ok(place);
    }
    let newest = offer.versions.iter().filter_map(|it| version::Version::parse(it)).max();
    let version = version.map(str::to_owned).or_else(|| newest.map(|newest| newest.to_string()));
    let schema = match version {
        Some(version) => metadata(parties, cluster, &version)?,
        None => None,
    };
    Ok(schema.as_deref().and_then(place::in_schema).unwrap_or_else(Place::assumed))
}

/// The schema of a version's settings, if anybody says it.
fn metadata(
    parties: &Parties,
    cluster: &cs::Cluster,
    version: &str,
) -> Result<Option<String>, Error> {
    let options = DescribeClusterAddonMetadataOptions {
        version: Some(version.to_owned()),
        ..Default::default()
    };
    let id = &cluster.cluster_id;
    let told = cs::describe_cluster_addon_metadata(
        &parties.source,
        &parties.region,
        id,
        ONEPILOT,
        &options,
    );
    match told {
        Ok(told) => Ok(told.config_schema),
        Err(error) => {
            reason::of_cluster("cs:DescribeClusterAddonMetadata", error)?;
            Ok(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_out_of_reach_are_not_on_offer() {
        let raw = r#"{"newer_versions": [{"version": "4.1.2", "upgradable": true},
            {"version": "5.1.1", "upgradable": false}]}"#;
        let newer = ["4.1.2", "5.1.1"].map(str::to_owned).to_vec();
        assert_eq!(upgradable(raw, newer.clone()), ["4.1.2"]);
        assert_eq!(upgradable("", newer.clone()), newer);
    }

    #[test]
    fn the_list_of_all_add_ons_knows_the_next_version() {
        let all = r#"{"ack-onepilot": {"version": "", "next_version": "5.1.1"}, "x": {}}"#;
        assert_eq!(next_version(all).as_deref(), Some("5.1.1"));
        assert_eq!(next_version(r#"{"x": {}}"#), None);
    }
}
