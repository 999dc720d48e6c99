//! Clusters, their add-ons and their tasks.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::{Page, date, required, tags, text};
use crate::state::{Account, Addon, Cluster, ClusterManner, Facet, Schema, Task};

impl Page<'_> {
    /// Whether the reply was about a cluster.
    pub(super) fn cluster(&mut self) -> bool {
        match self.read.action.name.as_str() {
            "DescribeClustersV1" | "DescribeClustersForRegion" => self.clusters(),
            "DescribeClusterDetail" => self.detail(),
            "ListClusterAddonInstances" => self.addons(),
            "GetClusterAddonInstance" | "DescribeClusterAddonInstance" => self.addon(),
            "DescribeClusterAddonsVersion" => self.offered(),
            "DescribeAddon" => self.offer(),
            "DescribeClusterAddonMetadata" => self.schema(),
            "DescribeClusterTasks" => self.tasks(),
            _ => return false,
        }
        true
    }

    fn clusters(&mut self) {
        let (items, whole) = self.items("/clusters");
        items.iter().for_each(|item| learn_cluster(self.account, item));
        let filters =
            ["name", "cluster_id", "cluster_spec", "cluster_type", "profile", "region_id"];
        let filtered = filters.iter().any(|name| self.read.parameters.has(name));
        if whole && !filtered && self.outcome.is_ok() {
            self.account.clusters.complete();
        }
    }

    fn detail(&mut self) {
        let id = self.text("cluster_id").to_owned();
        match self.outcome {
            Ok(body) => learn_cluster(self.account, body),
            Err(_) if self.is_absent() => {
                self.account.clusters.remove(&id);
            }
            Err(_) => {}
        }
    }

    /// The cluster that the call names, if it is known.
    fn meant(&mut self) -> Option<&mut Cluster> {
        let id = self.text("cluster_id").to_owned();
        match self.account.clusters.get_mut(&id) {
            Facet::Known(cluster) => Some(cluster),
            Facet::Absent | Facet::Unknown => None,
        }
    }

    fn addons(&mut self) {
        let (items, _) = self.items("/addons");
        if self.outcome.is_err() {
            return;
        }
        let Some(cluster) = self.meant() else { return };
        let before = std::mem::take(&mut cluster.addons);
        for item in &items {
            let Some(name) = text(item, "name") else { continue };
            let known = before.get(&name).map(|addon| addon.config.clone());
            learn_addon(cluster, &name, item, known.unwrap_or_else(empty));
        }
    }

    fn addon(&mut self) {
        let name = ["instance_name", "addon_name"].iter().map(|it| self.text(it));
        let name = name.max_by_key(|it| it.len()).unwrap_or_default().to_owned();
        let (outcome, absent) = (self.outcome, self.is_absent());
        let Some(cluster) = self.meant() else { return };
        match outcome {
            Ok(body) => {
                let config = text(body, "config").and_then(|text| serde_json::from_str(&text).ok());
                learn_addon(cluster, &name, body, config.unwrap_or_else(empty));
            }
            Err(_) if absent => {
                cluster.addons.remove(&name);
            }
            Err(_) => {}
        }
    }

    /// What each add-on could be upgraded to.
    fn offered(&mut self) {
        let Some(Json::Object(all)) = self.outcome.ok().cloned() else { return };
        let Some(cluster) = self.meant() else { return };
        for (name, item) in all {
            let versions = ["version", "next_version"].iter().filter_map(|at| text(&item, at));
            learn_versions(cluster, &name, versions.filter(|it| !it.is_empty()));
        }
    }

    fn offer(&mut self) {
        let name = self.text("addon_name").to_owned();
        let Some(body) = self.outcome.ok() else { return };
        let newer = body.get("newer_versions").and_then(Json::as_array).cloned();
        let versions: Vec<String> = text(body, "version")
            .into_iter()
            .chain(newer.into_iter().flatten().filter_map(|item| text(&item, "version")))
            .collect();
        let schema = text(body, "config_schema");
        let Some(cluster) = self.meant() else { return };
        learn_versions(cluster, &name, versions.into_iter());
        if let Some(schema) = schema {
            cluster.manner.schema = schema_of(&schema);
        }
    }

    fn schema(&mut self) {
        let schema = self.outcome.ok().and_then(|body| text(body, "config_schema"));
        if let (Some(schema), Some(cluster)) = (schema, self.meant()) {
            cluster.manner.schema = schema_of(&schema);
        }
    }

    fn tasks(&mut self) {
        let (items, _) = self.items("/tasks");
        if self.outcome.is_err() {
            return;
        }
        let Some(cluster) = self.meant() else { return };
        let task = |item: &Json| Task {
            id: required(item, "task_id"),
            kind: required(item, "task_type"),
            state: required(item, "state"),
            created: date(item, "created"),
            listed_from: date(item, "created"),
            // Whether it ends is the cloud's to say.
            due: host_model::Timestamp::from_seconds(i64::MAX / 1000),
            works: Vec::new(),
            error: None,
        };
        cluster.tasks = items.iter().rev().map(task).collect();
    }
}

fn empty() -> Json {
    Json::Object(serde_json::Map::new())
}

fn learn_cluster(account: &mut Account, body: &Json) {
    let Some(id) = text(body, "cluster_id") else { return };
    let (addons, tasks, manner) = match account.clusters.get(&id) {
        Facet::Known(known) => (known.addons.clone(), known.tasks.clone(), known.manner.clone()),
        // A plan does not wait for tasks.
        Facet::Absent | Facet::Unknown => {
            let manner = ClusterManner { task_seconds: 0, ..ClusterManner::default() };
            (BTreeMap::new(), Vec::new(), manner)
        }
    };
    let size = body.get("size").and_then(Json::as_u64).unwrap_or_default();
    let cluster = Cluster {
        id: id.clone(),
        name: required(body, "name"),
        region: required(body, "region_id"),
        cluster_type: required(body, "cluster_type"),
        spec: required(body, "cluster_spec"),
        profile: required(body, "profile"),
        state: required(body, "state"),
        version: required(body, "current_version"),
        size: u32::try_from(size).unwrap_or(u32::MAX),
        resource_group: required(body, "resource_group_id"),
        worker_role: text(body, "worker_ram_role_name"),
        tags: tags(body),
        created: date(body, "created"),
        addons,
        tasks,
        workloads: Vec::new(),
        manner,
    };
    account.clusters.insert(&id, cluster);
}

fn learn_addon(cluster: &mut Cluster, name: &str, body: &Json, config: Json) {
    let addon = Addon {
        name: name.to_owned(),
        version: required(body, "version"),
        state: required(body, "state"),
        config,
        required: false,
        changed: host_model::Timestamp::default(),
        reports: None,
        judged: true,
    };
    cluster.addons.insert(name.to_owned(), addon);
}

fn learn_versions(cluster: &mut Cluster, name: &str, versions: impl Iterator<Item = String>) {
    let known = cluster.manner.versions.entry(name.to_owned()).or_default();
    for version in versions {
        if !known.contains(&version) {
            known.push(version);
        }
    }
}

/// How settings are arranged, as their schema says.
fn schema_of(text: &str) -> Schema {
    let schema: Option<Json> = serde_json::from_str(text).ok();
    let nested = |schema: &Json| schema.pointer("/properties/arms/properties/accessKey").is_some();
    match schema {
        Some(schema) if nested(&schema) => Schema::Nested,
        Some(_) => Schema::Flat,
        None => Schema::Unreadable,
    }
}
