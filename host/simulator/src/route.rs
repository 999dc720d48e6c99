//! Which product and action a request is for, and what it brings.

use host_catalog::{Action, Catalog, Product};
use host_model::HttpRequest;

use crate::signature::form_pairs;
use crate::state::CloudError;

/// What a request says it is for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Route {
    action: String,
    version: String,
}

impl Route {
    /// V3 and ROA requests say it in headers, V1 requests of RPC products in parameters: what the
    /// signature covers counts, not what is sent beside it.
    pub(crate) fn read(request: &HttpRequest, pairs: &[(String, String)]) -> Self {
        let header = |name: &str| request.header(name).map(str::to_owned);
        let pair =
            |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let (action, version) = if request.header("authorization").is_some() {
            (header("x-acs-action"), header("x-acs-version"))
        } else {
            (pair("Action"), pair("Version"))
        };
        Self { action: action.unwrap_or_default(), version: version.unwrap_or_default() }
    }

    /// `product:Action` for fault rules; `?` for an unknown product.
    pub(crate) fn name(&self) -> String {
        let product = self.product().map_or("?", |product| product.key.as_str());
        format!("{product}:{}", self.action)
    }

    /// Versions are unique among the products here, so they name them.
    fn product(&self) -> Option<&'static Product> {
        Catalog::builtin().products().find(|product| product.version == self.version)
    }

    /// Product and action, or why there are none.
    pub(crate) fn resolve(
        &self,
        request: &HttpRequest,
    ) -> Result<(&'static Product, &'static Action), CloudError> {
        for (name, value) in [("Action", &self.action), ("Version", &self.version)] {
            if value.is_empty() {
                let message = format!("The parameter {name} is mandatory and was not given.");
                return Err(CloudError::invalid("MissingParameter", message));
            }
        }
        let product = self.product().ok_or_else(|| {
            CloudError::invalid(
                "InvalidVersion",
                format!("Specified parameter Version is not valid: {}.", self.version),
            )
        })?;
        let absent = || {
            CloudError::new(
                "InvalidApi.NotFound",
                404,
                "Specified api is not found, please check your url and method.",
            )
        };
        let action = product.actions.get(&self.action).ok_or_else(absent)?;
        if !answers_at(product, &request.authority) || !matches!(request.path.as_str(), "" | "/") {
            return Err(absent());
        }
        if !matches!(request.method.as_str(), "GET" | "POST") {
            return Err(CloudError::invalid(
                "UnsupportedHTTPMethod",
                "This http method is not supported.",
            ));
        }
        Ok((product, action))
    }
}

/// Whether the product answers at a real authority; any other, such as loopback, is good for all.
fn answers_at(product: &Product, authority: &str) -> bool {
    if !authority.ends_with(".aliyuncs.com") {
        return true;
    }
    let endpoint = &product.endpoint;
    let known = [endpoint.central.as_ref(), endpoint.regional.as_ref(), Some(&endpoint.vpc)];
    known.into_iter().flatten().any(|pattern| match pattern.split_once("{region}") {
        Some((before, after)) => authority
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .is_some_and(|region| region.parse::<host_model::Region>().is_ok()),
        None => authority == pattern,
    })
}

/// Parameters of the query, and of the body if it is a form.
pub(crate) fn pairs(request: &HttpRequest) -> Vec<(String, String)> {
    let mut pairs = request.query.clone();
    let form = request
        .header("content-type")
        .is_some_and(|content| content.starts_with("application/x-www-form-urlencoded"));
    if form {
        pairs.extend(form_pairs(&String::from_utf8_lossy(&request.body)));
    }
    pairs
}
