//! The typed WIT packages that the catalog stands for, as data; `package.rs` writes them down.
//!
//! A product `ram` becomes the package `aliyun:ram` with three interfaces: `types` (records that
//! mirror replies), `queries` (actions that change nothing) and `changes` (all others), so that a
//! component's import list shows whether it can write.
//!
//! Every function takes the caller first, then a region where the product has no central endpoint,
//! then the required parameters, then a record of options that ends in the open arm `extra`.
//!
//! A package is as new as its newest item. What was released stays as it is: an action that comes later says
//! `since`, and a parameter that comes later is `late`, so that it has no place in the options.

use host_model::Effect;

use crate::{Action, Parameter, ParameterType, Product, Release, ReplyShape, kebab};

/// The version of `aliyun:core`, which every product package uses.
pub const CORE: Release = Release::FIRST;

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
    /// The release of the package that brought it.
    pub since: Release,
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
    /// The version of the product's package: that of its newest item.
    pub fn release(&self) -> Release {
        let actions = self.actions.values().map(|action| action.since);
        let records = self.records.values().map(|record| record.since);
        actions.chain(records).max().unwrap_or_default()
    }

    /// The product's interfaces with functions, `queries` first; one without functions is left out.
    pub fn interfaces(&self) -> Vec<Interface> {
        let interface = |name: &str, reads: bool| Interface {
            name: format!("aliyun:{}/{name}@{}", self.key, self.release()),
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
        let named = |parameter: &&Parameter| parameter.is_open() && !parameter.late;
        for parameter in action.parameters.iter().filter(named) {
            match self.argument(parameter) {
                Some(argument) if parameter.required => arguments.push(argument),
                Some(argument) => options.push(argument),
                None => {}
            }
        }
        let name = kebab(&action.name);
        let reply = action.reply.clone();
        let (since, action) = (action.since, action.name.clone());
        Function { name, action, since, arguments, options, reply }
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
