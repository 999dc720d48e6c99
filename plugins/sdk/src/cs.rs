//! Container Service for Kubernetes: clusters, and their add-ons.

use crate::bindings::aliyun::cs::{changes, queries};
use crate::plain::plain;

pub use crate::bindings::aliyun::cs::changes::{
    InstallClusterAddonsOptions, UnInstallClusterAddonsOptions, UpgradeClusterAddonsOptions,
    install_cluster_addons, un_install_cluster_addons, upgrade_cluster_addons,
};
pub use crate::bindings::aliyun::cs::queries::{
    DescribeAddonOptions, DescribeClusterAddonMetadataOptions, DescribeClusterNodesOptions,
    DescribeClustersForRegionOptions, DescribeClustersOptions, DescribeClustersV1Options,
    ListAddonsOptions, describe_addon, describe_cluster_addon_metadata, describe_cluster_nodes,
    describe_clusters, describe_clusters_for_region, describe_clusters_v1, list_addons,
};
pub use crate::bindings::aliyun::cs::types::{
    Addon, AddonChange, AddonInstance, AddonMetadata, AddonWithVersions, Cluster, Node, Task,
};

plain! {
    queries::describe_cluster_addon_instance => describe_cluster_addon_instance(
        region_id: &str, cluster_id: &str, addon_name: &str
    ) -> AddonInstance:
        "Reads an add-on of a cluster by an older path, the texts of its settings sealed.";
    queries::describe_cluster_addons_version =>
        describe_cluster_addons_version(region_id: &str, cluster_id: &str) -> String:
        "Says of every add-on which version a cluster has and which it could have.";
    queries::describe_cluster_detail =>
        describe_cluster_detail(region_id: &str, cluster_id: &str) -> Cluster:
        "Reads a cluster.";
    queries::describe_cluster_tasks =>
        describe_cluster_tasks(region_id: &str, cluster_id: &str) -> Vec<Task>:
        "Lists the tasks of a cluster.";
    queries::describe_task_info => describe_task_info(region_id: &str, task_id: &str) -> Task:
        "Reads how far a task is, without what it was given and what it made.";
    queries::get_cluster_addon_instance => get_cluster_addon_instance(
        region_id: &str, cluster_id: &str, instance_name: &str
    ) -> AddonInstance:
        "Reads an add-on of a cluster with its settings, the texts among them sealed.";
    queries::list_cluster_addon_instances =>
        list_cluster_addon_instances(region_id: &str, cluster_id: &str) -> Vec<AddonInstance>:
        "Lists the add-ons that a cluster has.";
    changes::cancel_task => cancel_task(region_id: &str, task_id: &str) -> ():
        "Stops a task that runs.";
    changes::modify_cluster_addon => modify_cluster_addon(
        region_id: &str, cluster_id: &str, component_id: &str,
        config: &[(String, crate::Value<'_>)]
    ) -> (): "Changes settings of an add-on; those that are not named stay. A task does it.";
}
