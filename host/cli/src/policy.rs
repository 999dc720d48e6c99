//! The operator's policy file: which one counts, and where.

use std::path::Path;
use std::sync::Arc;

use host_policy::{Mode, PolicyFile};
use host_runner::record::Place;

use crate::config::Config;
use crate::failure::Failure;

/// What a policy file that only audits is for.
const AUDIT_HINT: &str = "try it with `host plan` or `--simulate`, then write `mode = \"enforce\"`";

/// Reads a policy file. One that cannot be read or understood grants nothing: it is an error.
pub(crate) fn read(path: &Path) -> Result<Arc<PolicyFile>, Failure> {
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = format!("the policy file `{shown}` cannot be read: {error}");
        Failure::usage("policy.file-unreadable", message)
            .hint("`--policy`, or `policy` in `host.toml`, names a TOML file: `docs/policy.md`")
    })?;
    parse(&shown, &text)
}

/// Understands the text of a policy file that is called so.
pub(crate) fn parse(name: &str, text: &str) -> Result<Arc<PolicyFile>, Failure> {
    let file = PolicyFile::parse(text).map_err(|fault| {
        let picture = fault.picture();
        let mut failure = Failure::from(fault);
        failure.message = format!("`{name}`, {}", failure.message);
        failure.picture = picture;
        failure
    })?;
    Ok(Arc::new(file))
}

/// The file of a command: the one that it names, or the one of `host.toml`.
pub(crate) fn chosen(
    named: Option<&Path>,
    config: &Config,
) -> Result<Option<Arc<PolicyFile>>, Failure> {
    if let Some(path) = named {
        return read(path).map(Some);
    }
    let Some(path) = &config.policy else { return Ok(None) };
    if path.is_relative() {
        let message =
            format!("`policy` in `host.toml` must be a whole path, but is `{}`", path.display());
        return Err(Failure::usage("config.file-invalid", message)
            .hint("nothing is taken from the working directory"));
    }
    read(path).map(Some)
}

/// Refuses a file that only audits where calls have effects.
pub(crate) fn refuse_audit(policy: Option<&PolicyFile>, place: &Place) -> Result<(), Failure> {
    let audits = policy.is_some_and(|policy| policy.mode == Mode::Audit);
    match place {
        Place::Online { .. } if audits => {
            let message = "a policy file with `mode = \"audit\"` denies nothing, so no run outside of the offline \
                           cloud goes by it";
            Err(Failure::usage("policy.audit-live", message).hint(AUDIT_HINT))
        }
        Place::Online { .. } | Place::Offline { .. } => Ok(()),
    }
}
