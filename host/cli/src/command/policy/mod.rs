//! `host policy check`: what a policy file means for a workflow, before anything runs.

mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use clap::{Args, Subcommand};
use host_model::{AccountId, quote_within};
use host_policy::{
    ActionExplained, Asking, Explained, PolicyFile, RuleExplained, Standing, Unallowed,
};
use host_runtime::{Level, Manifest, Package};
use serde_json::{Value, json};

use crate::command::read_component;
use crate::failure::Failure;
use crate::output::{data, event};
use crate::policy;

/// The exit status of a file that allows something nowhere, or has rules or patterns that match nothing. Rules for
/// some objects or accounts only are what files are for: they are said, and are no fault.
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

/// Say what each rule of a policy file means for a workflow, which rules and patterns match nothing, and of each
/// action that it declares whether it is allowed in each account: always, for some objects or values, or not.
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
    let explained = file.explain(&Asking {
        workflow: &manifest.name,
        digest: &package.digest,
        declared: &manifest.actions,
        accounts: &accounts,
        needed: &needed(manifest),
    });
    if check.json {
        event("policy-checked", as_json(&package, &file, &explained));
    } else {
        for line in words::lines(&package, &file, &explained) {
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

/// What the manifest says of accounts: where the calls are made that prove that a run worked. Of what only guards,
/// a run may do without.
fn needed(manifest: &Manifest) -> BTreeSet<(String, String)> {
    let proofs = manifest.proofs.iter().filter(|proof| proof.level != Level::Guard);
    proofs.map(|proof| (proof.action.clone(), proof.account.clone())).collect()
}

fn as_json(package: &Package, file: &PolicyFile, explained: &Explained) -> Value {
    json!({
        "workflow": package.manifest.name,
        "digest": package.digest,
        "mode": file.mode.as_str(),
        "reads": file.reads.as_str(),
        "complete": explained.is_complete(),
        "unconditional": explained.is_unconditional(),
        "rules": explained.rules.iter().map(rule).collect::<Vec<_>>(),
        "actions": explained.actions.iter().map(action).collect::<Vec<_>>(),
        "unallowed": explained.unallowed.iter().map(unallowed).collect::<Vec<_>>(),
    })
}

fn rule(rule: &RuleExplained) -> Value {
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
        "resources": rule.objects,
        "resources_idle": rule.idle,
        "conditions": rule.conditions,
        "never": rule.never,
        "allow": rule.allow,
        "risks_unnamed": rule.unnamed,
    })
}

fn action(it: &ActionExplained) -> Value {
    let account = |(name, standing): (&String, &Standing)| {
        let (word, lines) = match standing {
            Standing::Allowed => ("allowed", &[][..]),
            Standing::Narrowed(lines) => ("narrowed", lines.as_slice()),
            Standing::Unallowed(_) => ("unallowed", &[][..]),
        };
        json!({ "account": name, "standing": word, "lines": lines })
    };
    let accounts: Vec<Value> = it.accounts.iter().map(account).collect();
    json!({ "action": it.action, "risk": it.class, "accounts": accounts })
}

fn unallowed(it: &Unallowed) -> Value {
    json!({ "action": it.action, "account": it.account, "risk": it.class, "line": it.line })
}
