//! `host inspect`: what a workflow may do, before it does anything.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use host_catalog::Catalog;
use host_model::{Effect, quote_within};
use host_runtime::{CommandScript, Package};
use serde_json::{Value, json};

use crate::command::read_component;
use crate::failure::Failure;
use crate::output::{data, event};
use crate::vetted;

/// Show what a workflow may do: accounts, parameters, and the cloud functions that it really imports.
#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// The workflow's component.
    workflow: PathBuf,
    /// One JSON object instead of text.
    #[arg(long)]
    pub(crate) json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> Result<u8, Failure> {
    let bytes = read_component(&arguments.workflow)?;
    let package = Package::read(&arguments.workflow.display().to_string(), &bytes)?;
    let vetted = vetted::is_vetted(&package.digest);
    if arguments.json {
        event("inspected", as_json(&package, vetted));
    } else {
        for line in as_text(&package, vetted) {
            data(&line);
        }
    }
    Ok(0)
}

fn as_json(package: &Package, vetted: bool) -> Value {
    json!({
        "digest": package.digest,
        "size": package.size,
        "vetted": vetted,
        "manifest": package.manifest,
        "imports": package.imports,
    })
}

fn as_text(package: &Package, vetted: bool) -> Vec<String> {
    let manifest = &package.manifest;
    let words = |text: &str| quote_within(text, 300);
    let vetted = if vetted { "vetted by this build of host" } else { "not vetted" };
    let mut lines = vec![
        format!("{} {}", manifest.name, words(&manifest.version)),
        format!("  “{}”", words(&manifest.title)),
        format!("  sha256 {} ({} bytes), {vetted}", package.digest, package.size),
        String::new(),
        "accounts".to_owned(),
    ];
    for slot in &manifest.accounts {
        let optional = if slot.optional { ", optional" } else { "" };
        lines.push(format!("  {}: “{}”{optional}", slot.name, words(&slot.what)));
    }
    lines.push(String::new());
    lines.push("parameters (-p name=value)".to_owned());
    lines.extend(parameters(&manifest.parameters, 0));
    lines.push(String::new());
    lines.extend(functions(package));
    lines.push(String::new());
    lines.extend(scripts(&manifest.commands));
    lines.push("proofs that the host looks for".to_owned());
    for proof in &manifest.proofs {
        lines.push(format!("  {}: “{}” ({})", proof.id, words(&proof.title), proof.action));
    }
    lines
}

/// The scripts that it may run on machines, as their author names them.
fn scripts(commands: &[CommandScript]) -> Vec<String> {
    let script = |command: &CommandScript| {
        let looks = if command.looks { ", which only looks, as its author says" } else { "" };
        format!("  {}: sha256 {}{looks}", command.name, command.digest)
    };
    let mut lines: Vec<String> = commands.iter().map(script).collect();
    if !lines.is_empty() {
        lines.insert(0, "scripts that it may run on machines".to_owned());
        lines.push(String::new());
    }
    lines
}

/// Every property with its limits, and what is inside of objects and lists below it.
fn parameters(schema: &Value, depth: usize) -> Vec<String> {
    let required: Vec<&str> = texts(schema.get("required"));
    let properties = schema.get("properties").and_then(Value::as_object);
    let mut lines = Vec::new();
    for (name, property) in properties.into_iter().flatten() {
        let need = if required.contains(&name.as_str()) { ", required" } else { "" };
        let default = property.get("default").map(|value| format!(", default {value}"));
        let facts = format!("{}{}{need}", kind(property), limits(property));
        let facts = quote_within(&format!("{name}: {facts}{}", default.unwrap_or_default()), 400);
        let pad = " ".repeat(2 + 4 * depth);
        lines.push(format!("{pad}{facts}"));
        if let Some(text) = property.get("description").and_then(Value::as_str) {
            lines.push(format!("{pad}    “{}”", quote_within(text, 400)));
        }
        // Schemas of people are shallow; a hostile one must not be followed for ever.
        if depth < 4 {
            for inner in inside(property) {
                lines.extend(parameters(inner, depth + 1));
            }
        }
    }
    lines
}

/// Where a schema goes on: its own properties, those of a list's items, and of each alternative.
fn inside(property: &Value) -> Vec<&Value> {
    let alternatives = ["oneOf", "anyOf"].iter().filter_map(|key| property.get(key)?.as_array());
    let mut inside: Vec<&Value> = vec![property];
    inside.extend(property.get("items"));
    inside.extend(alternatives.flatten());
    inside
}

fn texts(list: Option<&Value>) -> Vec<&str> {
    list.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

fn kind(property: &Value) -> String {
    match property.get("type") {
        Some(Value::String(kind)) => kind.clone(),
        Some(Value::Array(kinds)) => {
            kinds.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" or ")
        }
        _ => "any of several shapes".to_owned(),
    }
}

fn limits(property: &Value) -> String {
    let mut limits = Vec::new();
    for (key, word) in [
        ("minLength", "at least"),
        ("maxLength", "at most"),
        ("minimum", "from"),
        ("maximum", "to"),
        ("minItems", "at least"),
        ("maxItems", "at most"),
        ("pattern", "matching"),
    ] {
        if let Some(limit) = property.get(key) {
            limits.push(format!("{word} {limit}"));
        }
    }
    if let Some(Value::Array(values)) = property.get("enum") {
        let values: Vec<String> = values.iter().map(Value::to_string).collect();
        limits.push(format!("one of {}", values.join(", ")));
    }
    if limits.is_empty() { String::new() } else { format!(" ({})", limits.join(", ")) }
}

/// Cloud functions by effect, writes first; then what it has of the host.
fn functions(package: &Package) -> Vec<String> {
    let mut by_effect: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    let mut others = Vec::new();
    let mut layered = Vec::new();
    for import in &package.imports {
        let found = import.action.as_deref().and_then(|name| {
            let (product, action) = name.split_once(':')?;
            Catalog::builtin().action(product, action).map(|action| (name, action))
        });
        match found {
            Some((name, action)) => {
                let risk = action.risk.map(|risk| format!(" [{}]", risk.as_str()));
                let rank = match action.effect {
                    Effect::Delete => 0,
                    Effect::Update => 1,
                    Effect::Create => 2,
                    Effect::Read => 3,
                };
                let text = format!("  {name}{}: {}", risk.unwrap_or_default(), action.summary);
                by_effect.entry(rank).or_default().push(text);
            }
            None if import.interface.starts_with("wasi:") => layered.push(&import.interface),
            None => others.push(format!("{}.{}", import.interface, import.function)),
        }
    }
    let titles = ["removes", "changes", "makes", "reads"];
    let mut lines = Vec::new();
    for (rank, actions) in by_effect {
        let title = titles.get(usize::from(rank)).copied().unwrap_or_default();
        let count = match actions.len() {
            1 => "1 cloud function".to_owned(),
            many => format!("{many} cloud functions"),
        };
        lines.push(format!("{title} ({count} that it imports)"));
        lines.extend(actions);
    }
    lines.push(format!("of the host: {}", others.join(", ")));
    if !layered.is_empty() {
        layered.dedup();
        let count = layered.len();
        lines.push(format!(
            "wasi: empty layer ({count} interfaces; no file, variable, argument or network)"
        ));
    }
    lines
}
