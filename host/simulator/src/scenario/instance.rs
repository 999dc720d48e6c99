//! Instances as scenarios write them.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde::Deserialize;

use crate::state::{Assistant, Instance, InstanceManner, Machine};

/// An instance.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceData {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The region that it is in.
    pub region: String,
    /// `Running`, `Stopped`, …
    #[serde(default = "running")]
    pub status: String,
    /// `linux` or `windows`.
    #[serde(default = "linux")]
    pub os_type: String,
    /// Its address in its VPC.
    #[serde(default = "address")]
    pub address: String,
    /// The id of its resource group; empty for none.
    #[serde(default)]
    pub resource_group: String,
    /// Its tags; `ack.aliyun.com` names the cluster that it is a node of.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Its Cloud Assistant: `online`, `offline`, `absent` or `old`.
    #[serde(default)]
    pub assistant: Assistant,
    /// What is on it.
    #[serde(default)]
    pub machine: Machine,
    /// How it behaves.
    #[serde(default)]
    pub manner: InstanceManner,
}

fn running() -> String {
    "Running".to_owned()
}

fn linux() -> String {
    "linux".to_owned()
}

fn address() -> String {
    "10.0.0.10".to_owned()
}

impl InstanceData {
    /// The instance at the start of the scenario.
    pub(super) fn build(&self, start: Timestamp) -> Instance {
        let windows = self.os_type == "windows";
        let system =
            if windows { "Windows Server 2022" } else { "Alibaba Cloud Linux 3.2104 LTS 64-bit" };
        Instance {
            id: self.id.clone(),
            name: self.name.clone(),
            region: self.region.clone(),
            zone: format!("{}-h", self.region),
            status: self.status.clone(),
            os_type: self.os_type.clone(),
            os_name: system.to_owned(),
            instance_type: "ecs.g7.large".to_owned(),
            vpc: "vpc-fake0000000000000".to_owned(),
            address: self.address.clone(),
            resource_group: self.resource_group.clone(),
            tags: self.tags.clone(),
            created: start,
            assistant: self.assistant,
            machine: self.machine.clone(),
            manner: self.manner.clone(),
            commands: 0,
        }
    }
}
