//! What a request asks for: parameters read from the wire or from a call, and checked.

use std::collections::{BTreeMap, BTreeSet};

use host_catalog::{Action, Parameter, ParameterType, Product};
use host_model::{Call, Value};
use serde_json::{Map, Value as Json};

use super::CloudError;

/// Parameters of a request, by API name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parameters {
    values: BTreeMap<String, Json>,
    /// Secrets that are given but cannot be read here.
    withheld: BTreeSet<String>,
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
                Value::Secret(_) => {
                    parameters.withheld.insert(name.clone());
                }
            }
        }
        parameters
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

fn check_value(
    product: &Product,
    action: &Action,
    parameter: &Parameter,
    value: &Json,
) -> Result<(), CloudError> {
    let fault = match product.type_of(parameter) {
        Some(is) => fault(is, action, &parameter.name, value),
        None => page_fault(&parameter.name, value),
    };
    fault.map_or(Ok(()), |fault| Err(fault.of(action, &parameter.name)))
}

/// What may be wrong with a value; decides the end of the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    Length,
    Characters,
    Value,
}

impl Fault {
    /// The action's documented code for it, or the most usual one.
    pub(crate) fn of(self, action: &Action, name: &str) -> CloudError {
        let endings: &[&str] = match self {
            Self::Length => &[".Length", "Size", ".Format", ""],
            Self::Characters => &[".InvalidChars", ".Format", ""],
            Self::Value => &["", ".Format", ".InvalidChars"],
        };
        let code = |ending: &&str| format!("InvalidParameter.{name}{ending}");
        let plain = "InvalidParameter".to_owned();
        let documented = endings.iter().map(code).chain([plain]);
        let code = documented
            .into_iter()
            .find(|code| action.errors.contains_key(code))
            .or_else(|| endings.first().map(code))
            .unwrap_or_default();
        let what = match self {
            Self::Length => "length",
            Self::Characters => "characters",
            Self::Value => "value",
        };
        CloudError::invalid(code, format!("The {what} of the parameter {name} is not valid."))
    }
}

fn page_fault(name: &str, value: &Json) -> Option<Fault> {
    let max = match name {
        "MaxItems" => 1000,
        "PageSize" | "MaxResults" => 100,
        "PageNumber" => i64::MAX,
        _ => return None,
    };
    let right = value.as_i64().is_some_and(|number| (1..=max).contains(&number));
    (!right).then_some(Fault::Value)
}

fn fault(is: &ParameterType, action: &Action, name: &str, value: &Json) -> Option<Fault> {
    let text = value.as_str();
    match is {
        ParameterType::Text { min, max, chars, values } => {
            let text = text.unwrap_or_default();
            let fits = fits(text, min.unwrap_or(0), max.unwrap_or(usize::MAX));
            let printed = format!("InvalidParameter.{name}.InvalidChars");
            let unprintable =
                action.errors.contains_key(&printed) && text.contains(char::is_control);
            let strange = chars.as_ref().is_some_and(|set| !text.chars().all(|c| set.contains(c)));
            if !values.is_empty() && !values.iter().any(|allowed| allowed == text) {
                Some(Fault::Value)
            } else if strange || unprintable {
                Some(Fault::Characters)
            } else {
                (!fits).then_some(Fault::Length)
            }
        }
        ParameterType::PermissionDocument { min, max }
        | ParameterType::TrustDocument { min, max } => {
            (!fits(text.unwrap_or_default(), *min, *max)).then_some(Fault::Length)
        }
        ParameterType::Number { min, max } => {
            let right = value.as_i64().is_some_and(|number| (*min..=*max).contains(&number));
            (!right).then_some(Fault::Value)
        }
        ParameterType::Flag => (!value.is_boolean()).then_some(Fault::Value),
        ParameterType::Texts { max } => {
            let items = value.as_array().filter(|items| items.iter().all(Json::is_string));
            items.is_none_or(|items| items.len() > *max).then_some(Fault::Value)
        }
        ParameterType::Tags { max, key_max, value_max } => {
            let right = |tag: &Json| {
                let part = |part: &str| tag.get(part).and_then(Json::as_str).unwrap_or_default();
                fits(part("Key"), 1, *key_max) && fits(part("Value"), 0, *value_max)
            };
            let items = value.as_array().filter(|items| items.iter().all(right));
            items.is_none_or(|items| items.len() > *max).then_some(Fault::Value)
        }
        ParameterType::RoleArn => {
            let arn = text.and_then(|text| text.parse::<host_model::Arn>().ok());
            let role = arn.filter(|arn| matches!(arn.principal(), host_model::Principal::Role(_)));
            role.is_none().then_some(Fault::Value)
        }
        ParameterType::Region => {
            let region = text.and_then(|text| text.parse::<host_model::Region>().ok());
            region.is_none().then_some(Fault::Value)
        }
        ParameterType::Tree | ParameterType::Secret { .. } => None,
    }
}

fn fits(text: &str, min: usize, max: usize) -> bool {
    (min..=max).contains(&text.chars().count())
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
