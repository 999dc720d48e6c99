//! What a request asks for: parameters read from the wire or from a call, and checked.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Parameter, ParameterType, Product};
use host_model::{Call, Value};
use serde_json::{Map, Value as Json};
use sha2::{Digest as _, Sha256};

use super::check::check_value;
use super::{CloudError, document};
use crate::entropy::hex;

/// Parameters of a request, by API name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<String, Json>,
    /// Secrets that are given but cannot be read here.
    withheld: BTreeSet<String>,
    /// The body of a resource request, whole.
    body: Json,
}

impl Parameters {
    /// From a call, before it goes on the wire. Secrets count as given.
    pub fn from_call(product: &Product, action: &Action, call: &Call) -> Self {
        let mut parameters = Self::default();
        if let Some(region) = &call.region {
            parameters.insert("RegionId", Json::from(region.as_str()));
        }
        for (name, value) in &call.parameters {
            match value {
                Value::Text(text) => parameters.insert_text(product, action, name, text),
                Value::Json(json) => parameters.insert(name, json.clone()),
                Value::Settings(settings) => match document::of(settings) {
                    Some(text) => parameters.insert(name, Json::from(text)),
                    None => {
                        parameters.withheld.insert(name.clone());
                    }
                },
                Value::Secret(_) => {
                    parameters.withheld.insert(name.clone());
                }
            }
        }
        for parameter in &action.parameters {
            let value = parameters.values.get(&parameter.name).cloned();
            if let (Some(at), Some(value)) = (&parameter.at, value) {
                document::place(&mut parameters.body, at, value);
            }
        }
        parameters
    }

    /// The parameters that are texts.
    pub(crate) fn given(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values.iter().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// From a resource request: what its path and query say, and its JSON body.
    pub(crate) fn from_resource(
        product: &Product,
        action: &Action,
        given: &[(String, String)],
        body: &[u8],
    ) -> Result<Self, CloudError> {
        let mut parameters = Self::from_wire(product, action, given);
        if !body.is_empty() {
            parameters.body = serde_json::from_slice(body).map_err(|_| {
                CloudError::invalid("InvalidParameter", "The body of the request is no JSON.")
            })?;
        }
        let top: Vec<(String, Json)> = action
            .parameters
            .iter()
            .filter_map(|parameter| {
                let value = match &parameter.at {
                    Some(at) => parameters.body.pointer(at),
                    None => parameters.body.get(&parameter.name),
                };
                Some((parameter.name.clone(), value.filter(|value| !value.is_null())?.clone()))
            })
            .collect();
        parameters.values.extend(top);
        Ok(parameters)
    }

    /// The items of a resource request whose body is a list.
    pub(crate) fn items(&self) -> &[Json] {
        self.body.as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// From decoded pairs of a query or a form: `Tag.1.Key`, or JSON in one parameter.
    pub fn from_wire(product: &Product, action: &Action, pairs: &[(String, String)]) -> Self {
        let mut parameters = Self::default();
        for (name, text) in pairs {
            if name.contains('.') {
                parameters.insert_leaf(name, text);
            } else {
                parameters.insert_text(product, action, name, text);
            }
        }
        for value in parameters.values.values_mut() {
            *value = lists(std::mem::take(value));
        }
        parameters
    }

    /// Sets a parameter.
    pub fn insert(&mut self, name: &str, value: Json) {
        self.values.insert(name.to_owned(), value);
    }

    fn insert_text(&mut self, product: &Product, action: &Action, name: &str, text: &str) {
        let parameter = action.parameter(name);
        let is = parameter.and_then(|parameter| product.type_of(parameter));
        // An optional text that is empty is as good as absent.
        if text.is_empty() && !parameter.is_some_and(|parameter| parameter.required) {
            return;
        }
        let page = parameter.is_some_and(Parameter::is_paging);
        let value = match is {
            Some(ParameterType::Flag) => flag(text),
            Some(ParameterType::Number { .. }) => number(text),
            Some(
                ParameterType::Texts { .. } | ParameterType::Tags { .. } | ParameterType::Tree,
            ) => serde_json::from_str(text).ok(),
            None if page => number(text),
            _ => None,
        };
        self.insert(name, value.unwrap_or_else(|| Json::from(text)));
    }

    fn insert_leaf(&mut self, name: &str, text: &str) {
        let mut steps = name.split('.');
        let first = steps.next().unwrap_or_default();
        let mut place =
            self.values.entry(first.to_owned()).or_insert_with(|| Json::Object(Map::new()));
        for step in steps {
            if !place.is_object() {
                *place = Json::Object(Map::new());
            }
            place = &mut place[step];
        }
        *place = Json::from(text);
    }

    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.as_str()
    }

    /// A text that the check has seen.
    pub(crate) fn required(&self, name: &str) -> &str {
        self.text(name).unwrap_or_default()
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.text(name).map(str::to_owned)
    }

    /// A truth value.
    pub fn flag(&self, name: &str) -> Option<bool> {
        self.values.get(name)?.as_bool()
    }

    /// A whole number.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.values.get(name)?.as_i64()
    }

    /// A list of texts.
    pub fn texts(&self, name: &str) -> Vec<String> {
        let items = self.values.get(name).and_then(Json::as_array);
        let items = items.into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    }

    /// A list of texts that may also travel as one JSON text.
    pub(crate) fn text_list(&self, name: &str) -> Vec<String> {
        match self.text(name) {
            Some(text) => serde_json::from_str(text).unwrap_or_default(),
            None => self.texts(name),
        }
    }

    /// A digest of the action's own values, for comparing two requests: the values may be secret.
    /// What else an RPC V1 request has among them, its signature before all, is new each time.
    pub(crate) fn digest(&self, action: &Action) -> String {
        let own = self.values.iter().filter(|(name, _)| action.parameter(name).is_some());
        let own: BTreeMap<&String, &Json> = own.collect();
        hex(&Sha256::digest(serde_json::to_vec(&own).unwrap_or_default()))
    }

    /// A list of tags.
    pub fn tags(&self, name: &str) -> Vec<(String, String)> {
        let items = self.values.get(name).and_then(Json::as_array);
        let part = |item: &Json, part: &str| item.get(part)?.as_str().map(str::to_owned);
        items
            .into_iter()
            .flatten()
            .filter_map(|item| Some((part(item, "Key")?, part(item, "Value").unwrap_or_default())))
            .collect()
    }

    /// Whether the parameter is given, readable or not.
    pub fn has(&self, name: &str) -> bool {
        self.values.contains_key(name) || self.withheld.contains(name)
    }

    /// Refuses what is missing or wrong, with the codes of the action's error table.
    pub(crate) fn check(&self, product: &Product, action: &Action) -> Result<(), CloudError> {
        for parameter in &action.parameters {
            let name = parameter.name.as_str();
            match self.values.get(name) {
                Some(value) => check_value(product, action, parameter, value)?,
                None if parameter.required && !self.withheld.contains(name) => {
                    return Err(CloudError::invalid(
                        "MissingParameter",
                        format!("The parameter {name} is mandatory and was not given."),
                    ));
                }
                None => {}
            }
        }
        Ok(())
    }
}

/// The Python SDK writes `True`, others `true`; servers accept both (`signing.md`, flattening).
fn flag(text: &str) -> Option<Json> {
    match text {
        "true" | "True" => Some(Json::Bool(true)),
        "false" | "False" => Some(Json::Bool(false)),
        _ => None,
    }
}

fn number(text: &str) -> Option<Json> {
    text.parse::<i64>().ok().map(Json::from)
}

/// Objects whose names are 1, 2, 3 … become lists, at every depth.
fn lists(value: Json) -> Json {
    let Json::Object(members) = value else { return value };
    let index = |name: &String| name.parse::<usize>().ok();
    let numbered = !members.is_empty() && members.keys().all(|name| index(name).is_some());
    if numbered {
        let mut items: Vec<_> =
            members.into_iter().map(|(name, item)| (index(&name), lists(item))).collect();
        items.sort_by_key(|(index, _)| *index);
        items.into_iter().map(|(_, item)| item).collect()
    } else {
        members.into_iter().map(|(name, item)| (name, lists(item))).collect()
    }
}
