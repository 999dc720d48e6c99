//! Instances of ECS.

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Tags;
use super::machine::Machine;

/// An instance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The region that it is in.
    pub region: String,
    /// The zone that it is in.
    pub zone: String,
    /// `Running`, `Stopped`, …
    pub status: String,
    /// `linux` or `windows`.
    pub os_type: String,
    /// The operating system's name.
    pub os_name: String,
    /// For example `ecs.g7.large`.
    pub instance_type: String,
    /// The VPC that it is in.
    pub vpc: String,
    /// Its address there.
    pub address: String,
    /// The resource group that it belongs to.
    pub resource_group: String,
    /// Its tags; `ack.aliyun.com` names the cluster that it is a node of.
    pub tags: Tags,
    /// When it was made.
    pub created: Timestamp,
    /// Its Cloud Assistant.
    pub assistant: Assistant,
    /// What is on it.
    pub machine: Machine,
    /// How it behaves.
    pub manner: InstanceManner,
    /// How many commands it was sent.
    pub commands: u32,
}

/// Whether an instance takes commands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assistant {
    /// It does.
    #[default]
    Online,
    /// The assistant is there and says nothing.
    Offline,
    /// There is no assistant.
    Absent,
    /// It does, with an assistant that knows no parameters of commands.
    Old,
}

impl Assistant {
    /// Whether it answers.
    pub(crate) const fn is_online(self) -> bool {
        matches!(self, Self::Online | Self::Old)
    }

    /// Its version.
    pub(crate) const fn version(self) -> &'static str {
        match self {
            Self::Online | Self::Offline => "2.2.3.845",
            Self::Absent => "",
            Self::Old => "1.0.2.569",
        }
    }
}

/// How an instance behaves, as the scenario wants it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstanceManner {
    /// How many seconds a command takes.
    pub command_seconds: u32,
    /// What goes wrong with commands.
    pub trouble: Vec<CommandTrouble>,
}

impl Default for InstanceManner {
    fn default() -> Self {
        Self { command_seconds: 5, trouble: Vec::new() }
    }
}

/// What goes wrong with commands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandTrouble {
    /// The `ErrorCode` of the result, for example `ClientNotResponse`.
    pub code: String,
    /// What the command wrote before it went wrong.
    #[serde(default)]
    pub output: String,
    /// The script that it goes wrong for, by its word; any, if it is left out.
    pub script: Option<String>,
    /// How often it goes wrong; always, if it is left out.
    pub count: Option<u32>,
    /// How often it went wrong.
    #[serde(default)]
    pub used: u32,
}

impl Instance {
    /// The trouble that the next command meets, counted.
    pub(crate) fn trouble(&mut self, script: &str) -> Option<CommandTrouble> {
        let trouble = self.manner.trouble.iter_mut().find(|trouble| {
            let meant = trouble.script.as_deref().is_none_or(|meant| meant == script);
            meant && trouble.count.is_none_or(|count| trouble.used < count)
        })?;
        trouble.used += 1;
        Some(trouble.clone())
    }
}
