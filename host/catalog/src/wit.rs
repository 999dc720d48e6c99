//! The typed WIT packages that the catalog stands for.
//!
//! A product `ram` becomes the package `aliyun:ram` with three interfaces: `types` (records that
//! mirror replies), `queries` (actions that change nothing) and `changes` (all others), so that a
//! component's import list shows whether it can write.
//!
//! Every function takes the caller first, then a region where the product has no central endpoint,
//! then the required parameters, then a record of options that ends in the open arm `extra`.

use std::fmt::Write as _;

use host_model::Effect;

use crate::{
    Action, Field, FieldType, Parameter, ParameterType, Product, Record, ReplyShape, kebab,
    wit_name,
};

/// The version of the contract that this build speaks.
pub const CONTRACT: &str = "0.1.0";

/// An interface with functions: `queries` or `changes` of a product.
#[derive(Debug, Clone)]
pub struct Interface {
    /// The name that components import, for example `aliyun:ram/queries@0.1.0`.
    pub name: String,
    /// The product's key.
    pub product: String,
    /// Its functions, sorted by name.
    pub functions: Vec<Function>,
}

/// A WIT function that stands for an action.
#[derive(Debug, Clone)]
pub struct Function {
    /// The WIT name, for example `create-role`.
    pub name: String,
    /// The action's API name.
    pub action: String,
    /// What follows the caller, in order.
    pub arguments: Vec<Argument>,
    /// Fields of the options record, in order, without `extra`.
    pub options: Vec<Argument>,
    /// What it answers.
    pub reply: ReplyShape,
}

/// An argument, or a field of the options.
#[derive(Debug, Clone)]
pub struct Argument {
    /// The WIT name.
    pub name: String,
    /// The API name of the parameter that it fills; `RegionId` for the call's region.
    pub parameter: String,
    /// What it is in WIT.
    pub is: ArgumentType,
}

/// What an argument is in WIT. In options, all but the lists are wrapped in `option`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgumentType {
    /// `string`
    Text,
    /// `s64`
    Number,
    /// `bool`
    Flag,
    /// `list<string>`
    Texts,
    /// `list<tag>`
    Tags,
    /// `string` that holds JSON
    Tree,
    /// `borrow<secret>`
    Secret,
    /// `list<tuple<string, value>>`
    Settings,
    /// `string`: the region that the call goes to
    Region,
}

impl Product {
    /// The product's interfaces with functions, `queries` first; one without functions is left out.
    pub fn interfaces(&self) -> Vec<Interface> {
        let interface = |name: &str, reads: bool| Interface {
            name: format!("aliyun:{}/{name}@{CONTRACT}", self.key),
            product: self.key.clone(),
            functions: self
                .actions
                .values()
                .filter(|action| (action.effect == Effect::Read) == reads)
                .map(|action| self.function(action))
                .collect(),
        };
        let all = [interface("queries", true), interface("changes", false)];
        all.into_iter().filter(|interface| !interface.functions.is_empty()).collect()
    }

    fn function(&self, action: &Action) -> Function {
        let region = Argument {
            name: "region-id".to_owned(),
            parameter: "RegionId".to_owned(),
            is: ArgumentType::Region,
        };
        let mut arguments = Vec::new();
        let mut options = Vec::new();
        if self.endpoint.needs_region() {
            arguments.push(region);
        } else if self.endpoint.regional.is_some() {
            options.push(region);
        }
        for parameter in action.parameters.iter().filter(|parameter| parameter.is_open()) {
            match self.argument(parameter) {
                Some(argument) if parameter.required => arguments.push(argument),
                Some(argument) => options.push(argument),
                None => {}
            }
        }
        let name = kebab(&action.name);
        let reply = action.reply.clone();
        Function { name, action: action.name.clone(), arguments, options, reply }
    }

    /// `None` for a region, which is an argument of its own.
    fn argument(&self, parameter: &Parameter) -> Option<Argument> {
        let is = match self.type_of(parameter)? {
            ParameterType::Region => return None,
            ParameterType::Number { .. } => ArgumentType::Number,
            ParameterType::Flag => ArgumentType::Flag,
            ParameterType::Texts { .. } => ArgumentType::Texts,
            ParameterType::Tags { .. } => ArgumentType::Tags,
            ParameterType::Tree => ArgumentType::Tree,
            ParameterType::Secret { .. } => ArgumentType::Secret,
            ParameterType::Settings { .. } => ArgumentType::Settings,
            ParameterType::Text { .. }
            | ParameterType::PermissionDocument { .. }
            | ParameterType::TrustDocument { .. }
            | ParameterType::RoleArn => ArgumentType::Text,
        };
        let name =
            if is == ArgumentType::Tags { "tags".to_owned() } else { kebab(&parameter.name) };
        Some(Argument { name, parameter: parameter.name.clone(), is })
    }
}

/// The product's WIT package as text.
pub fn package_text(product: &Product) -> String {
    let mut text = format!(
        "/// {title}, {version}. Generated from the catalog: never edited by hand.\n\
         package aliyun:{key}@{CONTRACT};\n",
        title = product.title,
        version = product.version,
        key = product.key,
    );
    if !product.records.is_empty() {
        text.push_str(&types_text(product));
    }
    for interface in product.interfaces() {
        text.push_str(&interface_text(product, &interface));
    }
    text
}

fn types_text(product: &Product) -> String {
    let mut text = String::from("\n/// Parts of replies.\ninterface types {\n");
    let fields = || product.records.values().flat_map(|record| &record.fields);
    let uses = |is: FieldType| fields().any(|field| field.is == is);
    let names: Vec<&str> = [(FieldType::Secret, "secret"), (FieldType::Tags, "tag")]
        .into_iter()
        .filter_map(|(is, name)| uses(is).then_some(name))
        .collect();
    if !names.is_empty() {
        let _ = writeln!(text, "  use aliyun:core/types@{CONTRACT}.{{{}}};", names.join(", "));
    }
    let records: Vec<String> =
        product.records.iter().map(|(name, record)| record_text(name, record)).collect();
    if !names.is_empty() {
        text.push('\n');
    }
    text.push_str(&records.join("\n"));
    text.push_str("}\n");
    text
}

fn record_text(name: &str, record: &Record) -> String {
    let mut text = format!("  record {} {{\n", wit_name(name));
    for field in &record.fields {
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
    let comment = if short == "queries" {
        "Calls that change nothing. A workflow that imports only `queries` interfaces cannot write."
    } else {
        "Calls that change something."
    };
    let mut text = format!("\n/// {comment}\ninterface {short} {{\n");
    let functions = &interface.functions;
    let arguments = || functions.iter().flat_map(|f| f.arguments.iter().chain(&f.options));
    let mut core = vec!["identity", "value", "error"];
    if arguments().any(|argument| argument.is == ArgumentType::Tags) {
        core.push("tag");
    }
    let gives_secret = functions.iter().any(|f| matches!(f.reply, ReplyShape::Secret { .. }));
    if gives_secret || arguments().any(|argument| argument.is == ArgumentType::Secret) {
        core.push("secret");
    }
    let _ = writeln!(text, "  use aliyun:core/types@{CONTRACT}.{{{}}};", core.join(", "));
    let mut records: Vec<&str> = functions.iter().filter_map(|f| record_of(&f.reply)).collect();
    records.sort_unstable();
    records.dedup();
    if !records.is_empty() {
        let _ = writeln!(text, "  use types.{{{}}};", records.join(", "));
    }
    for function in functions {
        let summary = product.actions.get(&function.action).map_or("", |action| &action.summary);
        text.push_str(&function_text(function, summary));
    }
    text.push_str("}\n");
    text
}

fn function_text(function: &Function, summary: &str) -> String {
    let mut text = format!("\n  record {}-options {{\n", function.name);
    for option in &function.options {
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
        "  /// {summary}\n  {name}: func({arguments}, options: {name}-options) -> result<{}, error>;",
        reply_type(&function.reply),
        name = function.name,
    );
    text
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

fn record_of(reply: &ReplyShape) -> Option<&str> {
    match reply {
        ReplyShape::Record { record, .. } | ReplyShape::List { list: record, .. } => Some(record),
        _ => None,
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
