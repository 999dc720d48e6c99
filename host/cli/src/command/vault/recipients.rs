//! `host vault recipients`

use clap::{Args, Subcommand};
use host_model::quote_within;
use host_vault::{Opener, Recipient};
use serde_json::json;

use super::name::date;
use super::{Opened, Place, confirm};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{data, event, line};

/// Characters of a label.
const LABEL_MAX: usize = 100;

/// Say whose age identities open the vault; add one, or remove one.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Option<Verb>,
    #[command(flatten)]
    place: Place,
    /// One JSON object instead of text; for the list.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Let one more identity open the vault: everything in it, now and later; asks first.
    Add {
        /// Its public key, from `host vault keygen` or `age-keygen`.
        #[arg(value_name = "AGE1…")]
        recipient: String,
        /// Who that is.
        #[arg(long, value_name = "TEXT")]
        label: Option<String>,
        /// Ask nothing.
        #[arg(long)]
        yes: bool,
    },
    /// Take an identity's way in away. What it has read it may still know.
    Remove {
        /// Its public key.
        #[arg(value_name = "AGE1…")]
        recipient: String,
    },
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    match &arguments.verb {
        None => {
            let found = arguments.place.find(context)?;
            let Some(opened) = found else {
                line("there is no vault yet");
                return Ok(0);
            };
            list(&opened, arguments.json)
        }
        Some(Verb::Add { recipient, label, yes }) => {
            // Read before the vault is opened, and not by the command line, which shows what is wrong.
            let recipient: Recipient = recipient.parse()?;
            let opened = arguments.place.open(context)?;
            add(&opened, &recipient, label.as_deref(), |question| confirm(context, *yes, question))
        }
        Some(Verb::Remove { recipient }) => {
            let recipient: Recipient = recipient.parse()?;
            let found = arguments.place.find(context)?;
            let removed = match &found {
                Some(opened) => opened.vault.remove_recipient(&recipient)?,
                None => false,
            };
            if !removed {
                let message = format!("`{recipient}` does not open the vault");
                return Err(Failure::usage("vault.recipient-absent", message)
                    .hint("`host vault recipients` prints those who do"));
            }
            data(&format!("removed {recipient}"));
            line(
                "What it could read it may still know, the vault's key included. To shut it out: make new \
                 secrets in the cloud,\nand a new vault: export to a key of your own, move the vault and its \
                 `.pin` away, and import.",
            );
            Ok(0)
        }
    }
}

fn list(opened: &Opened, json: bool) -> Result<u8, Failure> {
    let all = opened.vault.recipients()?;
    let (folder, key) = (opened.folder.display().to_string(), opened.vault.fingerprint());
    if json {
        let all: Vec<_> = all.iter().map(fields).collect();
        event("vault-recipients", json!({ "folder": folder, "key": key, "recipients": all }));
        return Ok(0);
    }
    line(&format!("vault {folder}\nkey   {key} (the same for every operator of this vault)\n"));
    for opener in &all {
        let label = opener.label.as_deref().unwrap_or_default();
        let label = quote_within(label, LABEL_MAX);
        let row = format!("{}  {}  {label}", opener.recipient, date(opener.at));
        data(row.trim_end());
    }
    if all.is_empty() {
        line("no identity opens it besides its own");
    }
    Ok(0)
}

fn fields(opener: &Opener) -> serde_json::Value {
    json!({ "recipient": opener.recipient, "label": opener.label, "at": date(opener.at) })
}

fn add(
    opened: &Opened,
    recipient: &Recipient,
    label: Option<&str>,
    confirm: impl FnOnce(&str) -> Result<(), Failure>,
) -> Result<u8, Failure> {
    if label.is_some_and(|label| label.chars().count() > LABEL_MAX) {
        let message = format!("a label has at most {LABEL_MAX} characters");
        return Err(Failure::usage("vault.label-oversized", message));
    }
    let text = recipient.to_string();
    if opened.vault.recipients()?.iter().any(|there| there.recipient == text) {
        data(&format!("{text} opens the vault already"));
        return Ok(0);
    }
    let who = label.map(|label| format!(" ({})", quote_within(label, LABEL_MAX)));
    let who = who.unwrap_or_default();
    confirm(&format!("let {text}{who} read every secret of this vault, now and later"))?;
    opened.vault.add_recipient(recipient, label)?;
    data(&format!("added {text}; the vault's key is {}", opened.vault.fingerprint()));
    line(&format!(
        "Hand over a copy of `{}`, without `identity.txt`; the other operator puts it in the same place and names\n\
         the identity with `[vault] identity-file` of `host.toml`. `host vault recipients` shows the key: compare it.",
        opened.folder.display()
    ));
    Ok(0)
}
