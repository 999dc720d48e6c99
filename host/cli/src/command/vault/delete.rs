//! `host vault delete`

use clap::Args;
use host_vault::Vault as _;

use super::name::{self, Item};
use super::{Place, confirm};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::data;

/// Remove one secret, or the note of one that never arrived; asks first. The cloud is not touched.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The name that `host vault list` prints.
    name: String,
    /// Ask nothing.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    place: Place,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let found = arguments.place.find(context)?;
    let opened = found.ok_or_else(|| name::unknown(&arguments.name))?;
    let all = name::all(&opened.vault)?;
    let named = name::pick(&all, &arguments.name)?;
    let account = named.item.account();
    let gone = match &named.item {
        Item::Secret(kept) => {
            let question = format!(
                "delete the {} of `{}` in account {account} for good (the cloud keeps its object, and nobody \
                 gets this secret again)",
                named.item.kind(),
                named.name
            );
            confirm(context, arguments.yes, &question)?;
            opened.vault.delete(account, &kept.entry.object, &kept.entry.lineage)?
        }
        Item::Pending(pending) => {
            let question = format!(
                "forget `{}` in account {account} (only once the cloud has no key that nobody knows)",
                named.name
            );
            confirm(context, arguments.yes, &question)?;
            opened.vault.settle(&pending.intent)?
        }
    };
    if !gone {
        return Err(name::unknown(&arguments.name));
    }
    data(&format!("deleted `{}`", named.name));
    Ok(0)
}
