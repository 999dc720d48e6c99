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

/// The name of no service.
const NONE: &str = "none";

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
                ("service", goal.service.as_deref().unwrap_or(NONE)),
                ("app_name", &goal.application),
                ("restart", yes(goal.restart)),
            ],
        )
    }

    /// What takes it back on the same machines, whoever does that; `None` for what changes nothing, and for
    /// what takes away itself.
    pub(crate) fn undo(&self) -> Option<Self> {
        let given = |name: &str| {
            self.parameters.iter().find(|(own, _)| *own == name).map_or("", |(_, value)| value)
        };
        let (services, restart) = if *self.script == INSTALL {
            (given("service"), given("restart"))
        } else if *self.script == FETCH {
            (NONE, yes(false))
        } else {
            return None;
        };
        let parameters = [
            ("agent", given("agent")),
            ("dir", given("dir")),
            ("services", services),
            ("restart", restart),
        ];
        Some(Self::new(&UNINSTALL, &self.region, &parameters))
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
    fn what_changes_a_machine_says_what_takes_it_back() {
        let input = Parameters::default();
        let goal = |service: Option<&str>, restart| Goal {
            service: service.map(str::to_owned),
            application: "a".to_owned(),
            restart,
            is_open: true,
            is_live: false,
        };
        let package = Package { version: "4.2.1", sha256: "any" };
        let install = |goal: &Goal| Order::install(&input, "r", "1", package, goal);
        let said = |order: &Order| {
            let undo = order.undo().expect("it changes something");
            assert_eq!((undo.script.name, undo.region.as_str()), ("uninstall", "r"));
            let value = |name| {
                undo.parameters.iter().find(|(own, _)| *own == name).map(|(_, it)| it.clone())
            };
            (value("services").unwrap(), value("restart").unwrap())
        };
        let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
        assert_eq!(said(&install(&goal(Some("orders"), true))), pair("orders", "yes"));
        assert_eq!(said(&install(&goal(None, false))), pair("none", "no"));
        assert_eq!(said(&Order::fetch(&input, "r", "1")), pair("none", "no"));
        assert_eq!(Order::look(&input, "r").undo(), None);
        assert_eq!(Order::uninstall(&input, Agent::Java, "r", "all", false).undo(), None);
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
