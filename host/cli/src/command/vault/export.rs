//! `host vault export`

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use host_vault::{Found, Recipient, Vault as _, VaultError};

use super::name::{self, Item};
use super::{Opened, Place};
use crate::context::Context;
use crate::failure::Failure;
use crate::folders::private_file;
use crate::output::{counted, data};

/// Write secrets into a new file that only the named recipients open.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Names that `host vault list` prints; everything if none is given.
    names: Vec<String>,
    /// A public key of age, from `host vault keygen` or `age-keygen`. May be repeated.
    #[arg(short, long = "recipient", value_name = "AGE1…", required = true)]
    recipients: Vec<String>,
    /// Where the export goes; must not be there yet.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    // Not in the command line's own words: it would show a secret key that was given by mistake.
    let recipients = arguments.recipients.iter().map(|text| text.parse());
    let recipients = recipients.collect::<Result<Vec<Recipient>, VaultError>>()?;
    let found = match arguments.place.find(context)? {
        Some(opened) => (chosen(arguments, &opened)?, opened.realm),
        None => match arguments.names.first() {
            Some(name) => return Err(name::unknown(name)),
            None => return Err(nothing()),
        },
    };
    let (found, realm) = found;
    if found.is_empty() {
        return Err(nothing());
    }
    let sealed = host_vault::export(&found, &recipients, realm)?;
    write_new(&arguments.output, &sealed)?;
    let count = counted(found.len(), "secret");
    let path = arguments.output.display();
    let readers = counted(recipients.len(), "recipient");
    data(&format!("{path}: {count}, for {readers}"));
    Ok(0)
}

fn chosen(arguments: &Arguments, opened: &Opened) -> Result<Vec<Found>, Failure> {
    let all = name::all(&opened.vault)?;
    let mut found = Vec::new();
    if arguments.names.is_empty() {
        let secrets = all.iter().filter(|named| matches!(named.item, Item::Secret(_)));
        for named in secrets {
            found.push(secret(opened, named)?);
        }
    }
    for name in &arguments.names {
        found.push(secret(opened, name::pick(&all, name)?)?);
    }
    Ok(found)
}

fn secret(opened: &Opened, named: &name::Named) -> Result<Found, Failure> {
    let entry = &name::kept(named)?.entry;
    let found = opened.vault.find(&entry.account, &entry.object, &entry.lineage)?;
    found.ok_or_else(|| name::unknown(&named.name))
}

fn nothing() -> Failure {
    Failure::usage("vault.export-empty", "the vault keeps nothing that could be exported")
        .hint("`--simulate` picks the offline cloud's vault")
}

/// Writes a file that is not there yet, for this user only.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let trouble = |error: std::io::Error| {
        let message = format!("`{}` cannot be written: {error}", path.display());
        let hint = match error.kind() {
            std::io::ErrorKind::AlreadyExists => "name a new file: nothing is written over",
            _ => "check the folder, and that it is yours",
        };
        Failure::usage("vault.file-unwritable", message).hint(hint)
    };
    let mut file = private_file().open(path).map_err(trouble)?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| {
        // Half a file would be in the way of the next attempt.
        drop(std::fs::remove_file(path));
        trouble(error)
    })
}
