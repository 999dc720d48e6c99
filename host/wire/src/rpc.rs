//! Requests of RPC-style products: one path, parameters beside it.

use host_catalog::Action;
use host_model::{HttpRequest, Scheme};
use host_sign::encode::form;

use crate::encode::{Content, Filled};
use crate::flat;

/// The content type of a body that holds parameters.
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// Longer values, in bytes, travel in the body: what stands between us and the cloud may cut off a
/// longer request line. The scripts of commands are that long.
const QUERY_VALUE_MAX: usize = 2048;

/// Open parameters travel in the query, as the official SDKs send them. Secrets travel in a form:
/// a query is written to logs of proxies and gateways, a body is not (`security.md`, rule 10).
pub(crate) fn request(action: &Action, filled: Vec<Filled<'_>>) -> HttpRequest {
    let mut query = Vec::new();
    let mut fields = Vec::new();
    for Filled { parameter, content } in filled {
        match content {
            Content::Secret(text) => {
                fields.push((parameter.name.clone(), text.expose().to_owned()));
            }
            Content::Open(json) => {
                let mut pairs = Vec::new();
                flat::push(&mut pairs, &parameter.name, &json);
                let (long, short): (Vec<_>, Vec<_>) =
                    pairs.into_iter().partition(|(_, value)| value.len() > QUERY_VALUE_MAX);
                query.extend(short);
                fields.extend(long);
            }
        }
    }
    let mut headers = Vec::new();
    let mut body = Vec::new();
    if !fields.is_empty() {
        headers.push((FORM.0.to_owned(), FORM.1.to_owned()));
        body = form(&fields).into_bytes();
    }
    HttpRequest {
        method: action.method.clone(),
        scheme: Scheme::Https,
        authority: String::new(),
        path: action.path.clone(),
        query,
        headers,
        body,
    }
}
