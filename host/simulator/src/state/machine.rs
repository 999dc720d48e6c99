//! What is on a machine. What scripts do to it stands in `script`.

use std::collections::{BTreeMap, BTreeSet};

use host_model::{AccountId, RunId, Timestamp};
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
    /// Free space for agents, in MiB.
    pub disk_free_mb: u32,
    /// From where it reaches ARMS: `internal`, `public` or `none`.
    pub network: String,
    /// Whether systemd runs its services.
    pub systemd: bool,
    /// Whether there is Java.
    pub java: bool,
    /// Whether there is Python, from 3.8 on.
    pub python: bool,
    /// Whether there is `unzip`.
    pub unzip: bool,
    /// Agents that are there, with their versions, by language; `foreign` for somebody else's.
    pub agents: BTreeMap<String, String>,
    /// Packages that were downloaded, as `java-4.2.1`.
    pub fetched: BTreeSet<String>,
    /// What runs on it.
    pub services: Vec<Service>,
    /// Whether anybody has seen what is on it.
    #[serde(skip)]
    pub(crate) sight: Sight,
}

/// Whether it is known what is on a machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Sight {
    /// It is.
    #[default]
    Seen,
    /// Nobody has looked.
    Unseen,
    /// Nobody has, and a script was answered with what it wrote in an earlier run.
    Remembered {
        /// Which run that was.
        run: RunId,
        /// When the script wrote it.
        at: Timestamp,
    },
    /// Nobody has, and a script was answered as if what it is about were there.
    Supposed,
}

/// What a script that only looks wrote on a machine when a run sent it there: for as long as nobody has looked
/// since, a plan answers the same script with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remembered {
    /// Whose machine it is.
    pub account: AccountId,
    /// The instance.
    pub instance: String,
    /// The script, as it was written.
    pub script: String,
    /// What its places were filled with.
    pub parameters: BTreeMap<String, String>,
    /// What it wrote.
    pub output: String,
    /// The run that sent it.
    pub run: RunId,
    /// When it was read.
    pub at: Timestamp,
}

impl Machine {
    /// What a script writes here that wrote it before, if nobody knows better, and nothing was changed since.
    pub(crate) fn remember(
        &mut self,
        memory: &[Remembered],
        script: &str,
        parameters: &BTreeMap<String, String>,
    ) -> Option<String> {
        if matches!(self.sight, Sight::Seen | Sight::Supposed) {
            return None;
        }
        let mut memory = memory.iter();
        let it = memory.find(|it| it.script == script && it.parameters == *parameters)?;
        self.sight = Sight::Remembered { run: it.run.clone(), at: it.at };
        Some(it.output.clone())
    }

    /// A machine that nobody has looked at.
    pub(crate) fn unseen() -> Self {
        Self { sight: Sight::Unseen, ..Self::default() }
    }

    /// What a script is about is supposed to be there, and to need what it does, if nobody knows better.
    pub(crate) fn suppose(&mut self, parameters: &BTreeMap<String, String>) {
        if self.sight == Sight::Seen {
            return;
        }
        let given = |name: &str| parameters.get(name).map(String::as_str).unwrap_or_default();
        let runtime = given("agent");
        // Whoever puts an agent to use that nobody downloaded has seen it in an earlier run.
        let package = format!("{runtime}-{}", given("version"));
        let is_used = !given("sha256").is_empty() && !self.fetched.contains(&package);
        if matches!(self.sight, Sight::Remembered { .. }) && is_used {
            self.agents.insert(runtime.to_owned(), given("version").to_owned());
        }
        self.sight = Sight::Supposed;
        self.python |= runtime == "python";
        // Whoever sets a service up has seen it in an earlier run.
        let named = given("services").split(',').chain([given("service")]);
        let named = named.map(|name| name.trim_end_matches(".service"));
        for name in named.filter(|name| !matches!(*name, "" | "none" | "all")) {
            if self.services.iter().all(|service| service.name != name) {
                self.services.push(Service::running(name, runtime));
            }
        }
    }
}

impl Default for Machine {
    fn default() -> Self {
        Self {
            arch: "x86_64".to_owned(),
            memory_mb: 8192,
            disk_free_mb: 20_480,
            network: "internal".to_owned(),
            systemd: true,
            java: true,
            python: false,
            unzip: true,
            agents: BTreeMap::new(),
            fetched: BTreeSet::new(),
            services: Vec::new(),
            sight: Sight::Seen,
        }
    }
}

/// Something that runs on a machine, as a service of systemd.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Its name, without `.service`.
    pub name: String,
    /// `java`, `python` or `go`.
    #[serde(default = "java")]
    pub runtime: String,
    /// Whether it runs.
    #[serde(default = "yes")]
    pub running: bool,
    /// Whether it stays up when it is restarted with an agent.
    #[serde(default = "yes")]
    pub sound: bool,
    /// Whether another agent is in it already.
    #[serde(default)]
    pub javaagent: bool,
    /// Whether somebody else sets `JAVA_TOOL_OPTIONS` for it.
    #[serde(default)]
    pub tool_options: bool,
    /// Whether it was built, or is started, so that an agent for Python or Go is in it.
    #[serde(default)]
    pub launcher: bool,
    /// Whether somebody restarts it, once its agent is set up.
    #[serde(default)]
    pub restarted: Restart,
    /// How its agent is set up.
    #[serde(default)]
    pub setup: Option<Setup>,
    /// Since when its set-up is gone, while its process still has the agent loaded.
    #[serde(default)]
    pub loaded: Option<Timestamp>,
    /// Where it has been listed.
    #[serde(default)]
    pub listed: Vec<Listing>,
}

fn java() -> String {
    "java".to_owned()
}

const fn yes() -> bool {
    true
}

/// How a service's agent is set up.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setup {
    /// The agent's language.
    pub agent: String,
    /// The key that it reports with.
    pub license_key: String,
    /// The account that the key is said to be of.
    pub account: String,
    /// The region that it reports to.
    pub region: String,
    /// The application's name.
    pub app: String,
    /// The folder of the agent.
    pub dir: String,
    /// When that was set up.
    pub at: Timestamp,
    /// When a script restarted the service with it.
    pub restarted: Option<Timestamp>,
}

// It holds a license key.
impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("region", &self.region)
            .field("app", &self.app)
            .finish_non_exhaustive()
    }
}

impl Service {
    /// A service that runs and has no agent.
    fn running(name: &str, runtime: &str) -> Self {
        Self {
            name: name.to_owned(),
            runtime: runtime.to_owned(),
            running: true,
            sound: true,
            javaagent: false,
            tool_options: false,
            launcher: false,
            restarted: Restart::default(),
            setup: None,
            loaded: None,
            listed: Vec::new(),
        }
    }

    /// Since when its process has the agent, if it was restarted since it was set up.
    pub(crate) fn live_since(&self, now: Timestamp) -> Option<Timestamp> {
        let setup = self.setup.as_ref()?;
        let at = setup.restarted.or_else(|| self.restarted.at(setup.at))?;
        (self.running && at <= now).then_some(at)
    }

    /// Whether its process still has an agent whose set-up is gone.
    pub(crate) fn still_has_agent(&self, now: Timestamp) -> bool {
        let gone = |since| self.restarted.at(since).is_some_and(|at| at <= now);
        self.running && self.loaded.is_some_and(|since| !gone(since))
    }

    /// Whether it reports, once it is restarted: agents for Python and Go need a launcher.
    pub(crate) fn can_report(&self) -> bool {
        self.setup.as_ref().is_some_and(|setup| setup.agent == "java") || self.launcher
    }
}
