//! `host policy check`: what a policy file means for a workflow, before anything runs.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use host_model::{AccountId, quote_within};
use host_policy::{Explained, Mode, PolicyFile, Reads, RuleExplained, Unallowed};
use host_runtime::{Manifest, Package};
use serde_json::{Value, json};

use crate::command::read_component;
use crate::failure::Failure;
use crate::output::{counted, data, event};
use crate::policy;

/// How many characters of an operator's note are shown.
const NOTE_SHOWN: usize = 300;

/// The exit status of a file that does not cover the workflow, or has rules that match nothing of it.
const INCOMPLETE: u8 = 1;

/// Look at policy files: what an operator grants to workflows.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(Check),
}

/// Say what each rule of a policy file means for a workflow, which rules match nothing of it, and what it
/// declares that no rule allows.
#[derive(Debug, Args)]
struct Check {
    /// The policy file.
    file: PathBuf,
    /// The workflow's component.
    workflow: PathBuf,
    /// The id of an account of the workflow, for rules that name accounts by id. May be repeated.
    #[arg(long = "account", value_name = "NAME=ID", value_parser = account)]
    accounts: Vec<(String, AccountId)>,
    /// One JSON object instead of text.
    #[arg(long)]
    json: bool,
}

fn account(text: &str) -> Result<(String, AccountId), String> {
    let (name, id) = text.split_once('=').ok_or("must be NAME=ID")?;
    let id = id.strip_prefix('@').unwrap_or(id).parse();
    let id = id.map_err(|error: host_model::AccountIdInvalid| error.to_string())?;
    Ok((name.to_owned(), id))
}

impl Arguments {
    pub(crate) const fn json(&self) -> bool {
        let Verb::Check(check) = &self.verb;
        check.json
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let Verb::Check(check) = &arguments.verb;
    let file = policy::read(&check.file)?;
    let bytes = read_component(&check.workflow)?;
    let package = Package::read(&check.workflow.display().to_string(), &bytes)?;
    let accounts = accounts(&package.manifest, &check.accounts)?;
    let manifest = &package.manifest;
    let who = (manifest.name.as_str(), package.digest.as_str());
    let explained = file.explain(who, &manifest.actions, &accounts);
    if check.json {
        event("policy-checked", as_json(&package, &file, &explained));
    } else {
        for line in as_text(&package, &file, &explained) {
            data(&line);
        }
    }
    Ok(if explained.is_complete() { 0 } else { INCOMPLETE })
}

/// The accounts of a workflow, with the ids that were given.
fn accounts(
    manifest: &Manifest,
    given: &[(String, AccountId)],
) -> Result<BTreeMap<String, Option<AccountId>>, Failure> {
    let slots = manifest.accounts.iter().map(|slot| (slot.name.clone(), None));
    let mut accounts: BTreeMap<String, Option<AccountId>> = slots.collect();
    for (name, id) in given {
        let Some(slot) = accounts.get_mut(name) else {
            let known: Vec<String> = accounts.into_keys().collect();
            let (name, known) = (quote_within(name, 64), known.join(", "));
            let message = format!("the workflow has no account `{name}`; it has {known}");
            return Err(Failure::usage("run.account-unknown", message));
        };
        *slot = Some(id.clone());
    }
    Ok(accounts)
}

fn as_json(package: &Package, file: &PolicyFile, explained: &Explained) -> Value {
    let rule = |rule: &RuleExplained| {
        json!({
            "line": rule.line,
            "note": rule.note,
            "applies": rule.applies,
            "by_name": rule.by_name,
            "by_digest": rule.by_digest,
            "matches": rule.matches(),
            "accounts": rule.accounts,
            "accounts_unknown": rule.strangers,
            "actions": rule.patterns,
            "declared": rule.declared,
            "narrowed": rule.narrowed,
            "allow": rule.allow,
            "risks_unnamed": rule.unnamed,
        })
    };
    let unallowed =
        |it: &Unallowed| json!({ "action": it.action, "risk": it.class, "line": it.line });
    json!({
        "workflow": package.manifest.name,
        "digest": package.digest,
        "mode": file.mode.as_str(),
        "reads": file.reads.as_str(),
        "complete": explained.is_complete(),
        "rules": explained.rules.iter().map(rule).collect::<Vec<_>>(),
        "unallowed": explained.unallowed.iter().map(unallowed).collect::<Vec<_>>(),
    })
}

fn as_text(package: &Package, file: &PolicyFile, explained: &Explained) -> Vec<String> {
    let manifest = &package.manifest;
    let digest = package.digest.get(..12).unwrap_or_default();
    let mut lines = vec![
        format!("workflow {} (sha256 {digest}…)", manifest.name),
        match file.mode {
            Mode::Enforce => "mode enforce: what is not granted is denied".to_owned(),
            Mode::Audit => {
                "mode audit: what is not granted is only said, in the offline cloud and in plans"
                    .to_owned()
            }
        },
        match file.reads {
            Reads::Granted => "reads need rules".to_owned(),
            Reads::Declared => "reads need no rules, apart from classes of risk".to_owned(),
        },
    ];
    for rule in &explained.rules {
        lines.push(String::new());
        lines.extend(rule_lines(rule));
    }
    lines.push(String::new());
    if explained.unallowed.is_empty() {
        let count = counted(manifest.actions.len(), "action");
        lines.push(format!("every one of the {count} that the workflow declares is allowed"));
    } else {
        lines.push("declared, and allowed by no rule".to_owned());
        lines.extend(explained.unallowed.iter().map(unallowed_line));
    }
    lines
}

fn rule_lines(rule: &RuleExplained) -> Vec<String> {
    let accounts = match rule.accounts.as_slice() {
        [] => "every account".to_owned(),
        some => some.join(", "),
    };
    let mut lines = vec![format!("line {}: {} in {accounts}", rule.line, rule.patterns.join(", "))];
    lines.extend(rule.note.as_ref().map(|note| format!("  “{}”", quote_within(note, NOTE_SHOWN))));
    if !rule.applies {
        lines.push("  for another workflow".to_owned());
        return lines;
    }
    for name in &rule.strangers {
        lines.push(format!("  ⚠ the workflow has no account `{name}`"));
    }
    if !rule.matches() {
        lines.push("  ⚠ matches nothing that the workflow declares".to_owned());
        return lines;
    }
    let count = counted(rule.declared.len(), "declared action");
    let some = if rule.narrowed { ", for some objects or values only" } else { "" };
    lines.push(format!("  matches {count}{some}"));
    lines.extend(rule.declared.iter().map(|action| format!("    {action}")));
    if !rule.allow.is_empty() {
        lines.push(format!("  allows {}", rule.allow.join(", ")));
    }
    for (class, actions) in &rule.unnamed {
        lines.push(format!("  without `{class}`, which it does not allow: {}", actions.join(", ")));
    }
    match (rule.by_name, rule.by_digest) {
        (_, true) => {}
        (true, false) => {
            lines.push(
                "  by the name that the workflow gives itself, whatever its digest".to_owned(),
            );
        }
        (false, false) => lines.push("  for every workflow".to_owned()),
    }
    lines
}

fn unallowed_line(it: &Unallowed) -> String {
    let action = &it.action;
    match (it.class, it.line) {
        (Some(class), Some(line)) => {
            format!(
                "  {action}: the rule in line {line} matches it, and lacks `allow = [\"{class}\"]`"
            )
        }
        (Some(class), None) => format!("  {action}: needs a rule with `allow = [\"{class}\"]`"),
        (None, _) => format!("  {action}"),
    }
}
