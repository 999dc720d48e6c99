//! A cluster that was asked for.

use std::collections::BTreeSet;

use host_workflow_sdk::cs::Cluster;

use crate::deed::{Course, Present};
use crate::offer::KUBERNETES;
use crate::place::Place;
use crate::version;

/// States in which a cluster takes changes again by itself.
const AT_WORK: [&str; 5] = ["initial", "updating", "upgrading", "scaling", "removing"];
/// States that a cluster does not leave by itself.
const OUT_OF_WORK: [&str; 7] =
    ["failed", "unavailable", "stopped", "hibernated", "deleting", "deleted", "delete_failed"];
/// Profiles that have no nodes for an agent to come to, or that nobody reaches.
const WITHOUT_AGENTS: [(&str, &str); 2] = [
    ("Serverless", "it has no nodes of its own, and pods there get no agent from `ack-onepilot`"),
    ("Edge", "its nodes are far away, and `ack-onepilot` is not offered for them"),
];

/// A cluster that can be done.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) present: Option<Present>,
    /// Where its credentials stand.
    pub(crate) place: Place,
    pub(crate) course: Course,
    /// Tasks that were there before anything was changed.
    pub(crate) tasks: BTreeSet<String>,
}

/// A cluster that cannot.
#[derive(Debug)]
pub(crate) struct Unfit {
    pub(crate) id: String,
    pub(crate) name: Option<String>,
    pub(crate) reasons: Vec<String>,
}

impl Unfit {
    pub(crate) fn new(cluster: &Cluster, reasons: Vec<String>) -> Self {
        Self { id: cluster.cluster_id.clone(), name: Some(cluster.name.clone()), reasons }
    }

    pub(crate) fn unknown(id: &str, reason: String) -> Self {
        Self { id: id.to_owned(), name: None, reasons: vec![reason] }
    }
}

/// How a cluster is called: by its name, with the id that tells it apart.
pub(crate) fn called(id: &str, name: &str) -> String {
    if name.is_empty() { format!("cluster `{id}`") } else { format!("cluster `{name}` (`{id}`)") }
}

/// What keeps a cluster from the add-on for good; empty if nothing does.
pub(crate) fn obstacles(cluster: &Cluster, region: &str) -> Vec<String> {
    let mut reasons = Vec::new();
    if cluster.region_id != region && !cluster.region_id.is_empty() {
        reasons.push(format!("it is in region `{}`, not `{region}`", cluster.region_id));
    }
    if OUT_OF_WORK.contains(&cluster.state.as_str()) {
        reasons.push(format!("its state is `{}`", cluster.state));
    }
    let profile = cluster.profile.as_deref().unwrap_or_default();
    let without = WITHOUT_AGENTS.iter().find(|(name, _)| *name == profile);
    if let Some((name, why)) = without {
        reasons.push(format!("its profile is `{name}`: {why}"));
    }
    if let Some(kubernetes) = cluster.current_version.as_deref().filter(|it| !it.is_empty())
        && version::reaches(kubernetes, KUBERNETES) == Some(false)
    {
        reasons.push(format!("its Kubernetes is {kubernetes}, and {KUBERNETES} is the least"));
    }
    reasons
}

/// What has to end before a cluster takes changes, if anything.
pub(crate) fn at_work(cluster: &Cluster) -> Option<String> {
    match cluster.state.as_str() {
        "running" => None,
        state if AT_WORK.contains(&state) => Some(format!("its state is `{state}`")),
        state => Some(format!("its state is `{state}`, which is not known here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cluster(state: &str, profile: &str, version: &str, region: &str) -> Cluster {
        Cluster {
            state: state.to_owned(),
            profile: Some(profile.to_owned()),
            current_version: Some(version.to_owned()),
            region_id: region.to_owned(),
            ..Default::default()
        }
    }

    #[test]
    fn every_obstacle_is_named() {
        let here = "cn-hangzhou";
        let cases = [
            (cluster("running", "Default", "1.30.1-aliyun.1", here), 0),
            (cluster("running", "Lingjun", "1.30.1", here), 0),
            (cluster("running", "Serverless", "1.30.1", here), 1),
            (cluster("running", "Edge", "1.14.8", here), 2),
            (cluster("running", "Default", "1.14.8-aliyun.1", here), 1),
            (cluster("running", "Default", "", here), 0),
            (cluster("stopped", "Default", "1.30.1", here), 1),
            (cluster("updating", "Default", "1.30.1", here), 0),
            (cluster("running", "Default", "1.30.1", "cn-beijing"), 1),
        ];
        for (cluster, count) in cases {
            assert_eq!(obstacles(&cluster, here).len(), count, "{cluster:?}");
        }
    }

    #[test]
    fn a_cluster_at_work_is_waited_for() {
        let said = |state| at_work(&cluster(state, "Default", "1.30.1", "x"));
        assert_eq!(said("running"), None);
        assert!(said("updating").unwrap().contains("`updating`"));
        assert!(said("moving").unwrap().contains("not known"));
    }
}
