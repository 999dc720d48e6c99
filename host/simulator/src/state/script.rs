//! What scripts do to a machine without being run.
//!
//! A script says what it is for in a comment among its first lines: `# host-script: <word>`. The
//! words are those of the workflow `ecs`, and so are parameters, lines and exit codes. A script
//! without a word that is known changes nothing, writes nothing and ends with 0.
//!
//! | word | parameters | what it writes |
//! |---|---|---|
//! | `look` | `agent`, `network`, `services` (names, or `none`) | facts, see below |
//! | `fetch` | `agent`, `version`, `network` | `sha256=`, `bytes=`, `from=`; or `agent-present` and `sha256=` |
//! | `install` | `agent`, `license_key`, `account`, `region`, `version`, `dir`, `sha256`, `service` (or `none`), `app_name`, `restart` | `agent-installed` or `agent-present`, `service-configured` or `service-unchanged`, `service-restarted`, `start-unchanged` |
//! | `uninstall` | `agent`, `dir`, `services` (names, or `all`), `restart` | `service-restored`, `service-restarted`; `agent-removed`, `agent-absent`, or `agent-in-use` and a line that begins with `stays:` |
//!
//! Facts of `look`, one in each line, in this order:
//!
//! ```text
//! arch=x86_64
//! memory-mb=8192
//! memory-available-mb=4096
//! disk-free-mb=20480
//! network=internal|public|none
//! systemd=yes|no
//! java=yes|no
//! python=yes|no
//! unzip=yes|no
//! agent=<version>|none|foreign
//! loose=<number>
//! service=<name> state=running|stopped|missing runtime=<language>|other javaagent=yes|no tool-options=yes|no app=<name> account=<id> region=<id> live=yes|no
//! ```
//!
//! Exit codes: 10 no runtime, 11 nothing to download from, 12 no such service, 13 a parameter is
//! wrong, 14 a program is missing, 15 somebody else's agent, 17 another digest, 19 the service does
//! not start.

use std::collections::BTreeMap;

use host_model::Timestamp;
use sha2::{Digest as _, Sha256};

use super::machine::{Machine, Service, Setup, Sight};
use crate::entropy::hex;

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

/// The version that `pip` installs where none is asked for.
const PYTHON_LATEST: &str = "1.0.1";

/// The word of a script; empty if it has none.
pub(crate) fn word_of(script: &str) -> &str {
    let mut lines = script.lines().take(MARK_LINES);
    lines.find_map(|line| line.trim().strip_prefix(MARK)).unwrap_or_default().trim()
}

/// The parameters of a script.
type Given = BTreeMap<String, String>;

/// The lines that a script writes, or how it fails: its exit code and its last words.
type Lines = Result<Vec<String>, (i64, String)>;

fn fail<T>(code: i64, words: impl Into<String>) -> Result<T, (i64, String)> {
    Err((code, words.into()))
}

fn given<'a>(parameters: &'a Given, name: &str) -> Result<&'a str, (i64, String)> {
    match parameters.get(name).filter(|value| !value.is_empty()) {
        Some(value) => Ok(value),
        None => fail(13, format!("the parameter {name} is wrong")),
    }
}

const fn yes(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// The digest of a package: the same on every machine.
fn digest(agent: &str, version: &str) -> String {
    hex(&Sha256::digest(format!("{agent}-{version}")))
}

fn is_named(service: &Service, names: &str) -> bool {
    let names = names.split(',').map(|name| name.trim_end_matches(".service"));
    names.into_iter().any(|name| name == service.name)
}

impl Machine {
    /// Does what a script of that word would do.
    pub(crate) fn run(&mut self, word: &str, parameters: &Given, now: Timestamp) -> Ran {
        self.suppose(parameters);
        let mut lines = Vec::new();
        let outcome = match word {
            "look" => self.look(parameters, now),
            "fetch" => self.fetch(parameters),
            "install" => self.install(parameters, now, &mut lines),
            "uninstall" => self.uninstall(parameters, now),
            _ => Ok(Vec::new()),
        };
        let (exit_code, more) = match outcome {
            Ok(more) => (0, more),
            Err((code, words)) => (code, vec![words]),
        };
        lines.extend(more);
        let output = lines.into_iter().fold(String::new(), |text, line| text + &line + "\n");
        Ran { exit_code, output }
    }

    /// From where it downloads, if it may use `wanted`.
    fn way(&self, wanted: &str) -> &'static str {
        match (self.network.as_str(), wanted) {
            ("internal", "internal" | "internal-first") => "internal",
            ("internal" | "public", "public" | "internal-first") => "public",
            _ => "none",
        }
    }

    fn look(&self, parameters: &Given, now: Timestamp) -> Lines {
        let agent = given(parameters, "agent")?;
        let names = given(parameters, "services")?;
        let mut lines = vec![
            format!("arch={}", self.arch),
            format!("memory-mb={}", self.memory_mb),
            format!("memory-available-mb={}", self.memory_mb / 2),
            format!("disk-free-mb={}", self.disk_free_mb),
            format!("network={}", self.way(given(parameters, "network")?)),
            format!("systemd={}", yes(self.systemd)),
            format!("java={}", yes(self.java)),
            format!("python={}", yes(self.python)),
            format!("unzip={}", yes(self.unzip)),
            format!("agent={}", self.agents.get(agent).map_or("none", String::as_str)),
        ];
        // Where no service is asked for by name, something that the agent is for is supposed to run.
        let loose = u8::from(self.sight == Sight::Supposed && names == "none");
        lines.extend((agent != "go").then(|| format!("loose={loose}")));
        let wanted = |service: &&Service| {
            let runs = agent != "go" && service.running && service.runtime == agent;
            let set_up = service.setup.as_ref().is_some_and(|setup| setup.agent == agent);
            is_named(service, names) || runs || set_up
        };
        let described = self.services.iter().filter(wanted).map(|it| it.described(agent, now));
        let missing =
            names.split(',').map(|name| name.trim_end_matches(".service")).filter(|name| {
                *name != "none" && self.services.iter().all(|service| service.name != *name)
            });
        let missing = missing.map(|name| {
            format!(
                "service={name} state=missing runtime=other javaagent=no tool-options=no \
                 app=none account=none region=none live=no"
            )
        });
        let mut services: Vec<String> = described.chain(missing).collect();
        services.sort();
        lines.extend(services);
        Ok(lines)
    }

    fn fetch(&mut self, parameters: &Given) -> Lines {
        let (agent, version) = (given(parameters, "agent")?, given(parameters, "version")?);
        if agent == "java" && !self.unzip {
            return fail(14, "unzip is not installed, and the agent is a zip file");
        }
        let digest = format!("sha256={}", digest(agent, version));
        if self.agents.get(agent).is_some_and(|present| present == version) {
            return Ok(vec!["agent-present".to_owned(), digest]);
        }
        let way = self.way(given(parameters, "network")?);
        if way == "none" {
            return fail(11, "cannot download the agent: connection timed out");
        }
        self.fetched.insert(format!("{agent}-{version}"));
        Ok(vec![digest, "bytes=41943040".to_owned(), format!("from={way}")])
    }

    /// What is said before a failure stays said.
    fn install(&mut self, parameters: &Given, now: Timestamp, said: &mut Vec<String>) -> Lines {
        let agent = given(parameters, "agent")?;
        for name in ["license_key", "account", "region", "version", "dir", "sha256", "restart"] {
            given(parameters, name)?;
        }
        said.push(self.place(agent, parameters)?.to_owned());
        let name = given(parameters, "service")?.trim_end_matches(".service");
        if name == "none" {
            return Ok(Vec::new());
        }
        let service = self.services.iter_mut().find(|service| service.name == name);
        let Some(service) = service.filter(|_| self.systemd) else {
            return fail(12, format!("there is no service {name}"));
        };
        let mut lines = vec![service.configure(agent, parameters, now)?];
        if given(parameters, "restart")? == "yes"
            && service.running
            && service.live_since(now).is_none()
        {
            if !service.sound {
                service.setup = None;
                return fail(19, format!("service {name} does not stay up with the agent"));
            }
            if let Some(setup) = &mut service.setup {
                setup.restarted = Some(now);
            }
            lines.push("service-restarted".to_owned());
        }
        lines.extend((agent != "java" && !service.launcher).then(|| "start-unchanged".to_owned()));
        Ok(lines)
    }

    /// Puts the agent in its place.
    fn place(&mut self, agent: &str, parameters: &Given) -> Result<&'static str, (i64, String)> {
        let version = match (agent, given(parameters, "version")?) {
            ("python", "latest") => PYTHON_LATEST,
            (_, version) => version,
        };
        match self.agents.get(agent).map(String::as_str) {
            Some("foreign") => return fail(15, "the agent's folder is not of this workflow"),
            Some(present) if present == version => return Ok("agent-present"),
            _ => {}
        }
        if agent == "python" {
            if !self.python {
                return fail(10, "there is no python3");
            }
            if self.network == "none" {
                return fail(11, "pip cannot install aliyun-bootstrap");
            }
        } else {
            if !self.fetched.remove(&format!("{agent}-{version}")) {
                return fail(11, "the agent has not been downloaded: fetch comes first");
            }
            if given(parameters, "sha256")? != digest(agent, version) {
                return fail(17, "the package has another SHA-256");
            }
        }
        self.agents.insert(agent.to_owned(), version.to_owned());
        Ok("agent-installed")
    }

    fn uninstall(&mut self, parameters: &Given, now: Timestamp) -> Lines {
        let (agent, dir) = (given(parameters, "agent")?, given(parameters, "dir")?);
        let names = given(parameters, "services")?;
        let restart = given(parameters, "restart")? == "yes";
        let ours = |service: &Service| {
            service.setup.as_ref().is_some_and(|setup| setup.agent == agent && setup.dir == dir)
        };
        self.fetched.clear();
        let mut lines = Vec::new();
        for service in &mut self.services {
            if !ours(service) || !(names == "all" || is_named(service, names)) {
                continue;
            }
            let live = service.live_since(now).is_some();
            service.setup = None;
            service.loaded = (live && !restart).then_some(now);
            lines.push("service-restored".to_owned());
            lines.extend((restart && service.running).then(|| "service-restarted".to_owned()));
        }
        let loaded = |service: &Service| agent == "java" && service.still_has_agent(now);
        let in_use = self.services.iter().any(|service| ours(service) || loaded(service));
        let there = self.agents.get(agent).is_some_and(|version| version != "foreign");
        lines.push(match (there, in_use) {
            (false, _) => "agent-absent".to_owned(),
            (true, true) => "agent-in-use".to_owned(),
            (true, false) => {
                self.agents.remove(agent);
                "agent-removed".to_owned()
            }
        });
        let set_up = self.services.iter().any(ours);
        let stays = "stays: the agent, which a process has loaded: restart it, and undo again";
        lines.extend((there && in_use && !set_up).then(|| stays.to_owned()));
        Ok(lines)
    }
}

impl Service {
    fn described(&self, agent: &str, now: Timestamp) -> String {
        let setup = self.setup.as_ref();
        let part = |part: fn(&Setup) -> &str| setup.map_or("none", part);
        let runtime = if self.running && self.runtime == agent { agent } else { "other" };
        format!(
            "service={} state={} runtime={runtime} javaagent={} tool-options={} app={} account={} \
             region={} live={}",
            self.name,
            if self.running { "running" } else { "stopped" },
            yes(self.javaagent),
            yes(self.tool_options),
            part(|setup| &setup.app),
            part(|setup| &setup.account),
            part(|setup| &setup.region),
            yes(self.live_since(now).is_some()),
        )
    }

    /// Writes the set-up; one that says the same stays.
    fn configure(
        &mut self,
        agent: &str,
        parameters: &Given,
        now: Timestamp,
    ) -> Result<String, (i64, String)> {
        let text = |name: &str| given(parameters, name).map(str::to_owned);
        let mut setup = Setup {
            agent: agent.to_owned(),
            license_key: text("license_key")?,
            account: text("account")?,
            region: text("region")?,
            app: text("app_name")?,
            dir: text("dir")?,
            at: now,
            restarted: None,
        };
        if let Some(old) = &self.setup {
            (setup.at, setup.restarted) = (old.at, old.restarted);
            if *old == setup {
                return Ok("service-unchanged".to_owned());
            }
            (setup.at, setup.restarted) = (now, None);
        }
        self.setup = Some(setup);
        Ok("service-configured".to_owned())
    }
}
