//! `host vault show`

use std::io::IsTerminal as _;

use clap::Args;
use host_model::{quote, quote_within};
use host_vault::Vault as _;

use super::{Place, REFUSED, confirm, name};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::data;

/// Characters of a name that a question shows.
const NAME_SHOWN: usize = 200;

/// Write one secret to the terminal, for whoever it belongs to; asks first.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name that `host vault list` prints.
    name: String,
    /// Ask nothing, and write to a pipe or a file as well.
    #[arg(long)]
    reveal: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let on_screen = std::io::stdout().is_terminal();
    let to_person = on_screen && context.can_ask;
    if !arguments.reveal && !to_person {
        let message = "a secret is shown to a person at a terminal, and this is none";
        return Err(Failure::new("vault.show-refused", message, REFUSED)
            .hint("`--reveal` writes it wherever the output goes, and asks nothing"));
    }
    let found = arguments.place.find(context)?;
    let opened = found.ok_or_else(|| name::unknown(&arguments.name))?;
    let all = name::all(&opened.vault)?;
    let named = name::pick(&all, &arguments.name)?;
    let entry = &name::kept(named)?.entry;
    let question = format!(
        "show the {} of `{}` in account {} on this screen",
        entry.kind.as_str(),
        quote_within(&entry.object, NAME_SHOWN),
        entry.account
    );
    confirm(context, arguments.reveal, &question)?;
    let found = opened.vault.find(&entry.account, &entry.object, &entry.lineage)?;
    let found = found.ok_or_else(|| name::unknown(&arguments.name))?;
    let secret = found.secret.expose();
    // A terminal obeys some characters, and what it then shows is not the secret.
    if on_screen && secret.lines().any(|text| quote(text) != text) {
        let message = "the secret holds characters that a terminal does not show";
        return Err(Failure::usage("vault.secret-unprintable", message)
            .hint("write it to a file of your own, with `--reveal`"));
    }
    data(secret);
    Ok(0)
}
