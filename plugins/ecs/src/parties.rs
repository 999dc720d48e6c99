//! Who takes part: two accounts, and the monitoring account's ARMS in each region.

use std::collections::BTreeMap;

use host_reporting::{Activation, Baseline};
use host_workflow_sdk::{Account, Secret};

/// Both accounts, once they have said who they are.
#[derive(Debug)]
pub(crate) struct Parties {
    /// Runs ARMS.
    pub(crate) monitoring: Account,
    /// Has the instances.
    pub(crate) source: Account,
}

/// The monitoring account's ARMS in one region.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) activation: Activation,
    /// The applications before anything was changed.
    pub(crate) baseline: Baseline,
    /// Lets agents of this region report. Only a handle: the host has the key, and no file ever does.
    pub(crate) license_key: Secret,
}

/// The regions that take part. Without sites where agents are only taken away.
pub(crate) type Sites = BTreeMap<String, Option<Site>>;
