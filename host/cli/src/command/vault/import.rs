//! `host vault import`

use std::path::PathBuf;

use clap::Args;
use host_model::{Problem as _, quote_within};
use host_vault::{Found, Identity, Vault, VaultError, open_export};
use serde_json::json;

use super::{Opened, Place, confirm};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{data, event, line};

/// Characters of a name that a row shows.
const NAME_SHOWN: usize = 200;

/// Take over the secrets of an export; says what comes and asks first.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What `host vault export` wrote.
    file: PathBuf,
    /// Your age identity, if it is not the one that opens your vault.
    #[arg(short, long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

/// What becomes of one secret of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// It is kept now.
    Kept,
    /// It was there already.
    There,
    /// Another secret is kept under its name, and stays.
    Taken,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let opened = arguments.place.open(context)?;
    let identity = identity(arguments, &opened)?;
    let came = open_export(&arguments.file, &identity, opened.realm)?;
    let mut outcomes = Vec::new();
    for found in &came {
        outcomes.push(expected(&opened.vault, found)?);
    }
    for (found, outcome) in came.iter().zip(&outcomes) {
        show(found, *outcome, arguments.json);
    }
    let new = outcomes.iter().filter(|outcome| **outcome == Outcome::Kept).count();
    if new > 0 {
        // Whoever knows this operator's public key can write such a file: only a person knows the sender.
        confirm(context, arguments.yes, &format!("keep what is new ({new})"))?;
    }
    for (found, _) in came.iter().zip(&outcomes).filter(|(_, it)| **it == Outcome::Kept) {
        opened.vault.receive(found)?;
    }
    let count = |wanted| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    let (there, taken) = (count(Outcome::There), count(Outcome::Taken));
    line(&format!("{new} kept, {there} there already, {taken} left alone"));
    if taken == 0 {
        return Ok(0);
    }
    let message =
        format!("{taken} of the secrets that came are others than those of the same name here");
    Err(Failure::new("vault.entry-taken", message, 1)
        .hint("the older ones stay; delete one only if nothing uses it, and import again"))
}

fn identity(arguments: &Arguments, opened: &Opened) -> Result<Identity, Failure> {
    if let Some(path) = &arguments.identity {
        return Ok(Identity::read(path)?);
    }
    opened.own.clone().ok_or_else(|| {
        Failure::usage("vault.identity-unnamed", "no identity was named that opens the export")
            .hint("name your key with `--identity FILE`; `host vault keygen -o FILE` makes one")
    })
}

/// What would become of it.
fn expected(vault: &dyn Vault, found: &Found) -> Result<Outcome, VaultError> {
    let entry = &found.kept.entry;
    Ok(match vault.find(&entry.account, &entry.object, &entry.lineage)? {
        None => Outcome::Kept,
        // An equal secret is not written again.
        Some(_) => match vault.receive(found) {
            Ok(_) => Outcome::There,
            Err(error) if error.code() == "vault.entry-taken" => Outcome::Taken,
            Err(error) => return Err(error),
        },
    })
}

fn show(found: &Found, outcome: Outcome, json: bool) {
    let entry = &found.kept.entry;
    let (word, words) = match outcome {
        Outcome::Kept => ("new", "new"),
        Outcome::There => ("there", "there already"),
        Outcome::Taken => ("taken", "another secret has this name, and stays"),
    };
    if json {
        let fields = json!({
            "account": entry.account,
            "object": entry.object,
            "kind": entry.kind,
            "lineage": entry.lineage,
            "outcome": word,
        });
        return event("vault-arrival", fields);
    }
    data(&format!(
        "{} of `{}` in account {}, for {}: {words}",
        entry.kind.as_str(),
        quote_within(&entry.object, NAME_SHOWN),
        entry.account,
        quote_within(&entry.lineage, NAME_SHOWN)
    ));
}
