//! Where the agents of a cluster report: what `ack-onepilot` makes of its settings.

use host_model::{AccountId, Timestamp};

use super::addon::{ARMS_PILOT, Addon};
use super::version::reaches;
use super::{Account, Cluster, Facet, State};
use crate::access;

/// Where agents report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Reporting {
    /// Into that account.
    Into(AccountId),
    /// Nowhere, and nobody is told why.
    Nowhere,
    /// Nowhere, because the credentials are no good.
    Broken,
}

/// From this version on, the key of another account counts.
const ACROSS_FROM: &str = "3.0.14";

/// Until this version, a left-behind `arms-pilot` is in the way.
const ALONE_UNTIL: &str = "3.3.4";

/// What a reporting user must be allowed. Which calls the add-on makes is not documented; a policy
/// for less than these is refused here.
pub(crate) const NEEDED: [&str; 3] =
    ["arms:DescribeTraceLicenseKey", "arms:CreateTraceApp", "arms:ListTraceApps"];

/// Where the agents of `cluster` in `account` report with the add-on as it is.
pub(crate) fn reporting(
    state: &State,
    account: &Account,
    cluster: &Cluster,
    addon: &Addon,
    now: Timestamp,
) -> Reporting {
    let schema = cluster.manner.schema;
    let credential = |name| addon.credential(name, schema);
    let (id, secret, uid) =
        (credential("accessKey"), credential("accessKeySecret"), credential("uid"));
    // Where nobody gives a key, the cluster's own identity serves; only managed ones have it.
    let own = id.is_empty() && secret.is_empty();
    if own && cluster.cluster_type != "ManagedKubernetes" {
        return Reporting::Nowhere;
    }
    let target = if own {
        Some(account.id.clone())
    } else {
        owner(state, id, secret, now).filter(|owner| uid == owner.as_str())
    };
    let Some(target) = target else { return Reporting::Broken };
    let across = target != account.id;
    let hindered = across && !reaches(&addon.version, ACROSS_FROM)
        || cluster.addons.contains_key(ARMS_PILOT) && !reaches(&addon.version, ALONE_UNTIL);
    let open = state.accounts.get(&target).is_some_and(|account| account.arms_open);
    if hindered || !open || state.regions_without_arms.contains(&cluster.region) {
        Reporting::Nowhere
    } else {
        Reporting::Into(target)
    }
}

/// The account of a key that is right, active, and allowed what the add-on needs.
fn owner(state: &State, id: &str, secret: &str, now: Timestamp) -> Option<AccountId> {
    let (caller, key) = state.key(id)?;
    let right = key.active && key.usable_from <= now && key.secret.expose() == secret;
    let allowed = || NEEDED.iter().all(|action| access::may(state, &caller, action, now));
    (right && allowed()).then(|| caller.account.clone())
}

/// The account in which agents with that license key report from a region.
pub(crate) fn owner_of_license(state: &State, key: &str, region: &str) -> Option<AccountId> {
    let owner = state.accounts.values().find(|account| {
        account.license_keys.get(region).is_some_and(|known| known.expose() == key)
    })?;
    let there = owner.arms_open && !state.regions_without_arms.contains(region);
    there.then(|| owner.id.clone())
}

impl State {
    /// The cluster of that id in an account.
    pub(crate) fn region_of_cluster(&self, account: &AccountId, id: &str) -> Option<&str> {
        match self.accounts.get(account)?.clusters.get(id) {
            Facet::Known(cluster) => Some(&cluster.region),
            Facet::Absent | Facet::Unknown => None,
        }
    }
}
