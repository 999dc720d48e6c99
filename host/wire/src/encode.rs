//! Calls to unsigned requests.

use std::collections::BTreeSet;

use host_catalog::{Action, Encoding, Parameter, ParameterType, Product, Style};
use host_model::{Call, HttpRequest, SecretRef, SecretText, Value, quote_within};
use serde_json::Value as Json;

use crate::{Page, WireError, flat, roa, rpc, settings};

/// How many characters of a wrong name an error shows.
const NAME_SHOWN: usize = 80;

/// Where the secrets are that a call names.
pub trait SecretLookup: Send + Sync {
    /// The bytes, if the host holds them.
    fn secret(&self, name: &SecretRef) -> Option<SecretText>;
}

/// The request of a call, or of one page of it: unsigned, with an empty authority.
///
/// `host_parameters` are what only the host gives, for example the name of a role's session; they
/// are parameters of the catalog as well, and none may be one that the call gives too.
///
/// # Errors
///
/// The call gives what the catalog does not have, gives a parameter twice, or mixes up secrets and
/// text; the host does not hold a secret that the call names; a value has no place in the path or
/// in the body.
pub fn encode(
    product: &Product,
    action: &Action,
    call: &Call,
    host_parameters: &[(String, String)],
    secrets: &dyn SecretLookup,
    page: Option<&Page>,
) -> Result<HttpRequest, WireError> {
    let mut filler = Filler::new(product, action, secrets);
    for (name, value) in &call.parameters {
        filler.fill(name, value)?;
    }
    for (name, text) in host_parameters {
        filler.fill(name, &Value::Text(text.clone()))?;
    }
    filler.fill_region(call.region.as_deref());
    if let Some(page) = page {
        filler.fill_page(page);
    }
    match product.style {
        Style::Rpc => Ok(rpc::request(action, filler.filled)),
        Style::Roa => roa::request(product, action, filler.filled),
    }
}

/// A parameter with its value, decoded, before a style decides where it travels.
pub(crate) struct Filled<'a> {
    pub(crate) parameter: &'a Parameter,
    pub(crate) content: Content,
}

/// A value, decoded.
pub(crate) enum Content {
    /// Anyone may see it.
    Open(Json),
    /// A secret, or a text that holds one.
    Secret(SecretText),
}

struct Filler<'a> {
    product: &'a Product,
    action: &'a Action,
    secrets: &'a dyn SecretLookup,
    given: BTreeSet<&'a str>,
    filled: Vec<Filled<'a>>,
}

impl<'a> Filler<'a> {
    fn new(product: &'a Product, action: &'a Action, secrets: &'a dyn SecretLookup) -> Self {
        Self { product, action, secrets, given: BTreeSet::new(), filled: Vec::new() }
    }

    fn fill(&mut self, name: &str, value: &Value) -> Result<(), WireError> {
        let unknown = || WireError::ParameterUnknown {
            action: self.title(),
            name: quote_within(name, NAME_SHOWN),
        };
        let parameter = self.action.parameter(name).ok_or_else(unknown)?;
        // Neither paging (which has no type) nor the region is a call's to give this way.
        let is = self.product.type_of(parameter).filter(|is| **is != ParameterType::Region);
        let is = is.ok_or_else(unknown)?;
        if !self.given.insert(&parameter.name) {
            return Err(WireError::ParameterRepeated {
                action: self.title(),
                name: parameter.name.clone(),
            });
        }
        let content = self.content(parameter, is, value)?;
        self.filled.push(Filled { parameter, content });
        Ok(())
    }

    fn content(
        &self,
        parameter: &Parameter,
        is: &ParameterType,
        value: &Value,
    ) -> Result<Content, WireError> {
        match (is, value) {
            (ParameterType::Secret { .. }, Value::Secret(secret)) => {
                self.secret(secret).map(Content::Secret)
            }
            (ParameterType::Settings { names, .. }, Value::Settings(pairs)) => {
                let secret = |secret: &SecretRef| self.secret(secret);
                settings::text(*names, pairs, &secret, &|| self.unreadable(parameter))
            }
            (ParameterType::Secret { .. } | ParameterType::Settings { .. }, _) => {
                Err(self.misplaced(parameter, "text stands"))
            }
            (_, Value::Secret(_)) => Err(self.misplaced(parameter, "a secret stands")),
            (_, Value::Settings(_)) => Err(self.misplaced(parameter, "settings stand")),
            (_, Value::Text(text)) => self.text(parameter, is, text).map(Content::Open),
            (_, Value::Json(json)) => Ok(Content::Open(travelling(parameter, json.clone()))),
        }
    }

    fn secret(&self, secret: &SecretRef) -> Result<SecretText, WireError> {
        self.secrets.secret(secret).ok_or_else(|| WireError::SecretAbsent {
            action: self.title(),
            secret: quote_within(&secret.to_string(), NAME_SHOWN),
        })
    }

    fn text(
        &self,
        parameter: &Parameter,
        is: &ParameterType,
        text: &str,
    ) -> Result<Json, WireError> {
        let is_list = matches!(
            is,
            ParameterType::Texts { .. } | ParameterType::Tags { .. } | ParameterType::Tree
        );
        if !is_list {
            return Ok(Json::String(text.to_owned()));
        }
        let json = serde_json::from_str(text).map_err(|_| self.unreadable(parameter))?;
        Ok(travelling(parameter, json))
    }

    /// The region is the call's, never a parameter's: it decides the endpoint too.
    fn fill_region(&mut self, region: Option<&str>) {
        let Some(region) = region else { return };
        let is_region = |parameter: &&Parameter| {
            matches!(self.product.type_of(parameter), Some(ParameterType::Region))
        };
        if let Some(parameter) = self.action.parameters.iter().find(is_region) {
            let content = Content::Open(Json::String(region.to_owned()));
            self.filled.push(Filled { parameter, content });
        }
    }

    fn fill_page(&mut self, page: &Page) {
        for (name, value) in page.parameters(self.action) {
            if let Some(parameter) = self.action.parameter(&name) {
                self.filled.push(Filled { parameter, content: Content::Open(Json::String(value)) });
            }
        }
    }

    fn misplaced(&self, parameter: &Parameter, reason: &'static str) -> WireError {
        WireError::SecretMisplaced { action: self.title(), name: parameter.name.clone(), reason }
    }

    fn unreadable(&self, parameter: &Parameter) -> WireError {
        WireError::ValueUnreadable { action: self.title(), name: parameter.name.clone() }
    }

    fn title(&self) -> String {
        format!("{}:{}", self.product.key, self.action.name)
    }
}

/// A list or tree as it travels: itself, or the text of its JSON.
fn travelling(parameter: &Parameter, json: Json) -> Json {
    match parameter.encode {
        Encoding::Flat => json,
        Encoding::Json => Json::String(flat::text(&json)),
    }
}
