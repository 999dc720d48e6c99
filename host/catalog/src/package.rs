//! A product's WIT package as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::wit::{CORE, Function, Interface};
use crate::{
    Argument, ArgumentType, Field, FieldType, Product, Record, Release, ReplyShape, wit_name,
};

const TYPES: &str = "\
Parts of replies. Frozen: what a record does not name stands in its `raw`. A field that is no `option` and that the
cloud left out reads as empty, zero or false.";

const QUERIES: &str = "\
Calls that change nothing. A workflow that imports only `queries` interfaces cannot write.

Each call is permitted if the manifest declares its action, and the rules and the person who runs the workflow
agree; else it is `denied`. A parameter outside of the limits that stand beside it is `invalid`, with `parameter`
and `limit` in `details`, and nothing is sent. Lists come whole, or are an error. The reply is recorded: a run that
is resumed gets the recorded one. A plan asks the cloud too, and lays over the reply what is planned until then.
One call more than the run may make is `budget-exhausted`, and so is one handle more than it may hold.";

const CHANGES: &str = "\
Calls that change something.

Each call is permitted if the manifest declares its action, and the rules and the person who runs the workflow
agree; else it is `denied`. A parameter outside of the limits that stand beside it is `invalid`, with `parameter`
and `limit` in `details`, and nothing is sent. That the call leaves is written down before it does, and what came of
it before the workflow sees it: a run that is resumed gets the recorded outcome, and changes nothing twice. A plan
sends nothing: it lists the call, and answers as the cloud would. Only what was planned and approved is sent
afterwards. If the reply is lost the host looks what came of the call; what nobody can tell is `outcome-unknown`.
One call more than the run may make is `budget-exhausted`, and so is one handle more than it may hold.";

/// The product's WIT package as text.
pub fn package_text(product: &Product) -> String {
    let mut text = format!(
        "/// {title}, {version}. Generated from the catalog: never edited by hand.\n\
         package aliyun:{key}@{release};\n",
        title = product.title,
        version = product.version,
        key = product.key,
        release = product.release(),
    );
    if !product.records.is_empty() {
        text.push_str(&types_text(product));
    }
    for interface in product.interfaces() {
        text.push_str(&interface_text(product, &interface));
    }
    text
}

/// Names by what they are used from, each with the release of the first item that needs it.
#[derive(Default)]
struct Uses(BTreeMap<&'static str, BTreeMap<String, Release>>);

impl Uses {
    fn add(&mut self, from: &'static str, name: &str, since: Release) {
        let first = self.0.entry(from).or_default().entry(name.to_owned()).or_insert(since);
        *first = since.min(*first);
    }

    /// One `use` for each origin and release.
    fn text(&self) -> String {
        let mut text = String::new();
        for (from, names) in &self.0 {
            let from = if *from == "core" {
                format!("aliyun:core/types@{CORE}")
            } else {
                (*from).to_owned()
            };
            let mut releases: Vec<Release> = names.values().copied().collect();
            releases.sort_unstable();
            releases.dedup();
            for release in releases {
                let names = names.iter().filter(|(_, since)| **since == release);
                let names: Vec<&str> = names.map(|(name, _)| name.as_str()).collect();
                let _ =
                    writeln!(text, "{}  use {from}.{{{}}};", gate(release, 2), names.join(", "));
            }
        }
        text
    }
}

/// The gate of an item, on a line of its own.
fn gate(since: Release, indent: usize) -> String {
    format!("{:indent$}@since(version = {since})\n", "")
}

/// A doc comment.
fn doc(words: &str, indent: usize) -> String {
    let line = |line: &str| format!("{:indent$}/// {line}", "").trim_end().to_owned() + "\n";
    words.lines().map(line).collect()
}

fn types_text(product: &Product) -> String {
    let mut uses = Uses::default();
    for record in product.records.values() {
        for field in &record.fields {
            match field.is {
                FieldType::Secret => uses.add("core", "secret", record.since),
                FieldType::Tags => uses.add("core", "tag", record.since),
                _ => {}
            }
        }
    }
    let since = product.records.values().map(|record| record.since).min().unwrap_or_default();
    let mut parts: Vec<String> = vec![uses.text()];
    parts.extend(product.records.iter().map(|(name, record)| record_text(name, record)));
    parts.retain(|part| !part.is_empty());
    format!("\n{}{}interface types {{\n{}}}\n", doc(TYPES, 0), gate(since, 0), parts.join("\n"))
}

fn record_text(name: &str, record: &Record) -> String {
    let mut text = format!("{}  record {} {{\n", gate(record.since, 2), wit_name(name));
    for field in &record.fields {
        if let Some(unit) = &field.unit {
            text.push_str(&doc(&format!("In {unit}."), 4));
        }
        let _ = writeln!(text, "    {}: {},", wit_name(&field.name), field_type(field));
    }
    text.push_str(
        "    /// This part of the reply as JSON, secret fields left out: what this version does not name.\n    \
         raw: string,\n  }\n",
    );
    text
}

fn field_type(field: &Field) -> String {
    let inner = match field.is {
        FieldType::Text => "string",
        FieldType::Number => "s64",
        FieldType::Flag => "bool",
        FieldType::Texts => "list<string>",
        FieldType::Tags => "list<tag>",
        FieldType::Secret => "secret",
    };
    if field.maybe { format!("option<{inner}>") } else { inner.to_owned() }
}

fn interface_text(product: &Product, interface: &Interface) -> String {
    let short = interface.name.rsplit('/').next().unwrap_or_default();
    let short = short.split('@').next().unwrap_or_default();
    let words = if short == "queries" { QUERIES } else { CHANGES };
    let functions = &interface.functions;
    let since = functions.iter().map(|function| function.since).min().unwrap_or_default();
    let mut text = format!("\n{}{}interface {short} {{\n", doc(words, 0), gate(since, 0));
    text.push_str(&uses_of(functions).text());
    for function in functions {
        text.push_str(&function_text(product, function));
    }
    text.push_str("}\n");
    text
}

fn uses_of(functions: &[Function]) -> Uses {
    let mut uses = Uses::default();
    for function in functions {
        let since = function.since;
        for name in ["identity", "value", "error"] {
            uses.add("core", name, since);
        }
        for argument in function.arguments.iter().chain(&function.options) {
            match argument.is {
                ArgumentType::Tags => uses.add("core", "tag", since),
                ArgumentType::Secret => uses.add("core", "secret", since),
                _ => {}
            }
        }
        match &function.reply {
            ReplyShape::Secret { .. } => uses.add("core", "secret", since),
            ReplyShape::Record { record, .. } | ReplyShape::List { list: record, .. } => {
                uses.add("types", record, since);
            }
            _ => {}
        }
    }
    uses
}

fn function_text(product: &Product, function: &Function) -> String {
    let since = gate(function.since, 2);
    let mut text = format!("\n{since}  record {}-options {{\n", function.name);
    for option in &function.options {
        text.push_str(&doc(&sentence(&limit(product, function, option)), 4));
        let _ = writeln!(text, "    {}: {},", wit_name(&option.name), option_type(option.is));
    }
    text.push_str(
        "    /// Parameters that this version does not name, by their API name.\n    \
         extra: list<tuple<string, value>>,\n  }\n",
    );
    let mut arguments = String::from("caller: borrow<identity>");
    for argument in &function.arguments {
        let _ = write!(arguments, ", {}: {}", wit_name(&argument.name), plain_type(argument.is));
    }
    let _ = writeln!(
        text,
        "{}{since}  {name}: func({arguments}, options: {name}-options) -> result<{}, error>;",
        doc(&function_words(product, function), 2),
        reply_type(&function.reply),
        name = function.name,
    );
    text
}

/// What it does, what it is called in manifests, and what its arguments may be.
fn function_words(product: &Product, function: &Function) -> String {
    let summary = product.actions.get(&function.action).map_or("", |action| &action.summary);
    let mut words = format!("{summary} Declared as `{}:{}`.\n", product.key, function.action);
    if !function.arguments.is_empty() {
        words.push('\n');
    }
    for argument in &function.arguments {
        let _ = writeln!(words, "- `{}`: {}", argument.name, limit(product, function, argument));
    }
    words
}

/// Words that stand alone.
fn sentence(words: &str) -> String {
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => format!("{}{}.", first.to_uppercase(), characters.as_str()),
        None => String::new(),
    }
}

/// What an argument may be, in words; what is outside is `invalid`.
fn limit(product: &Product, function: &Function, argument: &Argument) -> String {
    if argument.is == ArgumentType::Region {
        return "the region id that the call goes to".to_owned();
    }
    let action = product.actions.get(&function.action);
    let parameter = action.and_then(|action| action.parameter(&argument.parameter));
    parameter.map(|parameter| product.limit_of(parameter)).unwrap_or_default()
}

const fn plain_type(is: ArgumentType) -> &'static str {
    match is {
        ArgumentType::Text | ArgumentType::Tree | ArgumentType::Region => "string",
        ArgumentType::Number => "s64",
        ArgumentType::Flag => "bool",
        ArgumentType::Texts => "list<string>",
        ArgumentType::Tags => "list<tag>",
        ArgumentType::Secret => "borrow<secret>",
        ArgumentType::Settings => "list<tuple<string, value>>",
    }
}

fn option_type(is: ArgumentType) -> String {
    match is {
        ArgumentType::Texts | ArgumentType::Tags | ArgumentType::Settings => {
            plain_type(is).to_owned()
        }
        _ => format!("option<{}>", plain_type(is)),
    }
}

fn reply_type(reply: &ReplyShape) -> String {
    match reply {
        ReplyShape::Nothing => "_".to_owned(),
        ReplyShape::Tree | ReplyShape::Text { .. } => "string".to_owned(),
        ReplyShape::Identity => "identity".to_owned(),
        ReplyShape::Record { record, .. } => wit_name(record),
        ReplyShape::List { list, .. } => format!("list<{}>", wit_name(list)),
        ReplyShape::Secret { .. } => "secret".to_owned(),
    }
}
