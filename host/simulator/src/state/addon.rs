//! Add-ons of clusters, `ack-onepilot` before all (`ack-onepilot.md`).

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};

use host_model::{AccountId, Timestamp};

use super::cluster::Schema;
use super::document::merge;
use super::version::{compare, reaches};
use super::{Cluster, Restart};

/// The add-on whose webhook gives workloads the agent.
pub(crate) const ONEPILOT: &str = "ack-onepilot";

/// Its predecessor.
pub(crate) const ARMS_PILOT: &str = "arms-pilot";

/// From this version on, credentials are masked when they are read.
const MASKED_FROM: &str = "5.1.1";

const MASK: &str = "******";

const CREDENTIALS: [&str; 3] = ["accessKey", "accessKeySecret", "uid"];

/// An installed add-on.
#[derive(Clone, Serialize, Deserialize)]
pub struct Addon {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// `initial`, `active`, `unhealthy`, `updating`, `upgrading` or `deleting`.
    pub state: String,
    /// Its settings.
    pub config: Json,
    /// Whether it cannot be removed.
    pub required: bool,
    /// When it was changed last.
    pub changed: Timestamp,
    /// Where its agents report, and since which change.
    pub reports: Option<Reports>,
    /// Whether anybody has looked where it reports, since it was changed.
    pub judged: bool,
}

// Its settings may hold credentials.
impl fmt::Debug for Addon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Addon")
            .field("name", &self.name)
            .field("version", &self.version)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// Where agents report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reports {
    /// The account.
    pub account: AccountId,
    /// Since when.
    pub since: Timestamp,
}

/// What goes wrong with an add-on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AddonTrouble {
    /// `install`, `upgrade`, `modify`, `uninstall`, or `*` for each of them.
    pub on: String,
    /// Whether the request is refused, or the task fails.
    #[serde(default)]
    pub at: TroubleAt,
    /// The error's code.
    pub code: String,
    /// The error's words.
    #[serde(default)]
    pub message: String,
    /// The HTTP status of a refused request.
    #[serde(default = "bad_request")]
    pub status: u16,
    /// Whether the settings are changed all the same.
    #[serde(default)]
    pub changes: bool,
    /// How often it goes wrong; always, if it is left out.
    pub count: Option<u32>,
    /// How often it went wrong.
    #[serde(default)]
    pub used: u32,
}

/// Where an add-on's trouble shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleAt {
    /// The request is refused.
    Request,
    /// The request is accepted, and its task fails.
    #[default]
    Task,
}

const fn bad_request() -> u16 {
    400
}

impl Addon {
    /// An add-on that is being installed, with its chart's own settings under `config`.
    pub(crate) fn new(
        name: &str,
        version: &str,
        config: &Json,
        schema: Schema,
        at: Timestamp,
    ) -> Self {
        let mut settings = defaults(name, schema);
        merge(&mut settings, config);
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            state: "initial".to_owned(),
            config: settings,
            required: false,
            changed: at,
            reports: None,
            judged: false,
        }
    }

    /// The settings as they are shown: from 5.1.1 on, credentials are asterisks.
    pub(crate) fn shown(&self) -> Json {
        let mut config = self.config.clone();
        if self.name == ONEPILOT && reaches(&self.version, MASKED_FROM) {
            mask(&mut config);
        }
        config
    }

    /// The credential of that name, where the chart looks for it.
    pub(crate) fn credential(&self, name: &str, schema: Schema) -> &str {
        let place = match schema {
            Schema::Nested => self.config.get("arms"),
            Schema::Flat | Schema::Unreadable => Some(&self.config),
        };
        place.and_then(|place| place.get(name)).and_then(Json::as_str).unwrap_or_default()
    }
}

fn mask(config: &mut Json) {
    let Some(members) = config.as_object_mut() else { return };
    for (name, value) in members {
        let secret = ["accessKey", "accessKeySecret"].contains(&name.as_str());
        match value.as_str() {
            Some("") => {}
            Some(_) if secret => *value = Json::from(MASK),
            _ => mask(value),
        }
    }
}

/// What a chart sets where nobody says otherwise.
pub(crate) fn defaults(name: &str, schema: Schema) -> Json {
    if name != ONEPILOT {
        return Json::Object(Map::new());
    }
    let credentials: Map<String, Json> =
        CREDENTIALS.iter().map(|name| ((*name).to_owned(), Json::from(""))).collect();
    let mut settings = json!({ "replicas": 1, "ALIYUN_NETWORK": "auto", "mseEnabled": false });
    match schema {
        Schema::Nested => settings["arms"] = Json::Object(credentials),
        Schema::Flat | Schema::Unreadable => merge(&mut settings, &Json::Object(credentials)),
    }
    settings
}

/// The schema of an add-on's settings, as JSON text.
pub(crate) fn config_schema(name: &str, schema: Schema) -> String {
    if name != ONEPILOT {
        return json!({ "type": "object", "properties": {} }).to_string();
    }
    let text = json!({ "type": "string" });
    let credentials = json!({ "accessKey": text, "accessKeySecret": text, "uid": text });
    let mut properties = json!({
        "replicas": { "type": "integer" },
        "ALIYUN_NETWORK": { "type": "string", "enum": ["public", "internal", "auto"] },
        "mseEnabled": { "type": "boolean" },
    });
    match schema {
        Schema::Unreadable => return String::new(),
        Schema::Flat => merge(&mut properties, &credentials),
        Schema::Nested => {
            properties["arms"] = json!({ "type": "object", "properties": credentials });
        }
    }
    json!({ "type": "object", "properties": properties }).to_string()
}

/// Versions that can be had, oldest first.
const VERSIONS: [(&str, &[&str]); 3] = [
    (ONEPILOT, &["3.0.9", "3.0.20", "4.1.2", "5.1.1"]),
    ("ack-arms-prometheus", &["1.1.30"]),
    ("coredns", &["v1.9.3.10-7dfca203-aliyun"]),
];

/// `ack-onepilot` from 3.0.11 on needs this Kubernetes.
const KUBERNETES_LEAST: &str = "1.16";

impl Cluster {
    /// The versions of an add-on that this cluster can have, oldest first; none for an unknown one.
    pub(crate) fn versions_of(&self, name: &str) -> Vec<String> {
        // Nodes that nobody may enter, or that are far away, have no webhook with an init container.
        let fit = matches!(self.profile.as_str(), "Default" | "Lingjun")
            && reaches(&self.version, KUBERNETES_LEAST);
        if name == ONEPILOT && !fit {
            return Vec::new();
        }
        let usual = VERSIONS.iter().find(|(known, _)| *known == name);
        let usual = usual.map(|(_, versions)| versions.iter().map(|it| (*it).to_owned()).collect());
        let mut versions = self.manner.versions.get(name).cloned().or(usual).unwrap_or_default();
        versions.sort_by(|left, right| compare(left, right));
        versions
    }

    /// The names of all add-ons that are installed or can be.
    pub(crate) fn addon_names(&self) -> Vec<String> {
        let usual = VERSIONS.iter().map(|(name, _)| (*name).to_owned());
        let mut names: Vec<String> = usual
            .chain(self.manner.versions.keys().cloned())
            .filter(|name| !self.versions_of(name).is_empty())
            .chain(self.addons.keys().cloned())
            .collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Whether a workload's agent comes with that version of the add-on.
pub(crate) fn supports(version: &str, language: &str) -> bool {
    match language {
        "GO" => reaches(version, "3.2.0"),
        "PYTHON" => reaches(version, "5.0.0"),
        _ => true,
    }
}

/// Whether what is restarted then reports: it is restarted, and was long enough ago.
pub(crate) fn is_listed(restart: Restart, since: Timestamp, delay: u32, now: Timestamp) -> bool {
    restart.at(since).is_some_and(|at| at.plus_millis(i64::from(delay) * 1000) <= now)
}
