//! Applications in ARMS.

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::account::Tags;

/// An application that ARMS watches.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct TraceApp {
    /// Its name.
    pub name: String,
    /// Its id within ARMS, `<letters and digits>@<hex>`.
    pub pid: String,
    /// Its number.
    pub app_id: i64,
    /// `TRACE` or `EBPF`.
    pub app_type: String,
    /// For example `JAVA`.
    pub language: String,
    /// Where it reports from, for example `ACK`.
    pub source: String,
    /// The resource group that it belongs to.
    pub resource_group: String,
    /// The cluster that it runs in.
    pub cluster_id: Option<String>,
    /// The namespace that it runs in.
    pub namespace: Option<String>,
    /// The workload that it is.
    pub workload_name: Option<String>,
    /// What kind of workload that is.
    pub workload_kind: Option<String>,
    /// Its tags.
    pub tags: Tags,
    /// When it was first seen.
    pub created: Timestamp,
    /// When it was seen last.
    pub updated: Timestamp,
}
