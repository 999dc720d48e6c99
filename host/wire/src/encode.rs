//! Calls to unsigned requests.

use std::collections::BTreeSet;

use host_catalog::{Action, Encoding, Parameter, ParameterType, Product, Style};
use host_model::{Call, HttpRequest, SecretRef, SecretText, Value, quote_within};
use serde_json::Value as Json;

use crate::{Page, WireError, flat, rpc};

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
/// text; the host does not hold a secret that the call names.
pub fn encode(
    product: &Product,
    action: &Action,
    call: &Call,
    host_parameters: &[(String, String)],
    secrets: &dyn SecretLookup,
    page: Option<&Page>,
) -> Result<HttpRequest, WireError> {
    let mut filler = Filler::new(product, action);
    for (name, value) in &call.parameters {
        filler.fill(name, value, secrets)?;
    }
    for (name, text) in host_parameters {
        filler.fill(name, &Value::Text(text.clone()), secrets)?;
    }
    filler.fill_region(call.region.as_deref());
    if let Some(page) = page {
        filler.filled.open.extend(page.parameters(action));
    }
    match product.style {
        Style::Rpc => Ok(rpc::request(action, filler.filled)),
        Style::Roa => Err(WireError::StyleUnsupported { action: filler.title() }),
    }
}

/// The parameters of a request, decoded, before a style decides where they travel.
#[derive(Default)]
pub(crate) struct Filled {
    /// Those that anyone may see.
    pub(crate) open: Vec<(String, String)>,
    /// Secrets.
    pub(crate) secret: Vec<(String, SecretText)>,
}

struct Filler<'a> {
    product: &'a Product,
    action: &'a Action,
    given: BTreeSet<&'a str>,
    filled: Filled,
}

impl<'a> Filler<'a> {
    fn new(product: &'a Product, action: &'a Action) -> Self {
        Self { product, action, given: BTreeSet::new(), filled: Filled::default() }
    }

    fn fill(
        &mut self,
        name: &str,
        value: &Value,
        secrets: &dyn SecretLookup,
    ) -> Result<(), WireError> {
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
        match (is, value) {
            (ParameterType::Secret { .. }, Value::Secret(secret)) => {
                let text = secrets.secret(secret).ok_or_else(|| WireError::SecretAbsent {
                    action: self.title(),
                    secret: quote_within(&secret.to_string(), NAME_SHOWN),
                })?;
                self.filled.secret.push((parameter.name.clone(), text));
                Ok(())
            }
            (ParameterType::Secret { .. }, _) => Err(self.misplaced(parameter, "text stands")),
            (_, Value::Secret(_)) => Err(self.misplaced(parameter, "a secret stands")),
            (_, Value::Text(text)) => self.fill_text(parameter, is, text),
            (_, Value::Json(json)) => {
                self.push(parameter, json);
                Ok(())
            }
        }
    }

    fn fill_text(
        &mut self,
        parameter: &Parameter,
        is: &ParameterType,
        text: &str,
    ) -> Result<(), WireError> {
        let is_list = matches!(
            is,
            ParameterType::Texts { .. } | ParameterType::Tags { .. } | ParameterType::Tree
        );
        if !is_list {
            self.filled.open.push((parameter.name.clone(), text.to_owned()));
            return Ok(());
        }
        let json = serde_json::from_str(text).map_err(|_| WireError::ValueUnreadable {
            action: self.title(),
            name: parameter.name.clone(),
        })?;
        self.push(parameter, &json);
        Ok(())
    }

    fn push(&mut self, parameter: &Parameter, json: &Json) {
        match parameter.encode {
            Encoding::Flat => flat::push(&mut self.filled.open, &parameter.name, json),
            Encoding::Json => self.filled.open.push((parameter.name.clone(), flat::text(json))),
        }
    }

    /// The region is the call's, never a parameter's: it decides the endpoint too.
    fn fill_region(&mut self, region: Option<&str>) {
        let Some(region) = region else { return };
        let is_region = |parameter: &&Parameter| {
            matches!(self.product.type_of(parameter), Some(ParameterType::Region))
        };
        if let Some(parameter) = self.action.parameters.iter().find(is_region) {
            self.filled.open.push((parameter.name.clone(), region.to_owned()));
        }
    }

    fn misplaced(&self, parameter: &Parameter, reason: &'static str) -> WireError {
        WireError::SecretMisplaced { action: self.title(), name: parameter.name.clone(), reason }
    }

    fn title(&self) -> String {
        format!("{}:{}", self.product.key, self.action.name)
    }
}
