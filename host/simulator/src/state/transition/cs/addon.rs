//! Add-ons: what a cluster has, and what it could have.

use host_model::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::cluster::named;
use super::{addon_absent, check_rbac, cluster};
use crate::state::addon::{ONEPILOT, config_schema};
use crate::state::version::reaches;
use crate::state::{Addon, CloudError, Cluster, ClusterManner, Operation, State, Tags};

pub(super) fn list_addon_instances(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    check_rbac(cluster)?;
    let addons: Vec<Json> = cluster
        .addons
        .values()
        .map(|addon| json!({ "name": addon.name, "version": addon.version, "state": addon.state }))
        .collect();
    Ok(json!({ "addons": addons }))
}

pub(super) fn get_addon_instance(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    check_rbac(cluster)?;
    let old_path = operation.parameters.text("addon_name");
    let name = old_path.unwrap_or_else(|| operation.required("instance_name"));
    let addon = cluster.addons.get(name).ok_or_else(addon_absent)?;
    let mut reply = json!({
        "name": addon.name,
        "version": addon.version,
        "state": addon.state,
        "config": addon.shown().to_string(),
    });
    if old_path.is_none() {
        reply["logging"] = json!({ "capable": false, "enabled": false });
    }
    Ok(reply)
}

pub(super) fn describe_addons_version(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    let mut all = Map::new();
    for name in cluster.addon_names() {
        let installed = cluster.addons.get(&name);
        let version = installed.map(|addon| addon.version.clone()).unwrap_or_default();
        let next = cluster.versions_of(&name).pop().unwrap_or_else(|| version.clone());
        let can_upgrade = installed.is_some() && !reaches(&version, &next);
        let value = json!({
            "component_name": name,
            "version": version,
            "next_version": next,
            "changed": "",
            "can_upgrade": can_upgrade,
            "policy": "",
            "ready_to_upgrade": if can_upgrade { "true" } else { "" },
            "exist": installed.is_some(),
            "required": installed.is_some_and(|addon| addon.required),
            "message": "",
            "value": "",
        });
        all.insert(name, value);
    }
    Ok(Json::Object(all))
}

pub(super) fn describe_addon_metadata(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster(state, operation)?;
    let name = operation.required("component_id");
    let installed = cluster.addons.get(name).map(|addon| addon.version.clone());
    let given = operation.parameters.owned("version");
    let newest = cluster.versions_of(name).pop();
    let version = given.or(installed).or(newest).ok_or_else(addon_absent)?;
    let config_schema = config_schema(name, cluster.manner.schema);
    Ok(json!({ "name": name, "version": version, "config_schema": config_schema }))
}

/// The cluster that the call is about, or one of the kind that it describes.
fn cluster_meant(state: &State, operation: &Operation<'_>) -> Result<Cluster, CloudError> {
    let parameters = operation.parameters;
    if let Some(id) = parameters.text("cluster_id") {
        return named(state, operation, id).cloned();
    }
    let or = |name: &str, usual: &str| parameters.owned(name).unwrap_or_else(|| usual.to_owned());
    Ok(Cluster {
        id: String::new(),
        name: String::new(),
        region: or("region_id", ""),
        cluster_type: or("cluster_type", "ManagedKubernetes"),
        spec: or("cluster_spec", ""),
        profile: or("profile", "Default"),
        state: "running".to_owned(),
        version: or("cluster_version", "1.30"),
        size: 0,
        resource_group: String::new(),
        worker_role: None,
        tags: Tags::new(),
        created: Timestamp::from_seconds(0),
        addons: std::collections::BTreeMap::new(),
        tasks: Vec::new(),
        workloads: Vec::new(),
        manner: ClusterManner::default(),
    })
}

fn offer(cluster: &Cluster, name: &str, version: &str) -> Json {
    let installed = cluster.addons.get(name);
    let removable = !installed.is_some_and(|addon: &Addon| addon.required);
    let mut actions = vec!["Install", "Upgrade", "Modify"];
    actions.extend(removable.then_some("Uninstall"));
    json!({
        "architecture": ["amd64", "arm64"],
        "category": if name == ONEPILOT { "observability" } else { "others" },
        "config_schema": config_schema(name, cluster.manner.schema),
        "install_by_default": false,
        "managed": false,
        "name": name,
        "supported_actions": actions,
        "version": version,
    })
}

pub(super) fn list_addons(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster_meant(state, operation)?;
    let names = cluster.addon_names();
    let addons: Vec<Json> = names
        .iter()
        .filter_map(|name| Some(offer(&cluster, name, &cluster.versions_of(name).pop()?)))
        .collect();
    Ok(json!({ "addons": addons }))
}

pub(super) fn describe_addon(
    state: &mut State,
    operation: &Operation<'_>,
) -> Result<Json, CloudError> {
    let cluster = cluster_meant(state, operation)?;
    let name = operation.required("addon_name");
    let versions = cluster.versions_of(name);
    let newest = versions.last().cloned().ok_or_else(addon_absent)?;
    let installed = cluster.addons.get(name).map(|addon| addon.version.clone());
    let given = operation.parameters.owned("version");
    let version = given.or(installed).unwrap_or(newest);
    if !versions.contains(&version) {
        return Err(addon_absent());
    }
    let newer: Vec<Json> = versions
        .iter()
        .filter(|other| !reaches(&version, other))
        .map(|it| json!({ "minimum_cluster_version": "1.16.0", "upgradable": true, "version": it }))
        .collect();
    let mut reply = offer(&cluster, name, &version);
    reply["newer_versions"] = Json::Array(newer);
    Ok(reply)
}
