//! `host doctor`: what a run would stand on, and what is wrong with each part of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use host_client::Silent;
use host_credential::{Credential, CredentialError, Profiles, identify};
use host_model::{Problem as _, quote};
use host_vault::{Folder, Vault as _};
use serde_json::json;

use crate::config::Config;
use crate::context::Context;
use crate::failure::Failure;
use crate::folders::Folders;
use crate::narrow;
use crate::online::Online;
use crate::output::{counted, data, event};
use crate::unlock;

/// A clock that is off by more is refused by the cloud.
const SKEW_MILLIS_MAX: i64 = 15 * 60 * 1000;

/// Say which identities, clock skew, endpoints and cache were found, and what is wrong with each.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Ask who is behind this profile only, instead of all. May be repeated.
    #[arg(long = "profile", value_name = "PROFILE")]
    profiles: Vec<String>,
    /// Send every call to one address, such as that of `host simulate`; plain HTTP on loopback only.
    #[arg(long, value_name = "ADDR")]
    endpoint: Option<String>,
    /// Another `host.toml`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// One thing that was looked at.
struct Finding {
    what: &'static str,
    name: String,
    state: Result<String, String>,
    hint: Option<String>,
}

impl Finding {
    fn fine(what: &'static str, name: impl Into<String>, state: impl Into<String>) -> Self {
        Self { what, name: name.into(), state: Ok(state.into()), hint: None }
    }

    fn wrong(what: &'static str, name: impl Into<String>, failure: &Failure) -> Self {
        let state = Err(format!("[{}] {}", failure.code, failure.message));
        Self { what, name: name.into(), state, hint: failure.hint.clone() }
    }

    fn show(&self, json: bool) {
        if json {
            let fields = json!({
                "what": self.what,
                "name": self.name,
                "fine": self.state.is_ok(),
                "detail": self.state.as_ref().unwrap_or_else(|wrong| wrong),
                "hint": self.hint,
            });
            return event("finding", fields);
        }
        let (sign, detail) = match &self.state {
            Ok(detail) => ("✓", detail),
            Err(detail) => ("✗", detail),
        };
        let (name, detail) = (quote(&self.name), quote(detail));
        data(&format!("{sign} {:<12} {name}: {detail}", self.what));
        if let Some(hint) = &self.hint {
            data(&format!("               hint: {hint}"));
        }
    }
}

pub(crate) async fn run(arguments: Arguments, context: &Context) -> Result<u8, Failure> {
    let config = Config::read(context, arguments.config.as_deref());
    let mut findings = places(context, config.as_ref().ok());
    match config {
        Ok(config) => {
            findings.push(Finding::fine("settings", "host.toml", "read"));
            findings.extend(cloud(&arguments, context, &config).await);
        }
        Err(failure) => findings.push(Finding::wrong("settings", "host.toml", &failure)),
    }
    for finding in &findings {
        finding.show(arguments.json);
    }
    Ok(u8::from(findings.iter().any(|finding| finding.state.is_err())))
}

/// State, key, vaults and cache.
fn places(context: &Context, config: Option<&Config>) -> Vec<Finding> {
    let folders = match Folders::prepare(context) {
        Ok(folders) => folders,
        Err(failure) => return vec![Finding::wrong("state", "folders", &failure)],
    };
    let state = folders.state.display().to_string();
    let mut findings = vec![Finding::fine("state", &state, "for this user only, and writable")];
    match folders.key(&host_net::SystemEntropy) {
        Ok(_) => findings.push(Finding::fine("key", "installation.key", "there")),
        Err(failure) => findings.push(Finding::wrong("key", "installation.key", &failure)),
    }
    // Without settings it is not known how the vault is opened.
    if let Some(config) = config {
        findings.extend(vaults(context, config, &folders));
    }
    findings.push(cache(&folders.cache));
    findings
}

/// The vault of real accounts, which the first run that keeps a secret makes; and that of clouds on
/// loopback, which few people have.
fn vaults(context: &Context, config: &Config, folders: &Folders) -> Vec<Finding> {
    let (real, loopback) = (unlock::folder(folders, false), unlock::folder(folders, true));
    let mut findings = vec![if real.exists() {
        vault(context, config, "vault", &real)
    } else {
        Finding::fine("vault", "vault", "none yet")
    }];
    if loopback.exists() {
        findings.push(vault(context, config, "vault-loopback", &loopback));
    }
    findings
}

fn vault(context: &Context, config: &Config, name: &str, folder: &Path) -> Finding {
    let lock = match unlock::lock(context, config, folder) {
        Ok(lock) => lock,
        Err(failure) => return Finding::wrong("vault", name, &failure),
    };
    let ports = (Arc::new(host_net::SystemEntropy), Arc::new(host_net::SystemClock));
    let kept = Folder::open(folder, &lock, ports.0, ports.1).and_then(|vault| vault.list());
    match kept {
        Ok(kept) => Finding::fine("vault", name, counted(kept.len(), "secret")),
        Err(error) => Finding::wrong("vault", name, &Failure::from(error)),
    }
}

fn cache(folder: &Path) -> Finding {
    let name = folder.display().to_string();
    let Ok(entries) = std::fs::read_dir(folder) else {
        let failure = Failure::usage("state.folder-unusable", "it cannot be read");
        return Finding::wrong("cache", name, &failure);
    };
    let sizes: Vec<u64> =
        entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|m| m.len()).collect();
    let total = sizes.iter().sum::<u64>() / 1024;
    Finding::fine("cache", name, format!("{} compiled components, {total} KiB", sizes.len()))
}

/// Endpoints, identities and the clock.
async fn cloud(arguments: &Arguments, context: &Context, config: &Config) -> Vec<Finding> {
    let opened = Online::open(config, context, arguments.endpoint.as_deref(), Arc::new(Silent));
    let online = match opened {
        Ok(online) => online,
        Err(failure) => return vec![Finding::wrong("endpoints", "settings", &failure)],
    };
    let mut findings: Vec<Finding> = online
        .places()
        .into_iter()
        .map(|(product, place)| Finding::fine("endpoint", product, place))
        .collect();
    let names = match profiles(arguments, context) {
        Ok(names) => names,
        Err(failure) => {
            findings.push(Finding::wrong("profiles", "config.json", &failure));
            return findings;
        }
    };
    if names.is_empty() {
        findings.push(unnamed(&online).await);
    }
    for name in &names {
        findings.push(identity(&online, name).await);
    }
    findings.push(clock(&online));
    findings
}

fn profiles(arguments: &Arguments, context: &Context) -> Result<Vec<String>, Failure> {
    if !arguments.profiles.is_empty() {
        return Ok(arguments.profiles.clone());
    }
    let path = context
        .variable(crate::environment::ALIBABA_CLOUD_CONFIG_FILE)
        .map_or_else(|| context.home.join(".aliyun").join("config.json"), PathBuf::from);
    let profiles = Profiles::read(&path)?;
    Ok(profiles.iter().flat_map(Profiles::names).map(str::to_owned).collect())
}

async fn identity(online: &Online, profile: &str) -> Finding {
    let name = format!("profile `{profile}`");
    match online.chain().named(profile) {
        Ok(credential) => who(online, name, credential).await,
        Err(error) => wrong_identity(name, error),
    }
}

/// Whoever only asks who is behind a key needs no rights of a role.
async fn who(online: &Online, name: String, credential: Credential) -> Finding {
    let origin = credential.origin().to_owned();
    let credential = match narrow::to_identify(credential) {
        Ok(credential) => credential,
        Err(failure) => return Finding::wrong("identity", name, &failure),
    };
    match identify(online.client(), &credential, &origin, None).await {
        Ok(who) => Finding::fine("identity", name, format!("account {}, {}", who.account, who.arn)),
        Err(error) => wrong_identity(name, error),
    }
}

/// What the official libraries would take where no profile is named.
async fn unnamed(online: &Online) -> Finding {
    match online.chain().unnamed().await {
        Ok(credential) => who(online, credential.origin().to_owned(), credential).await,
        Err(error) => wrong_identity("default".to_owned(), error),
    }
}

fn wrong_identity(name: String, error: CredentialError) -> Finding {
    let hint = error.hint();
    let mut failure = Failure::from(error);
    failure.hint = failure.hint.or(hint);
    Finding::wrong("identity", name, &failure)
}

fn clock(online: &Online) -> Finding {
    let Some(millis) = online.client().clock_difference() else {
        let failure = Failure::usage("doctor.clock-unknown", "no reply told the cloud's time");
        return Finding::wrong("clock", "difference", &failure);
    };
    let seconds = millis / 1000;
    let words = match seconds {
        0 => "the cloud's clock and this machine's agree to the second".to_owned(),
        ahead if ahead > 0 => format!("this machine is {ahead} s behind the cloud"),
        behind => format!("this machine is {} s ahead of the cloud", -behind),
    };
    if millis.abs() <= SKEW_MILLIS_MAX {
        return Finding::fine("clock", "difference", words);
    }
    let failure = Failure::usage("doctor.clock-wrong", words)
        .hint("set this machine's clock; until then runs date their requests by the cloud's");
    Finding::wrong("clock", "difference", &failure)
}
