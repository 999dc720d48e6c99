//! What the operator asks for; `parameters.schema.json` has the limits, which the host checks.

use std::collections::{BTreeMap, BTreeSet};

use host_workflow_sdk::{Error, ErrorKind};
use serde::Deserialize;

use crate::agent::Agent;
use crate::step::people::Wish;

/// Longest text that the cloud takes as one parameter of a command.
const PARAMETER_MAX: usize = 256;

/// The input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Parameters {
    pub(crate) regions: Vec<String>,
    /// Ids. Empty: all that match the pattern and the tags.
    pub(crate) instances: Vec<String>,
    pub(crate) instance_name: Option<String>,
    pub(crate) instance_tags: BTreeMap<String, String>,
    pub(crate) agent: Agent,
    /// Left out: an agent that is there stays, and the newest is installed where there is none.
    pub(crate) agent_version: Option<String>,
    pub(crate) application_name: String,
    /// Empty: every Java service that is found.
    pub(crate) services: Vec<ServiceWish>,
    pub(crate) restart: bool,
    pub(crate) install_directory: String,
    pub(crate) network: Network,
    pub(crate) batch_size: usize,
    pub(crate) max_failures: usize,
    /// For one command on one instance.
    pub(crate) time_limit_minutes: u32,
    /// For applications to be listed.
    pub(crate) wait_minutes: u32,
    pub(crate) allow_other_agents: bool,
    pub(crate) activate_arms: bool,
    /// Sends the set-up again, because the license key was replaced.
    pub(crate) refresh: bool,
    pub(crate) uninstall: bool,
    pub(crate) management: Wish,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            regions: vec!["cn-hangzhou".to_owned()],
            instances: Vec::new(),
            instance_name: None,
            instance_tags: BTreeMap::new(),
            agent: Agent::Java,
            agent_version: None,
            application_name: "{service}".to_owned(),
            services: Vec::new(),
            restart: false,
            install_directory: "/opt".to_owned(),
            network: Network::InternalFirst,
            batch_size: 20,
            max_failures: 1,
            time_limit_minutes: 10,
            wait_minutes: 5,
            allow_other_agents: false,
            activate_arms: false,
            refresh: false,
            uninstall: false,
            management: Wish::default(),
        }
    }
}

/// A service that is to report.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(crate) struct ServiceWish {
    /// With or without `.service`.
    pub(crate) name: String,
    /// Left out: as `application-name` says.
    #[serde(default)]
    pub(crate) application: Option<String>,
    /// Left out: as `restart` says for all.
    #[serde(default)]
    pub(crate) restart: Option<bool>,
    /// Ids. Left out: on every instance that has it.
    #[serde(default)]
    pub(crate) instances: Option<BTreeSet<String>>,
}

impl ServiceWish {
    /// The name as scripts write it.
    pub(crate) fn unit(&self) -> &str {
        self.name.strip_suffix(".service").unwrap_or(&self.name)
    }

    /// Whether it is asked for on an instance.
    pub(crate) fn is_on(&self, instance: &str) -> bool {
        self.instances.as_ref().is_none_or(|ids| ids.contains(instance))
    }
}

/// From where agents are downloaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Network {
    InternalFirst,
    Internal,
    Public,
}

impl Network {
    /// The word that scripts know.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::InternalFirst => "internal-first",
            Self::Internal => "internal",
            Self::Public => "public",
        }
    }
}

impl Parameters {
    /// What the schema cannot say.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let wrong = |code: &str, message: &str, hint: &str| {
            Err(Error::new(ErrorKind::Invalid, code, message).hint(hint))
        };
        if !self.instances.is_empty()
            && (self.instance_name.is_some() || !self.instance_tags.is_empty())
        {
            return wrong(
                "ecs.selection-ambiguous",
                "instances are named by id and by name or tag at once",
                "give `instances`, or `instance-name` and `instance-tags`",
            );
        }
        let mut units = BTreeSet::new();
        if let Some(wish) = self.services.iter().find(|wish| !units.insert(wish.unit())) {
            let message = format!("service `{}` stands twice under `services`", wish.unit());
            let hint = "say all that is wanted of a service in one place";
            return wrong("ecs.service-repeated", &message, hint);
        }
        if self.service_names().len() > PARAMETER_MAX {
            let message = format!(
                "the names under `services` have more than {PARAMETER_MAX} characters together"
            );
            return wrong("ecs.services-long", &message, "run for some of them at a time");
        }
        if self.agent != Agent::Java && self.services.is_empty() && !self.uninstall {
            let message = format!("which services are written in {} does not show", self.agent);
            return wrong("ecs.services-missing", &message, "name them under `services`");
        }
        Ok(())
    }

    /// The wished services as one parameter of a script.
    pub(crate) fn service_names(&self) -> String {
        let names: Vec<&str> = self.services.iter().map(ServiceWish::unit).collect();
        if names.is_empty() { "none".to_owned() } else { names.join(",") }
    }

    /// Whether an instance is there because the operator named it, not because it matched.
    pub(crate) fn names_instances(&self) -> bool {
        !self.instances.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Parameters {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_schema_has_the_same_parameters_and_defaults() {
        let schema = include_str!("../parameters.schema.json");
        let schema: serde_json::Value = serde_json::from_str(schema).unwrap();
        let properties = schema["properties"].as_object().unwrap();
        let given = properties
            .iter()
            .filter_map(|(name, property)| Some((name.clone(), property.get("default")?.clone())));
        let filled = serde_json::Value::Object(given.collect()).to_string();
        assert_eq!(format!("{:?}", read(&filled)), format!("{:?}", Parameters::default()));
    }

    #[test]
    fn says_what_the_schema_cannot() {
        let cases = [
            ("{}", ""),
            (r#"{"instances": ["i-1"], "instance-name": "web-*"}"#, "ecs.selection-ambiguous"),
            (r#"{"instances": ["i-1"], "instance-tags": {"a": "b"}}"#, "ecs.selection-ambiguous"),
            (r#"{"services": [{"name": "a"}, {"name": "a.service"}]}"#, "ecs.service-repeated"),
            (r#"{"agent": "python"}"#, "ecs.services-missing"),
            (r#"{"agent": "python", "uninstall": true}"#, ""),
            (r#"{"agent": "go", "services": [{"name": "a"}]}"#, ""),
        ];
        for (text, code) in cases {
            let found = read(text).check().map_err(|error| error.code).err().unwrap_or_default();
            assert_eq!(found, code, "{text}");
        }
        let long: Vec<String> =
            (0..9).map(|at| format!(r#"{{"name": "{}{at}"}}"#, "s".repeat(30))).collect();
        let long = format!(r#"{{"services": [{}]}}"#, long.join(","));
        assert_eq!(read(&long).check().unwrap_err().code, "ecs.services-long");
    }

    #[test]
    fn a_service_is_known_with_and_without_its_suffix() {
        let input = read(r#"{"services": [{"name": "a.service"}, {"name": "b@1"}]}"#);
        assert_eq!(input.service_names(), "a,b@1");
        assert_eq!(read("{}").service_names(), "none");
    }

    #[test]
    fn refuses_a_word_that_is_not_known() {
        for text in [r#"{"region": "x"}"#, r#"{"services": [{"name": "a", "app": "b"}]}"#] {
            serde_json::from_str::<Parameters>(text).unwrap_err();
        }
    }
}
