//! Clusters of Container Service, and the workloads in them.

use std::collections::BTreeMap;

use host_model::{AccountId, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};

use super::account::Tags;
use super::{Addon, AddonTrouble, Task};

/// A cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Cluster {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The region that it is in.
    pub region: String,
    /// `ManagedKubernetes`, `Kubernetes` (dedicated) or `ExternalKubernetes` (registered).
    pub cluster_type: String,
    /// `ack.pro.small`, `ack.standard`; empty for other types.
    pub spec: String,
    /// `Default`, `Edge`, `Serverless` or `Lingjun`.
    pub profile: String,
    /// `running`, or what keeps it from that.
    pub state: String,
    /// Its Kubernetes version.
    pub version: String,
    /// How many nodes it has.
    pub size: u32,
    /// The resource group that it belongs to.
    pub resource_group: String,
    /// The role of its nodes.
    pub worker_role: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
    /// Add-ons that are installed, by name.
    pub addons: BTreeMap<String, Addon>,
    /// What was done to it, oldest first.
    pub tasks: Vec<Task>,
    /// What runs in it.
    pub workloads: Vec<Workload>,
    /// How it behaves.
    pub manner: ClusterManner,
}

/// How a cluster behaves, as the scenario wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClusterManner {
    /// How the settings of `ack-onepilot` are arranged, and whether that can be read.
    pub schema: Schema,
    /// How many seconds a task takes.
    pub task_seconds: u32,
    /// How many seconds a new task stays out of the list of tasks.
    pub task_hidden_seconds: u32,
    /// The versions that an add-on can be had in, where they are not the usual ones.
    pub versions: BTreeMap<String, Vec<String>>,
    /// Whether the caller has rights inside of the cluster.
    pub rbac: bool,
    /// What goes wrong with add-ons.
    pub trouble: Vec<AddonTrouble>,
}

impl Default for ClusterManner {
    fn default() -> Self {
        Self {
            schema: Schema::Flat,
            task_seconds: 30,
            task_hidden_seconds: 0,
            versions: BTreeMap::new(),
            rbac: true,
            trouble: Vec::new(),
        }
    }
}

/// How the settings of `ack-onepilot` are arranged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schema {
    /// Credentials stand at the top.
    Flat,
    /// Credentials stand in the object `arms`.
    Nested,
    /// Credentials stand at the top, and no schema says so.
    Unreadable,
}

/// Something that runs in a cluster.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Workload {
    /// Its name.
    pub name: String,
    /// The namespace that it runs in.
    pub namespace: String,
    /// `Deployment`, `StatefulSet`, …
    #[serde(default = "deployment")]
    pub kind: String,
    /// The application's name that its labels say; without it, the labels are not there.
    pub app: Option<String>,
    /// `JAVA`, `GO` or `PYTHON`.
    #[serde(default = "java")]
    pub language: String,
    /// Whether somebody restarts it, once its agent could report elsewhere.
    #[serde(default)]
    pub restarted: Restart,
    /// Where it has been listed.
    #[serde(default)]
    pub listed: Vec<Listing>,
}

fn deployment() -> String {
    "Deployment".to_owned()
}

fn java() -> String {
    "JAVA".to_owned()
}

/// An application that was listed for something: in that account, for that change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listing {
    /// The account.
    pub account: AccountId,
    /// The change that led there.
    pub since: Timestamp,
}

/// Whether somebody restarts something: `true`, `false`, or `"after 90 seconds"`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(into = "String")]
pub enum Restart {
    /// Nobody does.
    #[default]
    Never,
    /// So many seconds after the change.
    After(u32),
}

impl Restart {
    /// When it is restarted after a change at `since`.
    pub(crate) fn at(self, since: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Never => None,
            Self::After(seconds) => Some(since.plus_millis(i64::from(seconds) * 1000)),
        }
    }
}

impl From<Restart> for String {
    fn from(restart: Restart) -> Self {
        match restart {
            Restart::Never => "never".to_owned(),
            Restart::After(seconds) => format!("after {seconds} seconds"),
        }
    }
}

impl<'de> Deserialize<'de> for Restart {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Flag(bool),
            Text(String),
        }
        let text = match Written::deserialize(deserializer)? {
            Written::Flag(true) => return Ok(Self::After(0)),
            Written::Flag(false) => return Ok(Self::Never),
            Written::Text(text) => text,
        };
        let seconds = text.strip_prefix("after ").and_then(|rest| rest.strip_suffix(" seconds"));
        match (text.as_str(), seconds.map(str::parse)) {
            ("never", _) => Ok(Self::Never),
            (_, Some(Ok(seconds))) => Ok(Self::After(seconds)),
            _ => Err(serde::de::Error::custom(
                "a restart is written as `true`, `false` or `\"after 90 seconds\"`",
            )),
        }
    }
}
