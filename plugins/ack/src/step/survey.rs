//! Whether each cluster takes changes now; those that are at work are waited for, together.

use std::collections::BTreeSet;

use host_workflow_sdk::{Error, clock, cs, progress};

use host_reporting::Ledger;

use crate::deed;
use crate::parties::Parties;
use crate::reason;
use crate::site::{self, Unfit, called};
use crate::task;

/// The add-on.
pub(crate) const ONEPILOT: &str = "ack-onepilot";
/// Seconds between two looks.
pub(crate) const PAUSE: u32 = 10;

/// A cluster that takes changes, with what stands in it.
#[derive(Debug)]
pub(crate) struct Surveyed {
    pub(crate) cluster: cs::Cluster,
    pub(crate) addons: Vec<cs::AddonInstance>,
    /// Every task that there was.
    pub(crate) tasks: BTreeSet<String>,
}

/// Looks at all clusters, and at those that are at work again until they are not, for `minutes` at most.
pub(crate) fn survey(
    parties: &Parties,
    clusters: Vec<cs::Cluster>,
    minutes: u32,
    unfit: &mut Vec<Unfit>,
    ledger: &mut Ledger,
) -> Result<Vec<Surveyed>, Error> {
    let deadline = clock::now() + i64::from(minutes) * 60;
    let mut ready = Vec::new();
    let mut todo: Vec<(usize, cs::Cluster)> = clusters.into_iter().enumerate().collect();
    let mut is_first = true;
    while !todo.is_empty() {
        let mut at_work = Vec::new();
        for (place, cluster) in todo {
            let cluster = if is_first { Ok(cluster) } else { again(parties, &cluster)? };
            let looked = match cluster {
                Ok(cluster) => look(parties, cluster, is_first, ledger)?,
                Err(unfit) => Look::Unfit(unfit),
            };
            match looked {
                Look::Ready(surveyed) => ready.push((place, surveyed)),
                Look::Unfit(cluster) => unfit.push(cluster),
                Look::AtWork(cluster, why) => at_work.push((place, cluster, why)),
            }
        }
        is_first = false;
        todo = wait(at_work, deadline, unfit);
    }
    ready.sort_by_key(|(place, _)| *place);
    Ok(ready.into_iter().map(|(_, surveyed)| surveyed).collect())
}

/// What a look at a cluster shows.
enum Look {
    Ready(Surveyed),
    AtWork(cs::Cluster, String),
    Unfit(Unfit),
}

/// Sleeps if there is time left; who is still at work then is not done.
fn wait(
    at_work: Vec<(usize, cs::Cluster, String)>,
    deadline: i64,
    unfit: &mut Vec<Unfit>,
) -> Vec<(usize, cs::Cluster)> {
    if at_work.is_empty() {
        return Vec::new();
    }
    if clock::now() + i64::from(PAUSE) > deadline {
        for (_, cluster, why) in at_work {
            let reason = format!("{why}, and that did not end in time: run again later");
            unfit.push(Unfit::new(&cluster, vec![reason]));
        }
        return Vec::new();
    }
    for (_, cluster, why) in &at_work {
        progress::info(&format!(
            "waiting for {}: {why}",
            called(&cluster.cluster_id, &cluster.name)
        ));
    }
    clock::sleep(PAUSE);
    at_work.into_iter().map(|(place, cluster, _)| (place, cluster)).collect()
}

fn again(parties: &Parties, cluster: &cs::Cluster) -> Result<Result<cs::Cluster, Unfit>, Error> {
    match cs::describe_cluster_detail(&parties.source, &parties.region, &cluster.cluster_id) {
        Ok(cluster) => Ok(Ok(cluster)),
        Err(error) => {
            let reason = reason::of_cluster("cs:DescribeClusterDetail", error)?;
            Ok(Err(Unfit::new(cluster, vec![reason])))
        }
    }
}

fn look(
    parties: &Parties,
    cluster: cs::Cluster,
    is_first: bool,
    ledger: &mut Ledger,
) -> Result<Look, Error> {
    let obstacles = site::obstacles(&cluster, &parties.region);
    if !obstacles.is_empty() {
        return Ok(Look::Unfit(Unfit::new(&cluster, obstacles)));
    }
    if let Some(why) = site::at_work(&cluster) {
        return Ok(Look::AtWork(cluster, why));
    }
    let (id, region) = (&cluster.cluster_id, &parties.region);
    let tasks = match cs::describe_cluster_tasks(&parties.source, region, id) {
        Ok(tasks) => tasks,
        Err(error) => {
            let reason = reason::of_cluster("cs:DescribeClusterTasks", error)?;
            if is_first {
                let cluster = called(id, &cluster.name);
                ledger.note(format!("the tasks of {cluster} are not known: {reason}"));
            }
            Vec::new()
        }
    };
    if let Some(task) = tasks.iter().find(|task| task::is_under_way(task)) {
        let why = format!("its task `{}` ({}) is `{}`", task.task_id, task.task_type, task.state);
        return Ok(Look::AtWork(cluster, why));
    }
    let addons = match cs::list_cluster_addon_instances(&parties.source, region, id) {
        Ok(addons) => addons,
        Err(error) => {
            let reason = reason::of_cluster("cs:ListClusterAddonInstances", error)?;
            return Ok(Look::Unfit(Unfit::new(&cluster, vec![reason])));
        }
    };
    if let Some(why) = addons.iter().find_map(changing) {
        return Ok(Look::AtWork(cluster, why));
    }
    let tasks = tasks.into_iter().map(|task| task.task_id).collect();
    Ok(Look::Ready(Surveyed { cluster, addons, tasks }))
}

/// Why the add-on that this is about cannot be changed now. A state that nobody knows is none to act on.
fn changing(addon: &cs::AddonInstance) -> Option<String> {
    let is_still = deed::is_settled(&addon.state) || addon.state == "deleted";
    let is_it = addon.name == ONEPILOT && !is_still;
    is_it.then(|| format!("its `{ONEPILOT}` is in state `{}`", addon.state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_add_on_in_an_unknown_state_is_left_alone() {
        let addon = |name: &str, state: &str| cs::AddonInstance {
            name: name.to_owned(),
            state: state.to_owned(),
            ..Default::default()
        };
        let cases = [
            (ONEPILOT, "active", false),
            (ONEPILOT, "unhealthy", false),
            (ONEPILOT, "deleted", false),
            (ONEPILOT, "upgrading", true),
            (ONEPILOT, "somewhere", true),
            ("coredns", "upgrading", false),
        ];
        for (name, state, waits) in cases {
            assert_eq!(changing(&addon(name, state)).is_some(), waits, "{name} {state}");
        }
    }
}
