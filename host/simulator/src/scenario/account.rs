//! Accounts as scenarios write them. Names and limits are the cloud's.

use std::collections::{BTreeMap, BTreeSet};

use host_model::AccountId;
use serde::Deserialize;

use super::{ClusterData, InstanceData};
use crate::state::{InventedSecret, PasswordPolicy};

/// An account.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountData {
    /// Its id.
    pub id: AccountId,
    /// Its alias.
    pub alias: Option<String>,
    /// The AccessKey of the RAM user `operator`, who may do everything.
    pub operator: OperatorData,
    /// What passwords must look like.
    #[serde(default)]
    pub password_policy: PasswordPolicy,
    /// License keys of ARMS by region; others are invented when they are asked for.
    #[serde(default)]
    pub license_keys: BTreeMap<String, InventedSecret>,
    /// Resource groups.
    #[serde(default)]
    pub resource_groups: Vec<ResourceGroupData>,
    /// Custom policies.
    #[serde(default)]
    pub policies: Vec<PolicyData>,
    /// Groups of users.
    #[serde(default)]
    pub groups: Vec<GroupData>,
    /// Users beside the operator.
    #[serde(default)]
    pub users: Vec<UserData>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<RoleData>,
    /// Applications in ARMS.
    #[serde(default)]
    pub apps: Vec<AppData>,
    /// Permanent keys of the account itself, which nobody should have.
    #[serde(default)]
    pub root_keys: Vec<KeyData>,
    /// Whether ARMS is activated.
    #[serde(default)]
    pub arms: Activation,
    /// Clusters of Container Service.
    #[serde(default)]
    pub clusters: Vec<ClusterData>,
    /// Instances of ECS.
    #[serde(default)]
    pub instances: Vec<InstanceData>,
}

/// Whether a service is activated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activation {
    /// It is.
    #[default]
    Open,
    /// It is not.
    Closed,
}

/// The operator's AccessKey.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorData {
    /// Its id.
    pub access_key_id: String,
    /// Its invented secret.
    pub access_key_secret: InventedSecret,
}

/// A permanent AccessKey.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyData {
    /// Its id.
    pub id: String,
    /// Its invented secret.
    pub secret: InventedSecret,
    /// Whether it is switched on.
    #[serde(default = "yes")]
    pub active: bool,
}

/// A resource group.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResourceGroupData {
    /// Its id, `rg-…`.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What consoles show.
    pub display_name: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A custom policy.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyData {
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub description: Option<String>,
    /// The document.
    pub document: String,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// A group of users.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupData {
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub comments: Option<String>,
    /// Its policies: a name, or `name@resource-group`.
    #[serde(default)]
    pub policies: Vec<String>,
}

/// A user.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserData {
    /// Its name.
    pub name: String,
    /// What consoles show.
    pub display_name: Option<String>,
    /// Words of its maker.
    pub comments: Option<String>,
    /// Its policies: a name, or `name@resource-group`.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Its permanent keys.
    #[serde(default)]
    pub keys: Vec<KeyData>,
    /// How it signs in to the console.
    pub login: Option<LoginData>,
    /// The serial number of its multi-factor device.
    pub mfa: Option<String>,
    /// The groups that it is in.
    #[serde(default)]
    pub groups: BTreeSet<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// How a user signs in to the console.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LoginData {
    /// Whether a multi-factor device has to be bound.
    pub mfa_bind_required: bool,
    /// Whether the password has to be changed at the next sign-in.
    pub password_reset_required: bool,
}

/// A role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleData {
    /// Its name.
    pub name: String,
    /// Words of its maker.
    pub description: Option<String>,
    /// Its trust policy.
    pub trust: String,
    /// The longest session, in seconds.
    #[serde(default = "hour")]
    pub max_session_seconds: u32,
    /// Its policies: a name, or `name@resource-group`.
    #[serde(default)]
    pub policies: Vec<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

/// An application in ARMS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppData {
    /// Its name.
    pub name: String,
    /// The region that it reports to.
    pub region: String,
    /// Its id within ARMS.
    pub pid: String,
    /// Its number.
    pub app_id: i64,
    /// `TRACE` or `EBPF`.
    #[serde(default = "trace")]
    pub app_type: String,
    /// For example `JAVA`.
    #[serde(default = "java")]
    pub language: String,
    /// Where it reports from.
    #[serde(default = "ack")]
    pub source: String,
    /// The id of its resource group; empty for none.
    #[serde(default)]
    pub resource_group: String,
    /// The cluster that it runs in.
    pub cluster_id: Option<String>,
    /// The namespace that it runs in.
    pub namespace: Option<String>,
    /// Its tags.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
}

const fn yes() -> bool {
    true
}

const fn hour() -> u32 {
    3600
}

fn trace() -> String {
    "TRACE".to_owned()
}

fn java() -> String {
    "JAVA".to_owned()
}

fn ack() -> String {
    "ACK".to_owned()
}
