//! `host vault list`

use clap::Args;
use host_model::{quote, quote_within};
use serde_json::json;

use super::Place;
use super::name::{self, Item, Named};
use crate::context::Context;
use crate::failure::Failure;
use crate::output::{data, event, line};

/// Characters of a lineage that a row shows.
const LINEAGE_SHOWN: usize = 60;

/// Say what the vault keeps, without any secret; and what was asked for and never arrived.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(super) fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let found = arguments.place.find(context)?;
    let all = match &found {
        Some(opened) => name::all(&opened.vault)?,
        None => Vec::new(),
    };
    if arguments.json {
        all.iter().for_each(show_json);
        return Ok(0);
    }
    table(&all);
    for named in &all {
        if let Item::Pending(pending) = &named.item {
            line(&format!(
                "\n⚠ {} asked for a secret of `{}` in {} and did not live to keep it: the cloud may have one \
                 that nobody knows.\n  Run the workflow again; or look in the cloud, delete what is there, and \
                 then run `host vault delete {}`.",
                pending.intent.run,
                quote(&pending.intent.principal),
                pending.intent.account,
                named.name
            ));
        }
    }
    if all.is_empty() {
        line("the vault keeps nothing");
    }
    Ok(0)
}

fn show_json(named: &Named) {
    let item = &named.item;
    let common = json!({
        "name": named.name,
        "account": item.account(),
        "kind": item.kind(),
        "lineage": item.lineage(),
        "at": item.at(),
    });
    let mut fields = common;
    match item {
        Item::Secret(kept) => {
            fields["object"] = json!(kept.entry.object);
            fields["principal"] = json!(kept.entry.principal);
            event("vault-entry", fields);
        }
        Item::Pending(pending) => {
            fields["principal"] = json!(pending.intent.principal);
            fields["run"] = json!(pending.intent.run);
            event("vault-pending", fields);
        }
    }
}

/// One row for each, in columns; the last one may be of any length.
fn table(all: &[Named]) {
    let heads = ["account", "kind", "kept", "lineage", "name"].map(str::to_owned);
    let rows = all.iter().map(|named| {
        let item = &named.item;
        let lineage = quote_within(item.lineage(), LINEAGE_SHOWN);
        [item.account().to_string(), item.kind().to_owned(), item.at(), lineage, named.name.clone()]
    });
    let rows: Vec<[String; 5]> = std::iter::once(heads).chain(rows).collect();
    if rows.len() == 1 {
        return;
    }
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max();
    let widths = [0, 1, 2, 3].map(|column| width(column).unwrap_or_default());
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}  "));
        let [.., name] = row;
        data(&format!("{}{name}", cells.collect::<String>()));
    }
}
