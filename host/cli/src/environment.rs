//! Every environment variable that the program reads, and the one place that reads them.

use std::collections::BTreeMap;

/// Another folder for what must last: installation key, vault, the offline cloud.
pub(crate) const HOST_STATE: &str = "HOST_STATE";
/// Another folder for what can be made again: compiled components.
pub(crate) const HOST_CACHE: &str = "HOST_CACHE";
/// Another file than the platform's `host.toml`.
pub(crate) const HOST_CONFIG: &str = "HOST_CONFIG";
/// A file with an age identity of the operator's own, which opens the vault.
pub(crate) const HOST_VAULT_IDENTITY_FILE: &str = "HOST_VAULT_IDENTITY_FILE";
/// A file, a pipe or a descriptor whose first line is the vault's passphrase.
pub(crate) const HOST_VAULT_PASSPHRASE_FILE: &str = "HOST_VAULT_PASSPHRASE_FILE";
/// What nobody may set: every child of a process can see its environment.
pub(crate) const HOST_VAULT_PASSPHRASE: &str = "HOST_VAULT_PASSPHRASE";
/// Another `config.json` than `~/.aliyun/config.json`.
pub(crate) const ALIBABA_CLOUD_CONFIG_FILE: &str = "ALIBABA_CLOUD_CONFIG_FILE";
/// What terminal it is.
pub(crate) const TERM: &str = "TERM";
/// Wishes for plain lines, whatever its value is.
pub(crate) const NO_COLOR: &str = "NO_COLOR";

/// The environment as it was when the program began.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
pub(crate) fn read() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}
