//! `host runs`: what was run, and how it stands.

use std::collections::BTreeMap;

use clap::Args;
use host_history::{Row, State, day, time_of_day};
use host_journal::{Head, Journal, JournalError};
use host_model::{Problem as _, quote_within};
use serde_json::json;

use crate::context::Context;
use crate::failure::Failure;
use crate::journal::{self, past_of};
use crate::output::{data, event, line};

/// Characters of somebody's words that a row shows.
const WORDS_SHOWN: usize = 60;

/// List the runs of this user, the newest first, and how each of them stands.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// One JSON object a line instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<u8, Failure> {
    let journal = journal::open(context)?;
    let listed = journal.runs().await?;
    let is_empty = listed.is_empty();
    for item in listed {
        match row(&journal, item).await {
            Ok(row) if arguments.json => event("run-listed", row.to_json()),
            Ok(row) => as_text(&row).iter().for_each(|text| data(text)),
            Err(damage) => show_damaged(&damage, arguments.json),
        }
    }
    if is_empty && !arguments.json {
        line(
            "no run was recorded yet; `host run WORKFLOW --simulate` begins one in the offline cloud",
        );
    }
    Ok(0)
}

/// A run that cannot be told.
struct Damaged {
    run: Option<String>,
    code: &'static str,
    message: String,
}

/// The row of a run; all entries are read only of a run that did not end.
async fn row(journal: &dyn Journal, item: Result<Head, JournalError>) -> Result<Row, Damaged> {
    let head = item.map_err(|error| Damaged {
        run: match &error {
            JournalError::RunDamaged { run, .. } => Some(run.to_string()),
            _ => None,
        },
        code: error.code(),
        message: error.to_string(),
    })?;
    let run = &head.run;
    let damaged = |code, message| Damaged { run: Some(run.to_string()), code, message };
    let ends = [head.first.clone(), head.last.clone()];
    let count = if head.last.number == 0 { 1 } else { 2 };
    let past = past_of(run, &ends[..count]);
    let past = past.map_err(|error| damaged(error.code(), error.to_string()))?;
    if past.ended().is_some() && head.holder.is_none() {
        return Ok(Row::new(&past, None));
    }
    let entries = journal.read(run).await;
    let entries = entries.map_err(|error| damaged(error.code(), error.to_string()))?;
    let past = past_of(run, &entries);
    let past = past.map_err(|error| damaged(error.code(), error.to_string()))?;
    Ok(Row::new(&past, head.holder.as_deref()))
}

fn show_damaged(damaged: &Damaged, json: bool) {
    let Damaged { run, code, message } = damaged;
    if json {
        event("run-damaged", json!({ "run": run, "code": code, "message": message }));
        return;
    }
    let run = run.as_deref().unwrap_or("a run");
    data(&format!("{run}  cannot be read"));
    data(&format!("    error[{code}]: {}", quote_within(message, 300)));
}

/// Which run, how it stands, and where.
fn as_text(row: &Row) -> Vec<String> {
    let words = |text: &str| quote_within(text, WORDS_SHOWN);
    let began = format!("{} {}", day(row.began), time_of_day(row.began));
    let undoes = row.undoes.as_deref().map(|run| format!(", takes back {}", words(run)));
    let first = format!(
        "{}  {began}  {} {}{}",
        row.run,
        words(&row.workflow),
        words(&row.version),
        undoes.unwrap_or_default()
    );
    let changes = match row.changes {
        0 => "no changes".to_owned(),
        1 => "1 change".to_owned(),
        many => format!("{many} changes"),
    };
    let state = match &row.state {
        State::Ended(verdict) => format!("{}, {changes}", verdict.as_str()),
        State::UnderWay { holder } => format!("under way (held by {}), {changes}", words(holder)),
        State::Open => format!("did not end (`host resume {}`), {changes}", row.run),
        State::Damaged => "damaged".to_owned(),
    };
    let place = if row.offline { "offline" } else { "online" };
    vec![first, format!("    {state}"), format!("    {place}: {}", accounts(row))]
}

/// The accounts, each once, with all that the manifest calls it.
fn accounts(row: &Row) -> String {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (name, account) in &row.accounts {
        names.entry(account).or_default().push(quote_within(name, WORDS_SHOWN));
    }
    let accounts = names.iter().map(|(account, names)| {
        format!("{} {}", names.join(" and "), quote_within(account, WORDS_SHOWN))
    });
    accounts.collect::<Vec<_>>().join(", ")
}
