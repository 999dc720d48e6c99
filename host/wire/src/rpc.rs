//! Requests of RPC-style products: one path, parameters beside it.

use host_catalog::Action;
use host_model::{HttpRequest, Scheme};
use host_sign::encode::form;

use crate::encode::Filled;

/// The content type of a body that holds parameters.
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Open parameters travel in the query, as the official SDKs send them. Secrets travel in a form:
/// a query is written to logs of proxies and gateways, a body is not (`security.md`, rule 10).
pub(crate) fn request(action: &Action, filled: Filled) -> HttpRequest {
    let mut headers = Vec::new();
    let mut body = Vec::new();
    if !filled.secret.is_empty() {
        headers.push((FORM.0.to_owned(), FORM.1.to_owned()));
        let fields: Vec<(&str, &str)> =
            filled.secret.iter().map(|(name, text)| (name.as_str(), text.expose())).collect();
        body = form(&fields).into_bytes();
    }
    HttpRequest {
        method: action.method.clone(),
        scheme: Scheme::Https,
        authority: String::new(),
        path: action.path.clone(),
        query: filled.open,
        headers,
        body,
    }
}
