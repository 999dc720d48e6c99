//! Scenarios: a cloud, its delays and its faults, as a file that people write.

mod account;
mod build;
mod cluster;
mod instance;

use std::collections::{BTreeMap, BTreeSet};

use host_model::Timestamp;
use serde::{Deserialize, Deserializer};
use serde_json::Value as Json;

pub use account::{
    AccountData, Activation, AppData, GroupData, KeyData, LoginData, OperatorData, PolicyData,
    ResourceGroupData, RoleData, UserData,
};

pub use build::OPERATOR;
pub use cluster::{AddonData, ClusterData, TaskData};
pub use instance::InstanceData;

use crate::error::SimulatorError;
use crate::fault::FaultRule;
use crate::instant::from_iso8601;
use crate::state::{Consistency, Quotas, State};

const BUILTIN: &str = include_str!("../../data/two-accounts.toml");

/// The name of the scenario that is built in.
const BUILTIN_NAME: &str = "two-accounts";

/// A cloud, its delays and its faults.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Decides every id, key and throw of dice.
    pub seed: u64,
    /// When a virtual clock starts, as `2026-01-05T09:00:00Z`; objects are as old as that.
    #[serde(deserialize_with = "timestamp")]
    pub start: Timestamp,
    /// Accounts by the name that people call them.
    pub accounts: BTreeMap<String, AccountData>,
    /// Inputs of workflows that suit this cloud, by workflow.
    #[serde(default)]
    pub parameters: BTreeMap<String, BTreeMap<String, Json>>,
    /// How late news arrives.
    #[serde(default)]
    pub consistency: Consistency,
    /// How many of each there may be.
    #[serde(default)]
    pub quotas: Quotas,
    /// Regions where ARMS is not offered.
    #[serde(default)]
    pub regions_without_arms: BTreeSet<String>,
    /// What goes wrong, in the order in which rules are asked.
    #[serde(default)]
    pub fault: Vec<FaultRule>,
    #[serde(skip)]
    state: State,
}

fn timestamp<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(deserializer)?;
    from_iso8601(&text)
        .ok_or_else(|| serde::de::Error::custom("a time is written as `2026-01-05T09:00:00Z`"))
}

impl Scenario {
    /// Reads a scenario; `name` stands in errors.
    pub fn parse(name: &str, text: &str) -> Result<Self, SimulatorError> {
        let mut scenario: Self =
            toml::from_str(text).map_err(|error| SimulatorError::ScenarioUnreadable {
                scenario: name.to_owned(),
                reason: error.to_string(),
            })?;
        scenario.state =
            build::state(&scenario).map_err(|fault| SimulatorError::ScenarioContradictory {
                scenario: name.to_owned(),
                line: line_of(text, &fault.value),
                reason: fault.reason,
            })?;
        Ok(scenario)
    }

    /// The scenario that is built in: two accounts, nothing shared between them yet.
    pub fn builtin() -> Self {
        Self::parse(BUILTIN_NAME, BUILTIN).expect("a test reads the built-in scenario")
    }

    /// The built-in scenario's text, as a start for one's own.
    pub const fn builtin_text() -> &'static str {
        BUILTIN
    }

    /// The cloud as it is at the start.
    pub fn state(&self) -> &State {
        &self.state
    }
}

/// The first line where `value` stands in quotes; 0 if there is none.
fn line_of(text: &str, value: &str) -> usize {
    let position = |line: &str| line.contains(&format!("\"{value}\""));
    text.lines().position(position).map_or(0, |index| index + 1)
}
