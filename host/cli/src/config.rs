//! `host.toml`: what an operator sets once. Never read from the working directory.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use host_runtime::Limits;
use serde::Deserialize;

use crate::context::Context;
use crate::environment::HOST_CONFIG;
use crate::failure::Failure;

/// The code of a file that cannot be read.
pub(crate) const UNREADABLE: &str = "config.file-unreadable";
/// What to do about it.
const UNREADABLE_HINT: &str = "`--config` and `HOST_CONFIG` name a `host.toml`; leave both out to go by the \
                               one in your own folder, which may be missing: `docs/host-toml.md`";

/// What an operator sets once.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Config {
    /// `public` or `vpc`.
    pub(crate) network: Network,
    /// `acs3` or `v1`.
    pub(crate) signature: Signature,
    /// Authorities by product key; `all` for every product (loopback only).
    pub(crate) endpoints: BTreeMap<String, String>,
    /// Time-outs, proxy, certificate authorities.
    pub(crate) http: Http,
    /// What may be done to find keys.
    pub(crate) credentials: Credentials,
    /// How the vault is opened.
    pub(crate) vault: VaultSettings,
    /// The mark on what runs make.
    pub(crate) mark: MarkSettings,
    /// What is allowed without a question, by name.
    pub(crate) allow: Allow,
    /// The policy file of every run that names none.
    pub(crate) policy: Option<PathBuf>,
    /// What a workflow may use up.
    pub(crate) limits: Limits,
}

/// Which endpoints are used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Network {
    #[default]
    Public,
    Vpc,
}

/// How requests are signed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signature {
    #[default]
    Acs3,
    V1,
}

/// Time-outs in seconds, sizes in bytes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Http {
    pub(crate) connect_seconds: Option<u64>,
    pub(crate) read_seconds: Option<u64>,
    pub(crate) total_seconds: Option<u64>,
    pub(crate) reply_bytes_max: Option<usize>,
    /// A PEM file with further certificate authorities.
    pub(crate) ca_file: Option<PathBuf>,
    /// Whether private address ranges may be reached.
    pub(crate) allow_private: bool,
}

/// What may be done to find keys.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Credentials {
    /// Whether profiles of mode `External` may run their command.
    pub(crate) allow_process: bool,
    /// Whether credential URIs may be fetched.
    pub(crate) allow_uri: bool,
}

/// How the vault is opened: by at most one of these.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct VaultSettings {
    /// A file with an age identity of the operator's own.
    pub(crate) identity_file: Option<PathBuf>,
    /// A file whose first line is the passphrase.
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// The mark on what runs make.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct MarkSettings {
    /// The key of the tag; in comments it stands before `=`.
    pub(crate) key: String,
    /// Further tags.
    pub(crate) tags: BTreeMap<String, String>,
}

impl Default for MarkSettings {
    fn default() -> Self {
        Self { key: "host:workflow".to_owned(), tags: BTreeMap::new() }
    }
}

/// What is allowed without a question, by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Allow {
    /// Classes of risk: `access-key`, `console-login`, `mfa`, `command`, `purchase`, `broad-policy`.
    pub(crate) risks: BTreeSet<String>,
    /// Principals that trust documents may name besides those of the bound accounts.
    pub(crate) principals: BTreeSet<String>,
    /// RAM users, by name or ARN, for which credentials may be made.
    pub(crate) users: BTreeSet<String>,
    /// Add-ons of clusters that may be changed besides `ack-onepilot`.
    pub(crate) addons: BTreeSet<String>,
    /// Settings that add-ons may be given, as `/pointer=value`.
    pub(crate) addon_settings: BTreeSet<String>,
}

impl Config {
    /// Reads the file that `--config` or `HOST_CONFIG` names, or the platform's, which may be missing.
    pub(crate) fn read(context: &Context, flag: Option<&Path>) -> Result<Self, Failure> {
        let named =
            flag.map(Path::to_owned).or_else(|| context.variable(HOST_CONFIG).map(PathBuf::from));
        let path = named
            .clone()
            .unwrap_or_else(|| context.folder("", "XDG_CONFIG_HOME", ".config").join("host.toml"));
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&path, &text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && named.is_none() => {
                Ok(Self::default())
            }
            Err(error) => {
                let message = format!("`{}` cannot be read: {error}", path.display());
                Err(Failure::usage(UNREADABLE, message).hint(UNREADABLE_HINT))
            }
        }
    }

    fn parse(path: &Path, text: &str) -> Result<Self, Failure> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error
                .span()
                .map_or(0, |span| text.get(..span.start).unwrap_or(text).lines().count());
            let message = format!("`{}`, line {line}: {}", path.display(), error.message());
            Failure::usage("config.file-invalid", message)
                .hint("`docs/host-toml.md` lists every setting")
        })?;
        let key = &config.mark.key;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b":._-".contains(&byte);
        if !(1..=48).contains(&key.len()) || !key.bytes().all(fits) {
            let message = format!(
                "`{}`: `[mark]` `key` must be 1 to 48 letters, digits, `:`, `.`, `_` or `-`",
                path.display()
            );
            return Err(Failure::usage("config.mark-invalid", message)
                .hint("leave it out for `host:workflow`"));
        }
        Ok(config)
    }
}
