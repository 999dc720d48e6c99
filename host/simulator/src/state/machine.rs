//! What is on a machine, and what scripts do to it without being run.
//!
//! A script says what it is for in a comment among its first lines: `# host-script: <word>`. A
//! script without one changes nothing, writes nothing and ends with 0.
//!
//! | word | parameters | what it writes |
//! |---|---|---|
//! | `look` | | facts, see below |
//! | `install-java`, `install-python` | `license_key`, `region`, `version`, `dir`, `services`, `restart` | `agent-installed` or `agent-present`, `services-configured`, `services-restarted` |
//! | `uninstall-java`, `uninstall-python` | `services`, `restart` | `agent-removed` or `agent-absent`, `services-restarted` |
//! | `restart` | `services` | `services-restarted` |
//!
//! `services` is `name=application`, separated by commas; an uninstall needs the names only and
//! takes all services if there are none. `restart` is `yes` or `no`.
//!
//! Facts of `look`, one in each line, in this order:
//!
//! ```text
//! arch=x86_64
//! memory-mb=8192
//! network=internal|public|none
//! java=yes|no
//! python=yes|no
//! agent=<version or none>
//! service=<name> runtime=<java|python> javaagent=<yes|no> tool-options=<yes|no> app=<name or none>
//! ```
//!
//! `javaagent` and `tool-options` are about agents and options of others, not about what
//! `install-java` set up; that is `app`.
//!
//! Failures have exit codes of their own: 10 no such runtime, 11 nothing to download from, 12 no
//! such service, 13 a parameter is missing.

use std::collections::BTreeMap;

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Listing, Restart};

/// What is on a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Machine {
    /// `x86_64` or `aarch64`.
    pub arch: String,
    /// Its memory, in MiB.
    pub memory_mb: u32,
    /// From where it reaches ARMS: `internal`, `public` or `none`.
    pub network: String,
    /// Whether there is Java.
    pub java: bool,
    /// Whether there is Python, from 3.8 on.
    pub python: bool,
    /// The version of the agent that is there.
    pub agent: Option<String>,
    /// What runs on it.
    pub services: Vec<Service>,
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            arch: "x86_64".to_owned(),
            memory_mb: 8192,
            network: "internal".to_owned(),
            java: true,
            python: false,
            agent: None,
            services: Vec::new(),
        }
    }
}

/// Something that runs on a machine.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// The name of its unit.
    pub name: String,
    /// `java` or `python`.
    #[serde(default = "java")]
    pub runtime: String,
    /// Whether another agent is in it already.
    #[serde(default)]
    pub javaagent: bool,
    /// Whether somebody else sets `JAVA_TOOL_OPTIONS` for it.
    #[serde(default)]
    pub tool_options: bool,
    /// Whether somebody restarts it, once its agent is set up.
    #[serde(default)]
    pub restarted: Restart,
    /// How its agent is set up.
    #[serde(default)]
    pub setup: Option<Setup>,
    /// Where it has been listed.
    #[serde(default)]
    pub listed: Vec<Listing>,
}

fn java() -> String {
    "java".to_owned()
}

/// How a service's agent is set up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The key that it reports with.
    pub license_key: String,
    /// The region that it reports to.
    pub region: String,
    /// The application's name.
    pub app: String,
    /// When that was set up, or the service restarted since.
    pub at: Timestamp,
    /// Whether the script restarted the service.
    pub restarted: bool,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("region", &self.region)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

/// What a script came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Ran {
    pub(crate) exit_code: i64,
    pub(crate) output: String,
}

/// How a script says what it is for.
const MARK: &str = "# host-script: ";

/// The lines where the mark is looked for.
const MARK_LINES: usize = 5;

/// The word of a script; empty if it has none.
pub(crate) fn word_of(script: &str) -> &str {
    let mut lines = script.lines().take(MARK_LINES);
    lines.find_map(|line| line.trim().strip_prefix(MARK)).unwrap_or_default().trim()
}

fn failed(exit_code: i64, output: &str) -> Ran {
    Ran { exit_code, output: format!("{output}\n") }
}

impl Machine {
    /// Does what a script of that word would do.
    pub(crate) fn run(
        &mut self,
        word: &str,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Ran {
        let outcome = match word {
            "look" => Ok(self.look()),
            "install-java" => self.install("java", parameters, now),
            "install-python" => self.install("python", parameters, now),
            "uninstall-java" => self.uninstall("java", parameters),
            "uninstall-python" => self.uninstall("python", parameters),
            "restart" => self.restart(parameters, now),
            _ => Ok(Vec::new()),
        };
        outcome.map_or_else(
            |failure| failure,
            |lines| {
                let output = lines.into_iter().fold(String::new(), |text, line| text + &line + "\n");
                Ran { exit_code: 0, output }
            },
        )
    }

    fn look(&self) -> Vec<String> {
        let yes = |it: bool| if it { "yes" } else { "no" };
        let mut lines = vec![
            format!("arch={}", self.arch),
            format!("memory-mb={}", self.memory_mb),
            format!("network={}", self.network),
            format!("java={}", yes(self.java)),
            format!("python={}", yes(self.python)),
            format!("agent={}", self.agent.as_deref().unwrap_or("none")),
        ];
        lines.extend(self.services.iter().map(|service| {
            format!(
                "service={} runtime={} javaagent={} tool-options={} app={}",
                service.name,
                service.runtime,
                yes(service.javaagent),
                yes(service.tool_options),
                service.setup.as_ref().map_or("none", |setup| setup.app.as_str()),
            )
        }));
        lines
    }

    fn install(
        &mut self,
        runtime: &str,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<String>, Ran> {
        let there = if runtime == "java" { self.java } else { self.python };
        if !there {
            return Err(failed(10, &format!("{runtime} is not installed")));
        }
        if self.network == "none" {
            return Err(failed(11, "the agent cannot be downloaded: connection timed out"));
        }
        let license_key = given(parameters, "license_key")?;
        let region = given(parameters, "region")?;
        let version = given(parameters, "version")?;
        let restarted = parameters.get("restart").is_some_and(|it| it == "yes");
        let wanted = pairs(parameters);
        self.must_have(&wanted)?;
        let present = self.agent.as_deref() == Some(version);
        let mut lines = vec![if present { "agent-present" } else { "agent-installed" }.to_owned()];
        self.agent = Some(version.to_owned());
        for (name, app) in &wanted {
            let Some(service) = self.services.iter_mut().find(|it| it.name == *name) else {
                continue;
            };
            let same = service.setup.as_ref().is_some_and(|setup| {
                setup.license_key == license_key && setup.region == region && setup.app == *app
            });
            if !same || restarted {
                service.setup = Some(Setup {
                    license_key: license_key.to_owned(),
                    region: region.to_owned(),
                    app: app.clone(),
                    at: now,
                    restarted,
                });
            }
        }
        if !wanted.is_empty() {
            lines.push("services-configured".to_owned());
            lines.extend(restarted.then(|| "services-restarted".to_owned()));
        }
        Ok(lines)
    }

    fn uninstall(
        &mut self,
        runtime: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, Ran> {
        let wanted = pairs(parameters);
        self.must_have(&wanted)?;
        let was = if self.agent.take().is_some() { "agent-removed" } else { "agent-absent" };
        for service in self.services.iter_mut().filter(|it| it.runtime == runtime) {
            if wanted.is_empty() || wanted.iter().any(|(name, _)| *name == service.name) {
                service.setup = None;
            }
        }
        let restarted = parameters.get("restart").is_some_and(|it| it == "yes");
        let restarted = restarted.then(|| "services-restarted".to_owned());
        Ok(std::iter::once(was.to_owned()).chain(restarted).collect())
    }

    fn restart(
        &mut self,
        parameters: &BTreeMap<String, String>,
        now: Timestamp,
    ) -> Result<Vec<String>, Ran> {
        let wanted = pairs(parameters);
        self.must_have(&wanted)?;
        for service in &mut self.services {
            if wanted.iter().any(|(name, _)| *name == service.name)
                && let Some(setup) = &mut service.setup
            {
                setup.at = now;
                setup.restarted = true;
            }
        }
        Ok(vec!["services-restarted".to_owned()])
    }

    fn must_have(&self, wanted: &[(String, String)]) -> Result<(), Ran> {
        let missing = wanted.iter().find(|(name, _)| self.services.iter().all(|it| it.name != *name));
        match missing {
            Some((name, _)) => Err(failed(12, &format!("there is no service {name}"))),
            None => Ok(()),
        }
    }
}

fn given<'a>(parameters: &'a BTreeMap<String, String>, name: &str) -> Result<&'a str, Ran> {
    let value = parameters.get(name).filter(|value| !value.is_empty());
    value.map(String::as_str).ok_or_else(|| failed(13, &format!("no {name} was given")))
}

/// `name=application` pairs, separated by commas.
fn pairs(parameters: &BTreeMap<String, String>) -> Vec<(String, String)> {
    let text = parameters.get("services").map(String::as_str).unwrap_or_default();
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    let pair = |item: &str| {
        let (name, app) = item.split_once('=').unwrap_or((item, item));
        (name.to_owned(), app.to_owned())
    };
    items.map(pair).collect()
}
