//! CS 2015-12-15: Container Service for Kubernetes.

mod addon;
mod change;
mod cluster;
mod task;

use super::Transition;
use crate::state::{CloudError, Cluster, Operation, State};

pub(super) fn transition(action: &str) -> Option<Transition> {
    Some(match action {
        "CancelTask" => task::cancel_task,
        "DescribeAddon" => addon::describe_addon,
        "DescribeClusterAddonInstance" | "GetClusterAddonInstance" => addon::get_addon_instance,
        "DescribeClusterAddonMetadata" => addon::describe_addon_metadata,
        "DescribeClusterAddonsVersion" => addon::describe_addons_version,
        "DescribeClusterDetail" => cluster::describe_cluster_detail,
        "DescribeClusterNodes" => cluster::describe_cluster_nodes,
        "DescribeClusterTasks" => task::describe_cluster_tasks,
        "DescribeClusters" => cluster::describe_clusters,
        "DescribeClustersForRegion" | "DescribeClustersV1" => cluster::describe_clusters_in_pages,
        "DescribeTaskInfo" => task::describe_task_info,
        "InstallClusterAddons" => change::install_cluster_addons,
        "ListAddons" => addon::list_addons,
        "ListClusterAddonInstances" => addon::list_addon_instances,
        "ModifyClusterAddon" => change::modify_cluster_addon,
        "UnInstallClusterAddons" => change::uninstall_cluster_addons,
        "UpgradeClusterAddons" => change::upgrade_cluster_addons,
        _ => return None,
    })
}

fn cluster_absent() -> CloudError {
    CloudError::bare("ErrorClusterNotFound", 404)
}

fn addon_absent() -> CloudError {
    CloudError::bare("AddonNotFound", 404)
}

/// The cluster that the call names. Clusters of other accounts are as good as absent.
fn cluster<'s>(state: &'s State, operation: &Operation<'_>) -> Result<&'s Cluster, CloudError> {
    let id = operation.required("cluster_id");
    let found = operation.account(state)?.clusters.get(id);
    found.looked_at(|| format!("cluster `{id}`"))?.ok_or_else(cluster_absent)
}

fn cluster_mut<'s>(
    state: &'s mut State,
    operation: &Operation<'_>,
) -> Result<&'s mut Cluster, CloudError> {
    let id = operation.required("cluster_id");
    let found = operation.account_mut(state)?.clusters.get_mut(id);
    found.looked_at(|| format!("cluster `{id}`"))?.ok_or_else(cluster_absent)
}

/// What stands inside of the cluster needs rights there, beside those of RAM (fault row 52).
fn check_rbac(cluster: &Cluster) -> Result<(), CloudError> {
    if cluster.manner.rbac {
        return Ok(());
    }
    Err(CloudError::new(
        "ForbiddenQueryClusterNamespace",
        403,
        "APISERVER_403: the cluster's RBAC does not let the caller list namespaces.",
    ))
}
