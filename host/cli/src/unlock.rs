//! Which vault, and how it is opened: never by a secret in an argument or a variable.

use std::path::{Path, PathBuf};

use host_vault::Lock;

use crate::config::Config;
use crate::context::Context;
use crate::environment::{
    HOST_VAULT_IDENTITY_FILE, HOST_VAULT_PASSPHRASE, HOST_VAULT_PASSPHRASE_FILE,
};
use crate::failure::Failure;
use crate::folders::Folders;
use crate::terminal::hidden_answer;

/// Where the secrets of accounts lie. What a simulated cloud behind an address made is no secret of a
/// real account: the two never share a folder.
pub(crate) fn folder(folders: &Folders, loopback: bool) -> PathBuf {
    folders.state.join(if loopback { "vault-loopback" } else { "vault" })
}

/// How the vault in `folder` is opened: by the variables, else by the settings, else by a person at the
/// terminal if it has a passphrase, else by the key beside it.
pub(crate) fn lock(context: &Context, config: &Config, folder: &Path) -> Result<Lock, Failure> {
    if context.variable(HOST_VAULT_PASSPHRASE).is_some() {
        let message = format!("`{HOST_VAULT_PASSPHRASE}` shows the passphrase to every child");
        return Err(Failure::usage("vault.passphrase-exposed", message).hint(format!(
            "unset it, and name a file or a descriptor with `{HOST_VAULT_PASSPHRASE_FILE}`"
        )));
    }
    let variable = |name| context.variable(name).map(PathBuf::from);
    let named = (variable(HOST_VAULT_IDENTITY_FILE), variable(HOST_VAULT_PASSPHRASE_FILE));
    let named = match named {
        (None, None) => from_settings(config)?,
        named => named,
    };
    match named {
        (Some(_), Some(_)) => {
            let message = "an identity and a passphrase are named for the vault, and one opens it";
            Err(Failure::usage("vault.lock-ambiguous", message).hint("leave one of them out"))
        }
        (Some(identity), None) => Ok(Lock::from_identity_file(&identity)?),
        (None, Some(passphrase)) => Ok(Lock::from_passphrase_file(&passphrase)?),
        (None, None) if context.can_ask && Lock::wants_passphrase(folder) => {
            let typed = hidden_answer(&format!("passphrase of `{}`: ", folder.display()));
            typed.map(Lock::Passphrase).ok_or_else(|| {
                Failure::new("vault.passphrase-missing", "no passphrase was typed", 3)
            })
        }
        (None, None) => Ok(Lock::IdentityFile),
    }
}

/// The working directory must not decide which key is used (`security.md`, rule 14).
fn from_settings(config: &Config) -> Result<(Option<PathBuf>, Option<PathBuf>), Failure> {
    let settings = &config.vault;
    let (identity, passphrase) = (&settings.identity_file, &settings.passphrase_file);
    if let Some(path) = [identity, passphrase].into_iter().flatten().find(|it| !it.is_absolute()) {
        let message = format!("`[vault]` of `host.toml` names `{}`", path.display());
        return Err(Failure::usage("vault.path-relative", message)
            .hint("write the whole path, beginning with `/`"));
    }
    Ok((identity.clone(), passphrase.clone()))
}
