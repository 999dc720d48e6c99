//! What the operator asks for; `parameters.schema.json` has the limits, which the host checks.

use std::collections::BTreeSet;

use host_workflow_access::people::Management;
use host_workflow_sdk::{Error, ErrorKind, Tag};
use serde::Deserialize;
use serde_json::Value;

use crate::deed::Allowed;
use crate::glob;
use crate::offer::ACROSS_ACCOUNTS;
use crate::version::{self, Version};

/// The policies of the guide.
pub(crate) const DOCUMENTED: [&str; 2] = ["AliyunARMSFullAccess", "AliyunSTSAssumeRoleAccess"];

/// The input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Parameters {
    pub(crate) region: String,
    /// Ids of clusters.
    #[serde(default)]
    pub(crate) clusters: Vec<String>,
    /// A pattern of names.
    #[serde(default)]
    pub(crate) cluster_name: Option<String>,
    /// `KEY` or `KEY=VALUE`.
    #[serde(default)]
    pub(crate) cluster_tag: Option<String>,
    /// Left out: one user for each source account.
    #[serde(default)]
    pub(crate) reporting_user: Option<String>,
    /// System policies of the reporting user.
    #[serde(default = "documented")]
    pub(crate) policies: Vec<String>,
    /// Stands in the place of `policies`.
    #[serde(default)]
    pub(crate) custom_policy: Option<CustomPolicy>,
    #[serde(default = "across_accounts")]
    pub(crate) least_version: String,
    #[serde(default)]
    pub(crate) allow_upgrade: bool,
    #[serde(default)]
    pub(crate) upgrade_policy: UpgradePolicy,
    #[serde(default)]
    pub(crate) replace_reporting: bool,
    #[serde(default)]
    pub(crate) activate_arms: bool,
    /// The id of an AccessKey of the reporting user.
    #[serde(default)]
    pub(crate) retire_key: Option<String>,
    /// Failed clusters after which no other is started.
    #[serde(default = "one")]
    pub(crate) max_failures: usize,
    /// How long tasks, and then applications, are waited for.
    #[serde(default = "ten")]
    pub(crate) wait_minutes: u32,
    /// How people get at the data.
    #[serde(default)]
    pub(crate) management: Management,
}

fn documented() -> Vec<String> {
    DOCUMENTED.map(str::to_owned).into()
}

fn across_accounts() -> String {
    ACROSS_ACCOUNTS.to_owned()
}

const fn one() -> usize {
    1
}

const fn ten() -> u32 {
    10
}

/// A policy of the operator's.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct CustomPolicy {
    pub(crate) name: String,
    pub(crate) document: Value,
}

/// What an upgrade does to settings that are not given with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum UpgradePolicy {
    /// They stay.
    #[default]
    Canary,
    /// They are reset.
    Overwrite,
}

impl UpgradePolicy {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Canary => "canary",
            Self::Overwrite => "overwrite",
        }
    }
}

/// Which clusters are meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Choice {
    /// These, in this order, each once.
    Ids(Vec<String>),
    /// All whose name fits, with the tag if there is one.
    Fitting { name: String, tag: Option<(String, Option<String>)> },
}

impl Choice {
    /// Whether a cluster of that name and those tags is meant; ids are looked up one by one.
    pub(crate) fn takes(&self, cluster_name: &str, tags: &[Tag]) -> bool {
        let Self::Fitting { name, tag } = self else { return false };
        let has = |(key, value): &(String, Option<String>)| {
            let is_it = |it: &Tag| it.key == *key && value.as_ref().is_none_or(|v| *v == it.value);
            tags.iter().any(is_it)
        };
        glob::fits(name, cluster_name) && tag.as_ref().is_none_or(has)
    }
}

impl Parameters {
    /// The clusters that are meant.
    pub(crate) fn choice(&self) -> Result<Choice, Error> {
        let fitting = self.cluster_name.is_some() || self.cluster_tag.is_some();
        match (self.clusters.is_empty(), fitting) {
            (false, false) => {
                let mut known = BTreeSet::new();
                let ids = self.clusters.iter().filter(|id| known.insert(id.as_str()));
                Ok(Choice::Ids(ids.cloned().collect()))
            }
            (true, true) => {
                let name = self.cluster_name.clone().unwrap_or_else(|| "*".to_owned());
                let tag = self.cluster_tag.as_deref().map(|tag| match tag.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
                    None => (tag.to_owned(), None),
                });
                Ok(Choice::Fitting { name, tag })
            }
            (true, false) => Err(unclear("no cluster is named")),
            (false, true) => Err(unclear("clusters are named by id and by pattern or tag")),
        }
    }

    /// What the run may do to add-ons.
    pub(crate) fn allowed(&self) -> Result<Allowed, Error> {
        let wrong = |problem: &str| {
            let message = format!("`least-version` is `{}`, which {problem}", self.least_version);
            Error::new(ErrorKind::Invalid, "ack.version-unfit", message)
                .with("parameter", "least-version")
                .hint("give a version such as `3.0.14`, or leave it out")
        };
        let least = Version::parse(&self.least_version).ok_or_else(|| wrong("is no version"))?;
        if version::reaches(&self.least_version, ACROSS_ACCOUNTS) != Some(true) {
            let problem =
                format!("is below {ACROSS_ACCOUNTS}, the first that reports into another account");
            return Err(wrong(&problem));
        }
        Ok(Allowed {
            least,
            upgrade: self.allow_upgrade,
            overwrite: self.upgrade_policy == UpgradePolicy::Overwrite,
            replace: self.replace_reporting,
        })
    }

    /// The reporting user's name: one for each source account unless the operator says otherwise.
    pub(crate) fn reporting_user(&self, source: &str) -> String {
        self.reporting_user.clone().unwrap_or_else(|| format!("arms-reporter-{source}"))
    }
}

fn unclear(problem: &str) -> Error {
    let message = format!("cannot choose clusters: {problem}");
    Error::new(ErrorKind::Invalid, "ack.clusters-unclear", message).with("parameter", "clusters").hint(
        "give ids in `clusters`; or a pattern in `cluster-name` (`*` for all), or `cluster-tag`, or both",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parameters {
        let mut given: Value = serde_json::from_str(text).unwrap();
        given["region"] = "cn-hangzhou".into();
        serde_json::from_value(given).unwrap()
    }

    #[test]
    fn the_schema_has_the_same_parameters_and_defaults() {
        let schema = include_str!("../parameters.schema.json");
        let schema: Value = serde_json::from_str(schema).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let given = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())));
        let filled = Value::Object(given.collect()).to_string();
        assert_eq!(format!("{:?}", read(&filled)), format!("{:?}", read("{}")));
        for (name, property) in properties {
            let sample = if name == "custom-policy" {
                r#"{"name": "own", "document": {}}"#
            } else {
                "\"sample\""
            };
            let sample = property.get("default").map_or(sample.to_owned(), Value::to_string);
            let sample = if name == "clusters" { "[]".to_owned() } else { sample };
            read(&format!("{{\"{name}\": {sample}}}"));
        }
        serde_json::from_str::<Parameters>(r#"{"region": "x", "cluster": "y"}"#).unwrap_err();
    }

    #[test]
    fn clusters_are_chosen_one_way() {
        let ids = read(r#"{"clusters": ["c1", "c2", "c1"]}"#).choice().unwrap();
        assert_eq!(ids, Choice::Ids(vec!["c1".to_owned(), "c2".to_owned()]));
        for text in ["{}", r#"{"clusters": ["c1"], "cluster-name": "*"}"#] {
            assert_eq!(read(text).choice().unwrap_err().code, "ack.clusters-unclear", "{text}");
        }
        let tags = [Tag { key: "env".to_owned(), value: "prod".to_owned() }];
        let cases = [
            (r#"{"cluster-name": "shop-*"}"#, true),
            (r#"{"cluster-name": "web-*"}"#, false),
            (r#"{"cluster-tag": "env"}"#, true),
            (r#"{"cluster-tag": "env=prod"}"#, true),
            (r#"{"cluster-tag": "env=test"}"#, false),
            (r#"{"cluster-name": "shop-*", "cluster-tag": "env=prod"}"#, true),
            (r#"{"cluster-name": "web-*", "cluster-tag": "env=prod"}"#, false),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).choice().unwrap().takes("shop-1", &tags), expected, "{text}");
        }
    }

    #[test]
    fn the_least_version_reports_across_accounts() {
        let cases = [("3.0.14", true), ("3.0.9", false), ("4", true), ("newest", false)];
        for (least, fits) in cases {
            let allowed = read(&format!(r#"{{"least-version": "{least}"}}"#)).allowed();
            assert_eq!(allowed.is_ok(), fits, "{least}");
        }
    }

    #[test]
    fn each_source_account_has_its_own_user() {
        assert_eq!(read("{}").reporting_user("22"), "arms-reporter-22");
        assert_eq!(read(r#"{"reporting-user": "x"}"#).reporting_user("22"), "x");
    }
}
