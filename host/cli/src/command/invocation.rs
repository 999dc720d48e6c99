//! What is run, and on whom: the words that `run` and `plan` share.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use host_policy::Allowances;
use host_runner::record::Place;
use host_runner::{InputSource, build_input};
use host_runtime::Prepared;
use serde_json::{Map, Value};

use crate::command::read_component;
use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::session::{Realm, Session, Terms, allowances};
use crate::{policy, vetted};

/// What is run, and on whom.
#[derive(Debug, Args)]
pub(super) struct Invocation {
    /// The workflow's component.
    workflow: PathBuf,
    /// A parameter of the workflow; `name.inner=value` reaches inside of an object. May be repeated.
    #[arg(short = 'p', long = "parameter", value_name = "NAME=VALUE", value_parser = pair)]
    parameters: Vec<(String, String)>,
    /// A file of parameters: TOML or JSON.
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// Which profile of `~/.aliyun/config.json` an account of the workflow is, and its id; `NAME=@ID` takes
    /// the keys that the official SDKs would take.
    #[arg(long = "account", value_name = "NAME=PROFILE[@ID]", value_parser = pair)]
    accounts: Vec<(String, String)>,
    /// Run against the offline cloud, which is kept between runs; a scenario file describes another one.
    #[expect(clippy::option_option, reason = "absent, bare and with a file are three things")]
    #[arg(long, value_name = "SCENARIO", num_args = 0..=1, require_equals = true, conflicts_with_all = ["accounts", "endpoint"])]
    simulate: Option<Option<PathBuf>>,
    /// Begin with a new offline cloud.
    #[arg(long, requires = "simulate")]
    pub(super) fresh: bool,
    /// Allow a class of risk: `access-key`, `console-login`, `mfa`, `broad-policy`, `user=NAME`, `principal=ARN`.
    #[arg(long, value_name = "WORD")]
    allow: Vec<String>,
    /// A file of what you grant: what it does not grant is denied (`docs/policy.md`).
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// Take over objects that are there without this program's mark.
    #[arg(long)]
    adopt: bool,
    /// Also send calls that are meant to be refused. They raise alerts in a real cloud.
    #[arg(long)]
    pub(super) provoke: bool,
    /// Send every call to one address, such as that of `host simulate`; plain HTTP on loopback only.
    #[arg(long, value_name = "ADDR")]
    endpoint: Option<String>,
    /// Another `host.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show reads as well.
    #[arg(short, long)]
    verbose: bool,
    /// JSON instead of text: a plan as one document, all else as one object a line.
    #[arg(long)]
    pub(super) json: bool,
}

/// A workflow with its input, in its place, ready to be run or planned.
pub(super) struct Ready<'a> {
    pub(super) session: Session<'a>,
    /// Where the component is, from everywhere.
    pub(super) file: String,
    pub(super) bytes: Vec<u8>,
    pub(super) workflow: Prepared,
    pub(super) place: Place,
    pub(super) realm: Realm,
    pub(super) input: Value,
    pub(super) allowed: Vec<String>,
    pub(super) allowances: Allowances,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}

impl Invocation {
    /// What is agreed to before anything begins.
    pub(super) fn terms(&self, ready: &Ready<'_>, unattended: bool) -> Terms {
        let vetted = vetted::is_vetted(&ready.workflow.package().digest);
        Terms { unattended, vetted, provoke: self.provoke }
    }

    /// Reads and checks everything that the words name.
    pub(super) async fn ready<'a>(&self, context: &'a Context) -> Result<Ready<'a>, Failure> {
        let session = Session::open(context, self.config.as_deref(), self.json, self.verbose)?;
        let bytes = read_component(&self.workflow)?;
        let name = self.workflow.display().to_string();
        let workflow = super::run::prepare(&session, &name, &bytes)?;
        let place = self.place()?;
        let realm = session.realm(&place, self.fresh).await?;
        let place = realm.at(place);
        let manifest = &workflow.package().manifest;
        let defaults = match &realm {
            Realm::Offline(offline) => offline.parameters(&manifest.name),
            Realm::Online(_) => None,
        };
        let input = self.input(&manifest.parameters, defaults)?;
        let allowed = self.allowed(&session.config);
        let policy = policy::chosen(self.policy.as_deref(), &session.config)?;
        let allowances = Allowances { policy, ..allowances(&allowed, self.adopt)? };
        let file = whole(&self.workflow);
        Ok(Ready { session, file, bytes, workflow, place, realm, input, allowed, allowances })
    }

    /// Where the cloud of this run is.
    fn place(&self) -> Result<Place, Failure> {
        let config = self.config.as_deref().map(whole);
        if let Some(scenario) = &self.simulate {
            let scenario = scenario.as_deref().map(whole);
            return Ok(Place::Offline { scenario, id: None, config });
        }
        let mut profiles = BTreeMap::new();
        for (name, value) in &self.accounts {
            if profiles.insert(name.clone(), value.clone()).is_some() {
                let message = format!("the account `{name}` is bound twice");
                return Err(Failure::usage("run.account-repeated", message));
            }
        }
        Ok(Place::Online { profiles, endpoint: self.endpoint.clone(), config })
    }

    fn input(
        &self,
        schema: &Value,
        defaults: Option<Map<String, Value>>,
    ) -> Result<Value, Failure> {
        let mut sources: Vec<InputSource> = defaults.into_iter().map(InputSource::Object).collect();
        if let Some(path) = &self.params {
            sources.push(InputSource::Object(read_parameters(path)?));
        }
        let pairs = self.parameters.iter().cloned();
        sources.extend(pairs.map(|(name, value)| InputSource::Pair(name, value)));
        Ok(build_input(schema, &sources)?)
    }

    /// The words of `--allow`, and those of `host.toml`.
    fn allowed(&self, config: &Config) -> Vec<String> {
        let settings = &config.allow;
        let words = self.allow.iter().cloned().chain(settings.risks.iter().cloned());
        let named = [
            ("user", &settings.users),
            ("principal", &settings.principals),
            ("addon", &settings.addons),
            ("addon-setting", &settings.addon_settings),
        ];
        let named = named
            .into_iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}={name}")));
        words.chain(named).collect()
    }
}

/// A file of parameters: TOML by its name, JSON otherwise.
fn read_parameters(path: &Path) -> Result<Map<String, Value>, Failure> {
    let wrong = |reason: String| {
        Failure::usage("input.file-invalid", format!("`{}`: {reason}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let is_toml = path.extension().is_some_and(|end| end == "toml");
    let value: Result<Value, String> = if is_toml {
        toml::from_str(&text).map_err(|error| error.message().to_owned())
    } else {
        serde_json::from_str(&text).map_err(|error| error.to_string())
    };
    match value.map_err(wrong)? {
        Value::Object(object) => Ok(object),
        _ => Err(wrong("must be an object of parameters".to_owned())),
    }
}

/// A path that means the same from everywhere.
fn whole(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole.to_string_lossy().into_owned()
}
