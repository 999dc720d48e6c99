//! Clusters as scenarios write them.

use std::collections::BTreeMap;
use std::fmt;

use host_model::Timestamp;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::state::{Addon, Cluster, ClusterManner, Mint, Task, Workload};

/// A cluster.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClusterData {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The region that it is in.
    pub region: String,
    /// `ManagedKubernetes`, `Kubernetes` or `ExternalKubernetes`.
    #[serde(default = "managed")]
    pub cluster_type: String,
    /// `ack.pro.small`, `ack.standard`; empty for other types.
    #[serde(default = "pro")]
    pub spec: String,
    /// `Default`, `Edge`, `Serverless` or `Lingjun`.
    #[serde(default = "default_profile")]
    pub profile: String,
    /// `running`, or what keeps it from that.
    #[serde(default = "running")]
    pub state: String,
    /// Its Kubernetes version.
    #[serde(default = "kubernetes")]
    pub version: String,
    /// How many nodes it has.
    #[serde(default = "three")]
    pub size: u32,
    /// The id of its resource group; empty for none.
    #[serde(default)]
    pub resource_group: String,
    /// The role of its nodes.
    pub worker_role: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Add-ons that are installed.
    #[serde(default)]
    pub addons: Vec<AddonData>,
    /// What was done to it before, or still is.
    #[serde(default)]
    pub tasks: Vec<TaskData>,
    /// What runs in it.
    #[serde(default)]
    pub workloads: Vec<Workload>,
    /// How it behaves.
    #[serde(default)]
    pub manner: ClusterManner,
}

/// An add-on that is installed.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddonData {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its state.
    #[serde(default = "active")]
    pub state: String,
    /// Its settings, laid over those of its chart.
    #[serde(default)]
    pub config: BTreeMap<String, Json>,
    /// Whether it cannot be removed.
    #[serde(default)]
    pub required: bool,
}

// Its settings may hold credentials.
impl fmt::Debug for AddonData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AddonData")
            .field("name", &self.name)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

/// Something that was done to a cluster, or still is.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskData {
    /// For example `cluster_addon_modify`.
    pub kind: String,
    /// `running`, `success` or `failed`.
    #[serde(default = "success")]
    pub state: String,
    /// How many seconds ago it was started.
    #[serde(default)]
    pub seconds_ago: u32,
    /// After how many seconds from the start of the scenario it ends, if it runs.
    #[serde(default)]
    pub seconds: u32,
}

fn managed() -> String {
    "ManagedKubernetes".to_owned()
}

fn pro() -> String {
    "ack.pro.small".to_owned()
}

fn default_profile() -> String {
    "Default".to_owned()
}

fn running() -> String {
    "running".to_owned()
}

fn kubernetes() -> String {
    "1.30.1-aliyun.1".to_owned()
}

const fn three() -> u32 {
    3
}

fn active() -> String {
    "active".to_owned()
}

fn success() -> String {
    "success".to_owned()
}

/// How long ago add-ons that are there were installed, in milliseconds.
const AGE: i64 = 7 * 24 * 60 * 60 * 1000;

impl ClusterData {
    /// The cluster at the start of the scenario.
    pub(super) fn build(&self, start: Timestamp, mint: &mut Mint) -> Cluster {
        let addon = |data: &AddonData| {
            let config: Json = data.config.clone().into_iter().collect();
            let long_ago = start.plus_millis(-AGE);
            let schema = self.manner.schema;
            let mut addon = Addon::new(&data.name, &data.version, &config, schema, long_ago);
            addon.state.clone_from(&data.state);
            addon.required = data.required;
            (data.name.clone(), addon)
        };
        Cluster {
            id: self.id.clone(),
            name: self.name.clone(),
            region: self.region.clone(),
            cluster_type: self.cluster_type.clone(),
            spec: self.spec.clone(),
            profile: self.profile.clone(),
            state: self.state.clone(),
            version: self.version.clone(),
            size: self.size,
            resource_group: self.resource_group.clone(),
            worker_role: self.worker_role.clone(),
            tags: self.tags.clone(),
            created: start,
            addons: self.addons.iter().map(addon).collect(),
            tasks: self.tasks.iter().map(|data| data.build(start, mint)).collect(),
            workloads: self.workloads.clone(),
            manner: self.manner.clone(),
        }
    }
}

impl TaskData {
    fn build(&self, start: Timestamp, mint: &mut Mint) -> Task {
        let later = |seconds: i64| start.plus_millis(seconds * 1000);
        let created = later(-i64::from(self.seconds_ago));
        let runs = self.state == "running";
        Task {
            id: mint.task_id(),
            kind: self.kind.clone(),
            state: self.state.clone(),
            created,
            listed_from: created,
            due: if runs { later(i64::from(self.seconds)) } else { created },
            works: Vec::new(),
            error: None,
        }
    }
}
