//! Applications that ARMS lists.

use host_workflow_sdk::arms::TraceApp;
use serde::Serialize;

/// By what an application tells which thing it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The cluster that it runs in.
    Cluster,
    /// Its own name.
    Name,
}

impl Key {
    /// The thing that `app` belongs to, if the cloud says one.
    pub fn of(self, app: &TraceApp) -> Option<&str> {
        let thing = match self {
            Self::Cluster => app.cluster_id.as_deref(),
            Self::Name => Some(app.app_name.as_str()),
        };
        thing.filter(|thing| !thing.is_empty())
    }
}

/// An application for a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Its id within ARMS.
    pub pid: String,
    /// For example `JAVA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The namespace that it runs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// The workload that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
}

impl From<&TraceApp> for Application {
    fn from(app: &TraceApp) -> Self {
        let said = |text: &Option<String>| text.clone().filter(|text| !text.is_empty());
        Self {
            name: app.app_name.clone(),
            pid: app.pid.clone(),
            language: said(&app.language),
            namespace: said(&app.namespace),
            workload: said(&app.workload_name),
        }
    }
}
