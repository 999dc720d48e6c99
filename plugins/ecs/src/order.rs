//! What machines are told to run: the declared scripts, and what is written into them.

use crate::agent::Agent;
use crate::decision::Goal;
use crate::parameters::Parameters;

/// A script of `plugin.toml`. The host compares its digest with the manifest's.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Script {
    pub(crate) name: &'static str,
    pub(crate) text: &'static str,
    /// Whether the license key is written into it.
    pub(crate) takes_key: bool,
}

pub(crate) const LOOK: Script =
    Script { name: "look", text: include_str!("../scripts/look.sh"), takes_key: false };
pub(crate) const FETCH: Script =
    Script { name: "fetch", text: include_str!("../scripts/fetch.sh"), takes_key: false };
pub(crate) const INSTALL: Script =
    Script { name: "install", text: include_str!("../scripts/install.sh"), takes_key: true };
pub(crate) const UNINSTALL: Script =
    Script { name: "uninstall", text: include_str!("../scripts/uninstall.sh"), takes_key: false };

/// A script with its parameters, for machines of one region. Equal orders go out as one command.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Order {
    pub(crate) region: String,
    pub(crate) script: &'static Script,
    pub(crate) parameters: Vec<(&'static str, String)>,
}

/// The package that is to be installed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Package<'a> {
    pub(crate) version: &'a str,
    /// `any` where nothing is unpacked.
    pub(crate) sha256: &'a str,
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

impl Order {
    fn new(script: &'static Script, region: &str, parameters: &[(&'static str, &str)]) -> Self {
        let parameters = parameters.iter().map(|(name, value)| (*name, (*value).to_owned()));
        Self { region: region.to_owned(), script, parameters: parameters.collect() }
    }

    /// Looks, and changes nothing.
    pub(crate) fn look(input: &Parameters, region: &str) -> Self {
        Self::new(
            &LOOK,
            region,
            &[
                ("agent", input.agent.as_str()),
                ("region", region),
                ("network", input.network.as_str()),
                ("dir", &input.install_directory),
                ("services", &input.service_names()),
            ],
        )
    }

    /// Downloads.
    pub(crate) fn fetch(input: &Parameters, region: &str, version: &str) -> Self {
        Self::new(
            &FETCH,
            region,
            &[
                ("agent", input.agent.as_str()),
                ("region", region),
                ("version", version),
                ("network", input.network.as_str()),
                ("dir", &input.install_directory),
            ],
        )
    }

    /// Installs, for one service. The host's proof knows the application by `app_name`.
    pub(crate) fn install(
        input: &Parameters,
        region: &str,
        account: &str,
        package: Package<'_>,
        goal: &Goal,
    ) -> Self {
        Self::new(
            &INSTALL,
            region,
            &[
                ("agent", input.agent.as_str()),
                ("account", account),
                ("region", region),
                ("version", package.version),
                ("dir", &input.install_directory),
                ("sha256", package.sha256),
                ("service", goal.service.as_deref().unwrap_or("none")),
                ("app_name", &goal.application),
                ("restart", yes(goal.restart)),
            ],
        )
    }

    /// Takes back what `install` did.
    pub(crate) fn uninstall(
        input: &Parameters,
        agent: Agent,
        region: &str,
        services: &str,
        restart: bool,
    ) -> Self {
        Self::new(
            &UNINSTALL,
            region,
            &[
                ("agent", agent.as_str()),
                ("dir", &input.install_directory),
                ("services", services),
                ("restart", yes(restart)),
            ],
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The names that a script has places for.
    fn places(script: &Script) -> BTreeSet<&'static str> {
        let parts = script.text.split("{{").skip(1);
        parts.filter_map(|part| part.split_once("}}")).map(|(name, _)| name).collect()
    }

    #[test]
    fn each_place_of_a_script_is_filled_and_nothing_else_is_given() {
        let input = Parameters::default();
        let goal = Goal {
            service: None,
            application: "a".to_owned(),
            restart: false,
            is_open: true,
            is_live: false,
        };
        let package = Package { version: "4.2.1", sha256: "any" };
        let orders = [
            Order::look(&input, "cn-hangzhou"),
            Order::fetch(&input, "cn-hangzhou", "4.2.1"),
            Order::install(&input, "cn-hangzhou", "1", package, &goal),
            Order::uninstall(&input, Agent::Java, "cn-hangzhou", "all", false),
        ];
        for order in &orders {
            let mut given: BTreeSet<&str> =
                order.parameters.iter().map(|(name, _)| *name).collect();
            if order.script.takes_key {
                given.insert("license_key");
            }
            assert_eq!(given, places(order.script), "{}", order.script.name);
            assert!(given.len() <= 10, "the cloud takes ten");
            // In base64, in which the cloud keeps it.
            assert!(order.script.text.len() * 4 / 3 < 24 << 10, "{}", order.script.name);
        }
    }

    #[test]
    fn what_an_uninstall_is_told_names_no_application() {
        let order =
            Order::uninstall(&Parameters::default(), Agent::Java, "cn-hangzhou", "all", false);
        assert!(order.parameters.iter().all(|(name, _)| *name != "app_name"));
    }

    #[test]
    fn the_manifest_declares_the_scripts_and_every_line_that_is_read() {
        let plugin = include_str!("../plugin.toml");
        for script in [&LOOK, &FETCH, &INSTALL, &UNINSTALL] {
            assert!(plugin.contains(&format!("script = \"scripts/{}.sh\"", script.name)));
        }
        for marker in crate::marker::ALL {
            assert!(plugin.contains(&format!("\"{marker}\"")), "{marker}");
            let says = |script: &Script| script.text.contains(&format!("say {marker}"));
            assert!([&INSTALL, &UNINSTALL].into_iter().any(says), "{marker}");
        }
    }
}
