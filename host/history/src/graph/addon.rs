//! Clusters with their add-ons, and ARMS with its applications.

use std::collections::BTreeSet;

use host_model::{Call, Value};
use serde_json::Value as Json;

use super::reply::{at, items, text};
use super::scene::Scene;
use super::{Kind, Standing};
use crate::PastCall;

/// What stands for a value that nobody may see.
const HIDDEN: [&str; 2] = ["[sealed]", "[masked]"];

impl Scene {
    pub(super) fn cluster(&mut self, call: &PastCall) {
        let Some(reply) = call.reply() else { return };
        let asked = &call.call;
        match asked.action.as_str() {
            "DescribeClustersV1" | "DescribeClustersForRegion" => {
                self.titles_of(&reply.body, "/clusters");
            }
            "DescribeClusters" => self.titles_of(&reply.body, ""),
            "DescribeClusterDetail" => self.title_of(&reply.body),
            "InstallClusterAddons" => {
                if let Some(addon) = self.addon(call, "name") {
                    self.mark(addon, Standing::Made);
                    if let Some(version) = text(asked, "version") {
                        self.about(addon, version);
                    }
                }
            }
            "UpgradeClusterAddons" => {
                if let Some(addon) = self.addon(call, "component_name") {
                    self.mark(addon, Standing::Changed);
                    let to = text(asked, "next_version").unwrap_or("?");
                    let about = text(asked, "version").map(|from| format!("{from} → {to}"));
                    self.about(addon, &about.unwrap_or_else(|| to.to_owned()));
                }
            }
            "ModifyClusterAddon" => {
                if let Some(addon) = self.addon(call, "component_id") {
                    self.mark(addon, Standing::Changed);
                }
            }
            "UnInstallClusterAddons" => {
                if let Some(addon) = self.addon(call, "name") {
                    self.mark(addon, Standing::Removed);
                    self.signs.remove(&addon);
                    self.reports.remove(&addon);
                }
            }
            "GetClusterAddonInstance" => self.addon_is(call, "instance_name"),
            "DescribeClusterAddonInstance" => self.addon_is(call, "addon_name"),
            _ => {}
        }
    }

    fn titles_of(&mut self, body: &Json, pointer: &str) {
        items(body, pointer).for_each(|item| self.title_of(item));
    }

    fn title_of(&mut self, item: &Json) {
        if let (Some(id), Some(name)) = (at(item, "/cluster_id"), at(item, "/name")) {
            self.titles.insert(id.to_owned(), name.to_owned());
        }
    }

    /// The add-on of a change, with the settings that it was sent.
    fn addon(&mut self, call: &PastCall, name: &str) -> Option<usize> {
        let cluster = text(&call.call, "cluster_id")?;
        let name = text(&call.call, name)?;
        let cluster = self.node(&call.account, Kind::Cluster, cluster);
        let addon = self.inside(cluster, Kind::Addon, name);
        if let Some(key) = sent(&call.call, "accessKey") {
            self.signs.insert(addon, key);
        }
        if let Some(account) = sent(&call.call, "uid") {
            self.reports.insert(addon, account);
        }
        Some(addon)
    }

    /// An add-on that was read. What its settings show is less than what was sent to it.
    fn addon_is(&mut self, call: &PastCall, name: &str) {
        let Some(addon) = self.addon(call, name) else { return };
        let Some(reply) = call.reply() else { return };
        if self.nodes[addon].about.is_none()
            && let Some(version) = at(&reply.body, "/version")
        {
            self.about(addon, version);
        }
        let settings = at(&reply.body, "/config").and_then(|text| serde_json::from_str(text).ok());
        let settings: Json = settings.unwrap_or(Json::Null);
        if let Some(account) = shown(&settings, "uid") {
            self.reports.entry(addon).or_insert(account);
        }
        if let Some(key) = shown(&settings, "accessKey") {
            self.signs.entry(addon).or_insert(key);
        }
    }

    pub(super) fn monitoring(&mut self, call: &PastCall) {
        let Some(reply) = call.reply() else { return };
        let arms = self.node(&call.account, Kind::Arms, "");
        if let Some(role) = self.sessions.get(&call.call.identity.0) {
            self.read.insert((*role, arms));
        }
        if !["ListTraceApps", "SearchTraceAppByPage"].contains(&call.call.action.as_str()) {
            return;
        }
        let listed =
            items(&reply.body, "/TraceApps").chain(items(&reply.body, "/PageBean/TraceApps"));
        let listed: BTreeSet<String> =
            listed.filter_map(|item| at(item, "/AppName").map(str::to_owned)).collect();
        let Some(baseline) = self.baseline.get(&call.account) else {
            self.baseline.insert(call.account.clone(), listed);
            return;
        };
        for name in listed.difference(&baseline.clone()) {
            let application = self.inside(arms, Kind::Application, name);
            self.mark(application, Standing::Made);
        }
    }
}

/// A setting of a call whose name ends so, at whatever depth.
fn sent(call: &Call, name: &str) -> Option<String> {
    let settings = call.settings("config")?;
    let ending = format!("/{name}");
    let (_, value) = settings.iter().find(|(pointer, _)| pointer.ends_with(&ending))?;
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Json(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    }
}

/// A setting of that name that may be seen, at whatever depth.
fn shown(settings: &Json, name: &str) -> Option<String> {
    let fields = settings.as_object()?;
    let here = match fields.get(name) {
        Some(Json::String(text)) if !text.is_empty() && !HIDDEN.contains(&text.as_str()) => {
            Some(text.clone())
        }
        Some(Json::Number(number)) => Some(number.to_string()),
        _ => None,
    };
    here.or_else(|| fields.values().find_map(|inner| shown(inner, name)))
}
