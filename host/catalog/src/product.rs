//! Products: a version of one product's API.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::{Action, CatalogError, LostReply, Parameter, ParameterType, Record, ReplyShape};

/// A version of one product's API.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Product {
    /// The key, for example `ram`: the file's name, and the WIT package `aliyun:ram`.
    #[serde(skip)]
    pub key: String,
    /// The product's full name.
    pub title: String,
    /// The API version, for example `2015-05-01`.
    pub version: String,
    /// How requests look.
    pub style: Style,
    /// Whether it keeps the directory of who there is and who may do what: users, roles, policies.
    #[serde(default)]
    pub directory: bool,
    /// Where it answers.
    pub endpoint: Endpoint,
    /// Types of parameters, by name.
    pub types: BTreeMap<String, ParameterType>,
    /// Parts of replies that workflows see typed, by name.
    #[serde(default)]
    pub records: BTreeMap<String, Record>,
    /// Actions, by API name.
    pub actions: BTreeMap<String, Action>,
}

/// How requests look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// One path; the action's name and flat parameters travel apart from it.
    Rpc,
    /// Resource paths and JSON bodies.
    Roa,
}

/// Where a product answers; `{region}` stands for a region id (`facts.md`, products and endpoints).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// The one for all regions, or the default.
    #[serde(default)]
    pub central: Option<String>,
    /// The one of a region.
    #[serde(default)]
    pub regional: Option<String>,
    /// The one inside a VPC.
    pub vpc: String,
}

impl Endpoint {
    /// Whether a call must name a region.
    pub fn needs_region(&self) -> bool {
        self.central.is_none()
    }
}

impl Product {
    /// Reads a product's data and refuses names that lead nowhere.
    pub fn parse(key: &str, text: &str) -> Result<Self, CatalogError> {
        let mut product: Self = toml::from_str(text).map_err(|error| CatalogError::Unreadable {
            product: key.to_owned(),
            reason: error.to_string(),
        })?;
        key.clone_into(&mut product.key);
        for (name, action) in &mut product.actions {
            name.clone_into(&mut action.name);
        }
        product.check_names()?;
        Ok(product)
    }

    /// The type of a parameter; `None` for the parameters of paging.
    pub fn type_of(&self, parameter: &Parameter) -> Option<&ParameterType> {
        self.types.get(&parameter.is)
    }

    fn check_names(&self) -> Result<(), CatalogError> {
        for action in self.actions.values() {
            for parameter in action.parameters.iter().filter(|parameter| !parameter.is_paging()) {
                self.must_have(
                    action,
                    "the type",
                    &parameter.is,
                    self.type_of(parameter).is_some(),
                )?;
            }
            if let ReplyShape::Record { record, .. } | ReplyShape::List { list: record, .. } =
                &action.reply
            {
                self.must_have(action, "the record", record, self.records.contains_key(record))?;
            }
            let lost = match &action.lost {
                LostReply::ByName(read) => Some(read),
                LostReply::Repeat | LostReply::Token(_) | LostReply::Reconcile => None,
            };
            let inverse = action.inverse.as_ref();
            let first =
                inverse.and_then(|inverse| inverse.first.as_ref()).map(|first| &first.action);
            let inverse = inverse.map(|inverse| &inverse.action).into_iter().chain(first);
            let tags = action.found.as_ref().and_then(|found| found.tags.as_ref());
            let tags = tags.map(|tags| &tags.read);
            let began = action.began.as_ref().map(|began| &began.read);
            for name in action.observe.iter().chain(lost).chain(inverse).chain(tags).chain(began) {
                self.must_have(action, "the action", name, self.actions.contains_key(name))?;
            }
        }
        Ok(())
    }

    fn must_have(
        &self,
        action: &Action,
        what: &'static str,
        name: &str,
        there: bool,
    ) -> Result<(), CatalogError> {
        if there {
            return Ok(());
        }
        Err(CatalogError::Dangling {
            product: self.key.clone(),
            action: action.name.clone(),
            what,
            name: name.to_owned(),
        })
    }
}
