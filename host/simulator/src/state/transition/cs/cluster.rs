//! Clusters and their nodes.

use serde_json::{Value as Json, json};

use super::cluster;
use crate::instant::iso8601_in_china;
use crate::state::wording::Body;
use crate::state::{CloudError, Cluster, Facet, Instance, Operation, State, page};

/// What every list and the detail show.
fn shown(cluster: &Cluster) -> Body {
    let tags: Vec<Json> =
        cluster.tags.iter().map(|(key, value)| json!({ "key": key, "value": value })).collect();
    Body::default()
        .with("cluster_id", cluster.id.as_str())
        .with("cluster_spec", cluster.spec.as_str())
        .with("cluster_type", cluster.cluster_type.as_str())
        .with("created", iso8601_in_china(cluster.created))
        .with("current_version", cluster.version.as_str())
        .with("deletion_protection", false)
        .with("init_version", cluster.version.as_str())
        .with("name", cluster.name.as_str())
        .with("profile", cluster.profile.as_str())
        .with("region_id", cluster.region.as_str())
        .with("resource_group_id", cluster.resource_group.as_str())
        .with("size", cluster.size)
        .with("state", cluster.state.as_str())
        .with("tags", tags)
        .with("updated", iso8601_in_china(cluster.created))
}

/// The account's clusters that pass the call's filters, by name and id.
fn wanted<'s>(state: &'s State, operation: &Operation<'_>) -> Result<Vec<&'s Cluster>, CloudError> {
    let parameters = operation.parameters;
    let mut clusters = operation.account(state)?.clusters.all("the list of clusters")?;
    clusters.retain(|cluster| {
        let equals = |name, value: &str| parameters.text(name).is_none_or(|wanted| wanted == value);
        parameters.text("name").is_none_or(|part| cluster.name.contains(part))
            && equals("cluster_id", &cluster.id)
            && equals("cluster_spec", &cluster.spec)
            && equals("cluster_type", &cluster.cluster_type)
            && equals("clusterType", &cluster.cluster_type)
            && equals("profile", &cluster.profile)
            && equals("region_id", &cluster.region)
            && equals("resource_group_id", &cluster.resource_group)
    });
    clusters.sort_by(|left, right| (&left.name, &left.id).cmp(&(&right.name, &right.id)));
    Ok(clusters)
}

pub(super) fn describe_clusters_in_pages(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let clusters = wanted(state, operation)?;
    let clusters = clusters.into_iter().map(|cluster| shown(cluster).into()).collect();
    let (clusters, info) = page::by_resource_number(clusters, operation.parameters);
    Ok(json!({ "clusters": clusters, "page_info": info }))
}

/// The old list is bare, and says little.
pub(super) fn describe_clusters(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let clusters = wanted(state, operation)?;
    let short = |cluster: &Cluster| {
        json!({
            "cluster_id": cluster.id,
            "name": cluster.name,
            "region_id": cluster.region,
            "state": cluster.state,
            "cluster_type": cluster.cluster_type,
        })
    };
    Ok(clusters.into_iter().map(short).collect())
}

pub(super) fn describe_cluster_detail(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    Ok(shown(cluster).maybe("worker_ram_role_name", cluster.worker_role.as_ref()).into())
}

/// The tag of an instance that names the cluster that it is a node of.
const NODE_TAG: &str = "ack.aliyun.com";

pub(super) fn describe_cluster_nodes(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    let instances = &operation.account(state)?.instances;
    let of_cluster =
        |instance: &&Instance| instance.tags.get(NODE_TAG).is_some_and(|id| *id == cluster.id);
    let nodes = instances.known().filter(of_cluster).map(|instance| {
        json!({
            "instance_id": instance.id,
            "instance_name": instance.name,
            "instance_status": instance.status,
            "instance_type": instance.instance_type,
            "ip_address": [instance.address],
            "is_aliyun_node": true,
            "node_name": format!("{}.{}", instance.region, instance.address),
            "node_status": if instance.status == "Running" { "Ready" } else { "NotReady" },
            "state": "running",
        })
    });
    let (nodes, info) = page::by_resource_number(nodes.collect(), operation.parameters);
    Ok(json!({ "nodes": nodes, "page": info }))
}

/// A cluster by id alone, where a call names one beside its path.
pub(super) fn named<'s>(
    state: &'s State,
    operation: &Operation<'_>,
    id: &str,
) -> Result<&'s Cluster, CloudError> {
    match operation.account(state)?.clusters.get(id) {
        Facet::Known(cluster) => Ok(cluster),
        Facet::Unknown => Err(CloudError::unknown(&format!("cluster `{id}`"))),
        Facet::Absent => Err(super::cluster_absent()),
    }
}
