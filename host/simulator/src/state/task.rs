//! Tasks of Container Service: what was asked for, until it is done.

use std::fmt;

use host_model::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::Cluster;

/// Something that a cluster does, or has done.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Task {
    /// Its id, `T-…`.
    pub id: String,
    /// For example `cluster_addon_install`.
    pub kind: String,
    /// `running`, `success`, `failed` or `canceled`.
    pub state: String,
    /// When it was started.
    pub created: Timestamp,
    /// From when on it is in the list of tasks.
    pub listed_from: Timestamp,
    /// When it ends, or has ended.
    pub due: Timestamp,
    /// What happens at its end.
    pub works: Vec<Work>,
    /// Code and words of its failure.
    pub error: Option<(String, String)>,
}

/// What happens to one add-on at the end of a task.
#[derive(Clone, Serialize, Deserialize)]
pub struct Work {
    /// The add-on.
    pub addon: String,
    /// What is done to it.
    pub deed: AddonDeed,
    /// Code and words of the failure that the scenario wants.
    pub failure: Option<(String, String)>,
    /// The settings that come back if it fails.
    pub restore: Option<Json>,
}

// The settings may hold credentials.
impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Work")
            .field("addon", &self.addon)
            .field("deed", &self.deed)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

/// What can be done to an add-on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddonDeed {
    /// It is put in.
    Install,
    /// It gets another version.
    Upgrade {
        /// That version.
        version: String,
    },
    /// It gets other settings.
    Modify,
    /// It is taken out.
    Uninstall,
}

impl AddonDeed {
    /// The word of scenarios, and the end of the task's type.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Install => "install",
            Self::Upgrade { .. } => "upgrade",
            Self::Modify => "modify",
            Self::Uninstall => "uninstall",
        }
    }
}

impl Cluster {
    /// Ends the tasks that are due.
    pub(crate) fn finish_tasks(&mut self, now: Timestamp) {
        let mut tasks = std::mem::take(&mut self.tasks);
        for task in tasks.iter_mut().filter(|task| task.state == "running" && task.due <= now) {
            "success".clone_into(&mut task.state);
            if task.works.is_empty() && self.state == "updating" {
                "running".clone_into(&mut self.state);
            }
            for work in &task.works {
                self.finish(work, task.due);
                if work.failure.is_some() {
                    "failed".clone_into(&mut task.state);
                    task.error.clone_from(&work.failure);
                }
            }
        }
        self.tasks = tasks;
    }

    fn finish(&mut self, work: &Work, at: Timestamp) {
        let failed = work.failure.is_some();
        let gone = match work.deed {
            AddonDeed::Uninstall => !failed,
            AddonDeed::Install => failed && work.restore.is_some(),
            AddonDeed::Upgrade { .. } | AddonDeed::Modify => false,
        };
        if gone {
            self.addons.remove(&work.addon);
            return;
        }
        let Some(addon) = self.addons.get_mut(&work.addon) else { return };
        match &work.deed {
            AddonDeed::Upgrade { version } if !failed => addon.version.clone_from(version),
            _ => {}
        }
        if failed && let Some(before) = &work.restore {
            addon.config.clone_from(before);
        }
        let state = if failed && work.restore.is_none() { "unhealthy" } else { "active" };
        state.clone_into(&mut addon.state);
        addon.changed = at;
        addon.judged = false;
    }
}
