//! `host run`: a workflow, from its file to the verdict.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use host_client::{Client, Observer};
use host_model::{Problem as _, RunId, SecretText};
use host_policy::Allowances;
use host_ports::{Clock, Entropy};
use host_runner::{
    BoundAccounts, InputSource, Mark, Reporter, Run, RunSettings, Secrets, build_input,
};
use host_runtime::{Cache, CacheKey, Engine, Prepared, RuntimeError};
use host_vault::Vault;
use serde_json::{Map, Value};

use crate::command::read_component;
use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::offline::Offline;
use crate::online::Online;
use crate::output::{self, Human, Json, Notes, line};
use crate::terminal::Terminal;
use crate::{interrupt, unlock, vetted};

/// Run a workflow: against the offline cloud with `--simulate`, or with your own accounts.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
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
    fresh: bool,
    /// Ask nothing: only for vetted workflows, and for no risk that `--allow` does not name.
    #[arg(long)]
    yes: bool,
    /// Allow a class of risk: `access-key`, `console-login`, `mfa`, `broad-policy`, `user=NAME`, `principal=ARN`.
    #[arg(long, value_name = "WORD")]
    allow: Vec<String>,
    /// Take over objects that are there without this program's mark.
    #[arg(long)]
    adopt: bool,
    /// Also send calls that are meant to be refused. They raise alerts in a real cloud.
    #[arg(long)]
    provoke: bool,
    /// Send every call to one address, such as that of `host simulate`; plain HTTP on loopback only.
    #[arg(long, value_name = "ADDR")]
    endpoint: Option<String>,
    /// Another `host.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Show reads as well.
    #[arg(short, long)]
    verbose: bool,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("must be NAME=VALUE".to_owned()),
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let config = Config::read(context, arguments.config.as_deref())?;
    let folders = Folders::prepare(context)?;
    let entropy = Arc::new(host_net::SystemEntropy);
    let key = folders.key(entropy.as_ref())?;
    let bytes = read_component(&arguments.workflow)?;
    let engine = Engine::new(&config.limits)?;
    let cache = Cache::new(folders.cache.clone(), CacheKey::new(key));
    let name = arguments.workflow.display().to_string();
    let workflow = Prepared::new(&engine, Some(&cache), &name, &bytes)?;
    let session = Session {
        arguments: &arguments,
        context,
        config: &config,
        folders: &folders,
        notes: Arc::new(Notes::default()),
    };
    match &arguments.simulate {
        Some(scenario) => {
            let offline = Offline::open(&folders, scenario.as_deref(), arguments.fresh)?;
            let exit = session.offline(&workflow, &offline).await?;
            // `run-ended` was the last line of the stream: what follows it goes to people only.
            match offline.save() {
                Ok(()) => Ok(exit),
                Err(failure) => Ok(output::failure(&failure, false)),
            }
        }
        None => session.online(&workflow).await,
    }
}

/// What a run is made of, besides the cloud.
struct Session<'a> {
    arguments: &'a Arguments,
    context: &'a Context,
    config: &'a Config,
    folders: &'a Folders,
    /// Waits and corrections of the client, while they happen.
    notes: Arc<Notes>,
}

/// A cloud, offline or real, behind the ports that a run reaches it through.
pub(crate) struct Cloud {
    pub(crate) client: Arc<Client>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) accounts: BoundAccounts,
    pub(crate) vault: Vault,
    /// Secrets that are known before the run begins.
    pub(crate) known: Vec<SecretText>,
    pub(crate) run: RunId,
    pub(crate) offline: bool,
    pub(crate) provoke: bool,
}

impl Session<'_> {
    async fn offline(&self, workflow: &Prepared, offline: &Offline) -> Result<u8, Failure> {
        let manifest = &workflow.package().manifest;
        let input = self.input(workflow, offline.parameters(&manifest.name))?;
        let cloud = offline.cloud(manifest, Arc::clone(&self.notes) as Arc<dyn Observer>)?;
        self.start(workflow, cloud, &input).await
    }

    async fn online(&self, workflow: &Prepared) -> Result<u8, Failure> {
        let input = self.input(workflow, None)?;
        let endpoint = self.arguments.endpoint.as_deref();
        let online = Online::open(
            self.config,
            self.context,
            endpoint,
            Arc::clone(&self.notes) as Arc<dyn Observer>,
        )?;
        let accounts = online.accounts(&self.arguments.accounts, self.arguments.yes).await?;
        // What a simulated cloud made is no secret of a real account: the two never share a folder.
        let folder = unlock::folder(self.folders, online.is_loopback());
        let lock = unlock::lock(self.context, self.config, &folder)?;
        let cloud = online.cloud(accounts, &folder, &lock, self.arguments.provoke)?;
        self.start(workflow, cloud, &input).await
    }

    async fn start(&self, workflow: &Prepared, cloud: Cloud, input: &Value) -> Result<u8, Failure> {
        let package = workflow.package();
        let manifest = &package.manifest;
        let mut fingerprint_key = [0; 32];
        cloud.entropy.fill(&mut fingerprint_key);
        let secrets = Secrets::new(cloud.vault, &manifest.lineage, fingerprint_key);
        cloud.known.iter().for_each(|text| secrets.know(text));
        let mark = &self.config.mark;
        let tags = mark.tags.iter().map(|(k, v)| (k.clone(), v.clone())).collect();
        let settings = RunSettings {
            client: cloud.client,
            clock: cloud.clock,
            entropy: cloud.entropy,
            accounts: cloud.accounts,
            allowances: self.allowances()?,
            mark: Mark::new(&mark.key, &manifest.lineage, tags),
            secrets: Arc::new(secrets),
            approver: Arc::new(Terminal { can_ask: self.context.can_ask }),
            interrupted: interrupt::watch(),
            limits: self.config.limits,
            offline: cloud.offline,
            unattended: self.arguments.yes,
            vetted: vetted::is_vetted(&package.digest),
            provoke: cloud.provoke,
        };
        let reporter = self.reporter(&cloud.run);
        let run = Run::new(cloud.run, settings);
        self.notes.attach(&reporter);
        let ended = run.start(workflow, input, reporter).await?;
        let hint = ended.error.as_ref().filter(|_| !self.arguments.json);
        if let Some(hint) = hint.and_then(RuntimeError::hint) {
            line(&format!("\nhint: {}", host_model::quote_within(&hint, 500)));
        }
        Ok(ended.exit)
    }

    fn reporter(&self, run: &RunId) -> Arc<dyn Reporter> {
        if self.arguments.json {
            Arc::new(Json { run: run.clone() })
        } else {
            Arc::new(Human { verbose: self.arguments.verbose })
        }
    }

    fn input(
        &self,
        workflow: &Prepared,
        defaults: Option<Map<String, Value>>,
    ) -> Result<Value, Failure> {
        let mut sources: Vec<InputSource> = defaults.into_iter().map(InputSource::Object).collect();
        if let Some(path) = &self.arguments.params {
            sources.push(InputSource::Object(read_parameters(path)?));
        }
        let pairs = self.arguments.parameters.iter().cloned();
        sources.extend(pairs.map(|(name, value)| InputSource::Pair(name, value)));
        Ok(build_input(&workflow.package().manifest.parameters, &sources)?)
    }

    fn allowances(&self) -> Result<Allowances, Failure> {
        let mut allowances = Allowances { adopt: self.arguments.adopt, ..Allowances::default() };
        let settings = &self.config.allow;
        let words = self.arguments.allow.iter().cloned().chain(settings.risks.iter().cloned());
        let named = [
            ("user", &settings.users),
            ("principal", &settings.principals),
            ("addon", &settings.addons),
            ("addon-setting", &settings.addon_settings),
        ];
        let named = named
            .into_iter()
            .flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}={name}")));
        for word in words.chain(named) {
            allowances
                .allow(&word)
                .map_err(|error| Failure::usage("policy.allowance-unknown", error.to_string()))?;
        }
        Ok(allowances)
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
