//! One run that is killed, in a cloud of its own.

use std::fs;
use std::path::Path;

use host_e2e::{ACCOUNTS, Home, Seen, Server, crashing};
use serde_json::Value as Json;

use crate::workflow::Workflow;

/// A user of the machine, and the cloud that runs beside.
pub(crate) struct Case {
    workflow: &'static Workflow,
    home: Home,
    server: Option<Server>,
    /// The run that is taken back.
    done: Option<String>,
}

/// What is there when all is over.
#[derive(Debug)]
pub(crate) struct Left {
    /// The cloud: its state, and how often each action had an effect.
    pub(crate) cloud: Json,
    /// What the vault keeps, and what it waits for.
    pub(crate) vault: Vec<Json>,
}

impl Case {
    /// A new cloud.
    pub(crate) fn new(workflow: &'static Workflow, scenario: &str) -> Self {
        let home = Home::new();
        let clock = home.path("clock").display().to_string();
        let home = home.with_program(crashing()).with("HOST_CRASH_CLOCK", &clock);
        let scenario = home.write("scenario.toml", scenario).display().to_string();
        home.write("home/.aliyun/.keep", "");
        let config = home.path("home/.aliyun/config.json").display().to_string();
        let save = home.path("cloud.json").display().to_string();
        let words = ["--scenario", &scenario, "--write-config", &config, "--save", &save];
        let server = (!workflow.offline).then(|| Server::start(&home, &words));
        let mut case = Self { workflow, home, server, done: None };
        if workflow.is_undone {
            let seen = case.work(&[]).exits(0);
            case.done = seen.ended()["run"].as_str().map(str::to_owned);
        }
        case
    }

    /// The user of the machine.
    pub(crate) const fn home(&self) -> &Home {
        &self.home
    }

    /// What is killed.
    pub(crate) fn run(&self, environment: &[(&str, &str)]) -> Seen {
        match &self.done {
            Some(run) => self.home.host_with(environment, &["undo", run, "--yes", "--json"]),
            None => self.work(environment),
        }
    }

    /// Runs the workflow.
    fn work(&self, environment: &[(&str, &str)]) -> Seen {
        let mut words = vec!["run".to_owned()];
        words.extend(self.workflow.words.iter().copied().map(str::to_owned));
        words.push("--json".to_owned());
        match &self.server {
            Some(server) => {
                words.extend(["--yes".to_owned(), "--endpoint".to_owned()]);
                words.push(format!("http://{}", server.address));
                words.extend(ACCOUNTS.map(str::to_owned));
            }
            None => {
                words.push(format!("--simulate={}", self.home.path("scenario.toml").display()));
            }
        }
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        self.home.host_with(environment, &words)
    }

    /// Goes on with it.
    pub(crate) fn resume(&self, environment: &[(&str, &str)]) -> Seen {
        if self.done.is_some() {
            return self.run(environment);
        }
        self.home.host_with(environment, &["resume", "last", "--yes", "--json"])
    }

    /// Ends the cloud, and looks at what is there.
    pub(crate) fn end(self) -> Result<Left, String> {
        let scenario = format!("--simulate={}", self.home.path("scenario.toml").display());
        let place = match &self.server {
            Some(server) => vec!["--endpoint", &server.address],
            None => vec![scenario.as_str()],
        };
        let listed = self.home.host(&[&["vault", "list", "--json"], &place[..]].concat());
        if listed.exit != Some(0) {
            return Err(format!("the vault cannot be listed: {listed}"));
        }
        let vault = listed.events();
        let text = if let Some(server) = self.server {
            let (exit, rest) = server.terminate();
            assert_eq!(exit, Some(0), "{rest}");
            read(&self.home.path("cloud.json"))?
        } else {
            let clouds = Home::files(&self.home.state().join("simulated"));
            let cloud = clouds.into_iter().find(|(path, _)| path.ends_with("cloud.json"));
            let (_, bytes) = cloud.ok_or("there is no cloud")?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.split_once('\n').map(|(_, rest)| rest.to_owned()).unwrap_or_default()
        };
        let saved: Json = serde_json::from_str(&text).map_err(|error| error.to_string())?;
        Ok(Left { cloud: saved["cloud"].clone(), vault })
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))
}
