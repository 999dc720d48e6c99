//! What a parameter has to be for a rule to match.

use std::collections::BTreeSet;
use std::fmt;

use host_catalog::{Action, ParameterType, Product};
use host_model::quote_within;
use serde_json::Value as Json;
use toml::Value as Toml;

use super::pattern::{Pattern, is_wild};
use crate::Subject;
use crate::given::Given;

/// The region of a call, which is named like a parameter wherever it travels.
pub(super) const REGION: &str = "RegionId";

/// How many characters of a value are shown.
const SHOWN: usize = 128;

/// What a parameter has to be. A parameter that is not given is nothing of it; of a list, every item has
/// to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Condition {
    /// One of these texts, numbers or flags.
    OneOf(BTreeSet<String>),
    /// Like one of these.
    Like(Vec<Pattern>),
}

impl Condition {
    /// `"x"`, `5`, `true`, a list of them, `{ equals = … }` or `{ glob = … }`.
    pub(crate) fn parse(value: &Toml) -> Result<Self, String> {
        let Toml::Table(table) = value else {
            let texts = scalars(value)?;
            return match texts.iter().find(|text| is_wild(text)) {
                Some(text) => Err(format!(
                    "`{text}` has a wildcard: write `{{ glob = \"{text}\" }}`, or `{{ equals = \"{text}\" }}` \
                     if it is meant literally"
                )),
                None => Ok(Self::OneOf(texts)),
            };
        };
        let members: Vec<(&str, &Toml)> =
            table.iter().map(|(key, it)| (key.as_str(), it)).collect();
        match *members.as_slice() {
            [("equals", value)] => Ok(Self::OneOf(scalars(value)?)),
            [("glob", value)] => {
                Ok(Self::Like(scalars(value)?.iter().map(|text| Pattern::new(text)).collect()))
            }
            _ => Err("must have `equals` or `glob`, and nothing else".to_owned()),
        }
    }

    /// Whether a call's parameter of that name is as it has to be.
    pub(crate) fn holds(&self, subject: &Subject<'_>, name: &str) -> bool {
        let region = subject.call.region.as_ref().filter(|_| name == REGION);
        let texts = region.map(|region| vec![region.clone()]).or_else(|| texts(subject, name));
        texts.is_some_and(|texts| !texts.is_empty() && texts.iter().all(|text| self.fits(text)))
    }

    /// Whether the parameter of that action can ever be so. What travels anywhere may have any value.
    pub(crate) fn can_hold(&self, product: &Product, action: &Action, name: &str) -> bool {
        if !is_known(product, action, name) {
            return false;
        }
        let parameter = action.parameter(name);
        let own = |number: &String| number.parse::<i64>().ok();
        match (parameter.and_then(|parameter| product.type_of(parameter)), self) {
            (Some(ParameterType::Text { values, .. }), _) if !values.is_empty() => {
                values.iter().any(|value| self.fits(value))
            }
            (Some(ParameterType::Flag), _) => self.fits("true") || self.fits("false"),
            (Some(ParameterType::Number { min, max, .. }), Self::OneOf(all)) => {
                all.iter().filter_map(own).any(|number| (*min..=*max).contains(&number))
            }
            _ => true,
        }
    }

    fn fits(&self, text: &str) -> bool {
        match self {
            Self::OneOf(own) => own.contains(text),
            Self::Like(own) => own.iter().any(|pattern| pattern.matches(text)),
        }
    }
}

/// In words: `is `A` or `B``, `is like `A*``.
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted = |text: &str| format!("`{}`", quote_within(text, SHOWN));
        match self {
            Self::OneOf(own) => {
                let own: Vec<String> = own.iter().map(|text| quoted(text)).collect();
                write!(f, "is {}", own.join(" or "))
            }
            Self::Like(own) => {
                let own: Vec<String> = own.iter().map(|it| quoted(it.as_str())).collect();
                write!(f, "is like {}", own.join(" or "))
            }
        }
    }
}

/// Whether conditions can be put on that parameter of that action.
pub(crate) fn is_known(product: &Product, action: &Action, name: &str) -> bool {
    if name == REGION {
        return true;
    }
    let parameter = action.parameter(name).filter(|parameter| parameter.is_open());
    parameter.and_then(|parameter| product.type_of(parameter)).is_some_and(is_plain)
}

/// Documents, trees, settings and secrets are judged by rules of their own.
const fn is_plain(kind: &ParameterType) -> bool {
    matches!(
        kind,
        ParameterType::Text { .. }
            | ParameterType::Number { .. }
            | ParameterType::Flag
            | ParameterType::Texts { .. }
            | ParameterType::RoleArn
            | ParameterType::Region
    )
}

/// The texts of a parameter, read as it will be sent.
pub(super) fn texts(subject: &Subject<'_>, name: &str) -> Option<Vec<String>> {
    let parameter = subject.action.parameter(name)?;
    let given = Given(subject.call);
    match subject.product.type_of(parameter)? {
        ParameterType::Number { .. } | ParameterType::Flag => match given.json(name)? {
            json @ (Json::Number(_) | Json::Bool(_)) => Some(vec![json.to_string()]),
            _ => None,
        },
        ParameterType::Texts { .. } => match given.json(name)? {
            Json::Array(items) => {
                items.iter().map(|item| item.as_str().map(str::to_owned)).collect()
            }
            _ => None,
        },
        kind if is_plain(kind) => Some(vec![given.text(name)?.to_owned()]),
        _ => None,
    }
}

fn scalars(value: &Toml) -> Result<BTreeSet<String>, String> {
    let items = match value {
        Toml::Array(items) => items.as_slice(),
        one => std::slice::from_ref(one),
    };
    let text = |item: &Toml| match item {
        Toml::String(text) => Ok(text.clone()),
        Toml::Integer(number) => Ok(number.to_string()),
        Toml::Boolean(flag) => Ok(flag.to_string()),
        _ => Err("must be a text, a whole number, true or false, or a list of them".to_owned()),
    };
    let texts: BTreeSet<String> = items.iter().map(text).collect::<Result<_, _>>()?;
    if texts.is_empty() {
        return Err("is an empty list, which nothing is in".to_owned());
    }
    Ok(texts)
}
