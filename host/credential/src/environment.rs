//! The variables of the process, as data.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use host_model::SecretText;

use crate::CredentialError;

/// Names of variables that are read, as the official credential libraries and the command line spell them.
/// Where there are several names for one thing, they stand in the command line's order.
pub(crate) mod variable {
    /// The variables of a key. All of them belong together: halves of two keys would be none.
    pub(crate) struct Key {
        pub(crate) id: &'static str,
        pub(crate) secret: &'static str,
        pub(crate) token: &'static str,
        /// Whether half a key is another tool's business.
        pub(crate) is_anybodys: bool,
    }

    pub(crate) const KEYS: [Key; 4] = [
        Key {
            id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
            secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            token: "ALIBABA_CLOUD_SECURITY_TOKEN",
            is_anybodys: false,
        },
        Key {
            id: "ALIBABACLOUD_ACCESS_KEY_ID",
            secret: "ALIBABACLOUD_ACCESS_KEY_SECRET",
            token: "ALIBABACLOUD_SECURITY_TOKEN",
            is_anybodys: false,
        },
        Key {
            id: "ALICLOUD_ACCESS_KEY_ID",
            secret: "ALICLOUD_ACCESS_KEY_SECRET",
            token: "ALICLOUD_SECURITY_TOKEN",
            is_anybodys: false,
        },
        Key {
            id: "ACCESS_KEY_ID",
            secret: "ACCESS_KEY_SECRET",
            token: "SECURITY_TOKEN",
            is_anybodys: true,
        },
    ];
    pub(crate) const REGION: [&str; 4] =
        ["ALIBABA_CLOUD_REGION_ID", "ALIBABACLOUD_REGION_ID", "ALICLOUD_REGION_ID", "REGION_ID"];
    pub(crate) const ROLE_ARN: [&str; 2] = ["ALIBABACLOUD_ROLE_ARN", "ALIBABA_CLOUD_ROLE_ARN"];
    pub(crate) const ROLE_SESSION_NAME: &str = "ALIBABA_CLOUD_ROLE_SESSION_NAME";
    pub(crate) const OIDC_PROVIDER_ARN: [&str; 2] =
        ["ALIBABACLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"];
    pub(crate) const OIDC_TOKEN_FILE: [&str; 2] =
        ["ALIBABACLOUD_OIDC_TOKEN_FILE", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"];
    pub(crate) const PROFILE: [&str; 3] =
        ["ALIBABACLOUD_PROFILE", "ALIBABA_CLOUD_PROFILE", "ALICLOUD_PROFILE"];
    pub(crate) const CONFIG_FILE: &str = "ALIBABA_CLOUD_CONFIG_FILE";
    pub(crate) const CREDENTIALS_FILE: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";
    pub(crate) const PROFILES_OFF: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";
    pub(crate) const PROFILES_IGNORED: [&str; 2] =
        ["ALIBABA_CLOUD_IGNORE_PROFILE", "ALIBABACLOUD_IGNORE_PROFILE"];
    pub(crate) const METADATA_ROLE: &str = "ALIBABA_CLOUD_ECS_METADATA";
    pub(crate) const METADATA_OFF: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
    pub(crate) const METADATA_V1_OFF: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";
    pub(crate) const CREDENTIALS_URI: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";
    pub(crate) const PROCESS_OFF: &str = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";
    pub(crate) const STS_REGION: &str = "ALIBABA_CLOUD_STS_REGION";
    pub(crate) const STS_ENDPOINT: &str = "ALIBABA_CLOUD_STS_ENDPOINT";

    /// What the ecosystem's own variables begin with.
    const OWN_PREFIXES: [&str; 3] = ["ALIBABA_CLOUD_", "ALIBABACLOUD_", "ALICLOUD_"];
    /// Those that begin with nothing of the kind.
    const BARE: [&str; 4] = ["ACCESS_KEY_ID", "ACCESS_KEY_SECRET", "SECURITY_TOKEN", "REGION_ID"];

    /// Whether a variable may mean something here.
    pub(super) fn is_known(name: &str) -> bool {
        OWN_PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || BARE.contains(&name)
    }
}

/// Variables that a child may see: where it lives and who runs it, and nothing that could be a key.
const INHERITED: [&str; 10] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "LANG",
    "LC_ALL",
    "TZ",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_RUNTIME_DIR",
];

/// Variables and the home folder, passed in: no room but the command line's reads the environment.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, SecretText>,
    home: Option<PathBuf>,
}

impl Environment {
    /// From all variables of the process; those that mean nothing here are not kept.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
    ) -> Self {
        let variables = variables
            .into_iter()
            .filter(|(name, _)| variable::is_known(name) || INHERITED.contains(&name.as_str()))
            .map(|(name, value)| (name, SecretText::new(value)))
            .collect();
        Self { variables, home }
    }

    /// A variable that is set and not empty.
    pub(crate) fn secret(&self, name: &str) -> Option<&SecretText> {
        self.variables.get(name).filter(|value| !value.expose().trim().is_empty())
    }

    /// The same, for variables that are no secrets.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.secret(name).map(|value| value.expose().trim())
    }

    /// The first of several names that is set, and its value.
    pub(crate) fn first(&self, names: &[&'static str]) -> Option<(&'static str, &str)> {
        names.iter().find_map(|name| Some((*name, self.text(name)?)))
    }

    /// Whether a switch is on.
    pub(crate) fn is_on(&self, name: &str) -> bool {
        self.text(name).is_some_and(is_yes)
    }

    /// Whether a switch of several names is on: the first that is set decides.
    pub(crate) fn is_first_on(&self, names: &[&'static str]) -> bool {
        self.first(names).is_some_and(|(_, value)| is_yes(value))
    }

    /// What a child may see.
    pub(crate) fn inherited(&self) -> impl Iterator<Item = (&'static str, &str)> {
        INHERITED.iter().filter_map(|name| Some((*name, self.text(name)?)))
    }

    pub(crate) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The path in a variable. A relative one would depend on the folder that somebody stands in.
    pub(crate) fn path(&self, name: &'static str) -> Result<Option<PathBuf>, CredentialError> {
        match self.text(name).map(PathBuf::from) {
            Some(path) if path.is_absolute() => Ok(Some(path)),
            Some(_) => Err(CredentialError::PathRelative { variable: name }),
            None => Ok(None),
        }
    }
}

fn is_yes(value: &str) -> bool {
    value == "1" || value.eq_ignore_ascii_case("true")
}

// Any variable may hold a secret.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Environment").field("home", &self.home).finish_non_exhaustive()
    }
}
