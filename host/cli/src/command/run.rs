//! `host run`: a workflow, from its file to the verdict.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use host_journal::{Head, Journal, JournalError};
use host_model::RunId;
use host_runner::record::{Entry, Place};
use host_runner::{Ended, InputSource, Origin, Run, Verdict, build_input};
use host_runtime::{Cache, CacheKey, Engine, Manifest, Prepared};
use serde_json::{Map, Value};

use crate::command::{read_component, resume};
use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{self, line};
use crate::session::{Realm, Session, Terms, allowances};
use crate::terminal::answer;
use crate::vetted;

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
    /// Begin a new run, even if one of this very command did not come to its end.
    #[arg(long)]
    new: bool,
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
    let config = arguments.config.as_deref();
    let session = Session::open(context, config, arguments.json, arguments.verbose)?;
    let bytes = read_component(&arguments.workflow)?;
    let name = arguments.workflow.display().to_string();
    let workflow = prepare(&session, &name, &bytes)?;
    let place = arguments.place()?;
    let realm = session.realm(&place, arguments.fresh).await?;
    let manifest = &workflow.package().manifest;
    let defaults = match &realm {
        Realm::Offline(offline) => offline.parameters(&manifest.name),
        Realm::Online(_) => None,
    };
    let input = arguments.input(&manifest.parameters, defaults)?;
    let allowed = arguments.allowed(&session.config);
    let allowances = allowances(&allowed, arguments.adopt)?;
    let origin = Origin { input: &input, allowed: &allowed, place: &place };
    let earlier = unfinished(session.journal.as_ref(), &workflow.package().digest, &origin).await?;
    let earlier = earlier.filter(|_| !arguments.fresh && !arguments.new);
    if let Some(earlier) = earlier.filter(|earlier| goes_on(context, earlier, arguments.yes)) {
        return resume::go_on(&session, &realm, &earlier, arguments.yes).await;
    }
    let terms = Terms {
        unattended: arguments.yes,
        vetted: vetted::is_vetted(&workflow.package().digest),
        provoke: arguments.provoke,
    };
    let cloud = session.cloud(&realm, &place, &slots(manifest), terms).await?;
    let id = session.new_id(&cloud).await?;
    let settings = session.settings(cloud, &id, &manifest.lineage, allowances, terms);
    // A cloud that forgets that it gave this id would give it again.
    realm.save()?;
    let reporter = session.reporter(&id);
    let ended = Run::new(id, settings).start(&workflow, &bytes, &origin, reporter).await?;
    Ok(finish(&session, &realm, &ended))
}

/// Reads, checks and compiles a component, or takes what the cache has of it.
pub(super) fn prepare(
    session: &Session<'_>,
    name: &str,
    bytes: &[u8],
) -> Result<Prepared, Failure> {
    let engine = Engine::new(&session.config.limits)?;
    let cache = Cache::new(session.folders.cache.clone(), CacheKey::new(session.key));
    Ok(Prepared::new(&engine, Some(&cache), name, bytes)?)
}

/// The accounts that a manifest names.
fn slots(manifest: &Manifest) -> Vec<String> {
    manifest.accounts.iter().map(|slot| slot.name.clone()).collect()
}

/// What is said and kept after the last event of a run; its exit status.
pub(super) fn finish(session: &Session<'_>, realm: &Realm, ended: &Ended) -> u8 {
    if let Some(hint) = ended.hint.as_ref().filter(|_| !session.json) {
        line(&format!("\nhint: {}", host_model::quote_within(hint, 500)));
    }
    // `run-ended` was the last line of the stream: what follows it goes to people only.
    match realm.save() {
        Ok(()) => ended.record.exit,
        Err(failure) => output::failure(&failure, false),
    }
}

/// Among how many of the newest runs one is looked for that this command began.
const LOOKED_BACK: usize = 20;

/// The newest run of this very command that did not come to its end, and that nobody is writing.
async fn unfinished(
    journal: &dyn Journal,
    digest: &str,
    origin: &Origin<'_>,
) -> Result<Option<RunId>, Failure> {
    let same = |first: &host_journal::Entry| {
        let Ok(Entry::Begun(begun)) = serde_json::from_str(&first.body) else { return false };
        begun.workflow.digest == digest
            && begun.undoes.is_none()
            && begun.input == *origin.input
            && begun.place == *origin.place
            && begun.allowed == origin.allowed
    };
    let is_open = |head: &Head| match serde_json::from_str(&head.last.body) {
        Ok(Entry::Ended(ended)) => {
            matches!(ended.verdict, Verdict::Stopped | Verdict::Indeterminate)
        }
        _ => true,
    };
    for (run, first) in journal.beginnings(LOOKED_BACK).await? {
        if !same(&first) {
            continue;
        }
        match journal.head(&run).await {
            // Only the newest counts: what came after an older one may have changed what it was about.
            Ok(Some(head)) => {
                return Ok((head.holder.is_none() && is_open(&head)).then_some(run));
            }
            // A damaged one cannot be gone on with; `host runs` says what is wrong with it.
            Ok(None) | Err(JournalError::RunDamaged { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(None)
}

/// Asks whether to go on with a run that did not come to its end; `--yes` says so before it is asked.
fn goes_on(context: &Context, run: &RunId, yes: bool) -> bool {
    if yes {
        line(&format!(
            "`{run}` of this command did not come to its end: it goes on (`--new` begins anew)"
        ));
        return true;
    }
    if !context.can_ask {
        line(&format!(
            "`{run}` of this command did not come to its end; `host resume {run}` goes on with it"
        ));
        return false;
    }
    line(&format!("`{run}` of this command did not come to its end"));
    let typed = answer("go on with it? `yes` goes on, anything else begins a new run: ");
    typed.as_deref() == Some("yes")
}

impl Arguments {
    /// Where the cloud of this run is.
    fn place(&self) -> Result<Place, Failure> {
        let whole = |path: &PathBuf| {
            let whole = std::path::absolute(path).unwrap_or_else(|_| path.clone());
            whole.to_string_lossy().into_owned()
        };
        if let Some(scenario) = &self.simulate {
            return Ok(Place::Offline { scenario: scenario.as_ref().map(whole) });
        }
        let mut profiles = BTreeMap::new();
        for (name, value) in &self.accounts {
            if profiles.insert(name.clone(), value.clone()).is_some() {
                let message = format!("the account `{name}` is bound twice");
                return Err(Failure::usage("run.account-repeated", message));
            }
        }
        let (endpoint, config) = (self.endpoint.clone(), self.config.as_ref().map(whole));
        Ok(Place::Online { profiles, endpoint, config })
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
