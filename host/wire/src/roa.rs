//! Requests of ROA-style products: resource paths and JSON bodies.

use host_catalog::{Action, Parameter, Product};
use host_model::{HttpRequest, Scheme, quote_within};
use host_sign::encode::percent_encode;
use serde_json::Value as Json;

use crate::encode::{Content, Filled};
use crate::{WireError, flat, tree};

/// The content type of a JSON body, as the official SDKs send it.
const JSON: (&str, &str) = ("content-type", "application/json; charset=utf-8");

/// How many characters of a wrong value an error shows.
const VALUE_SHOWN: usize = 80;

/// Where a parameter travels.
enum Place<'a> {
    Path,
    Query,
    /// JSON Pointer into the body.
    Body(&'a str),
    /// Field of the body.
    Field,
}

/// A parameter that the path names travels there, one that the catalog places in the body there;
/// the others in the query of a `GET`, and in the body of anything else.
fn place<'a>(action: &Action, parameter: &'a Parameter) -> Place<'a> {
    if action.path.contains(&format!("{{{}}}", parameter.name)) {
        return Place::Path;
    }
    match &parameter.at {
        Some(at) => Place::Body(at),
        None if action.method == "GET" => Place::Query,
        None => Place::Field,
    }
}

/// The request; a secret can stand in the body only.
pub(crate) fn request(
    product: &Product,
    action: &Action,
    filled: Vec<Filled<'_>>,
) -> Result<HttpRequest, WireError> {
    let title = || format!("{}:{}", product.key, action.name);
    let mut path = action.path.clone();
    let mut query = Vec::new();
    let mut document = Json::Null;
    for Filled { parameter, content } in filled {
        let unreadable =
            || WireError::ValueUnreadable { action: title(), name: parameter.name.clone() };
        let (json, is_secret) = match content {
            Content::Open(json) => (json, false),
            Content::Secret(text) => (Json::String(text.expose().to_owned()), true),
        };
        match place(action, parameter) {
            Place::Path | Place::Query if is_secret => {
                tree::wipe(json);
                return Err(unreadable());
            }
            Place::Path => {
                let segment = segment(&json).ok_or_else(|| WireError::PathUnsafe {
                    action: title(),
                    name: parameter.name.clone(),
                    value: quote_within(&flat::text(&json), VALUE_SHOWN),
                })?;
                path = path.replace(&format!("{{{}}}", parameter.name), &segment);
            }
            Place::Query => query.push((parameter.name.clone(), flat::text(&json))),
            Place::Body(at) => tree::put(&mut document, at, json).ok_or_else(unreadable)?,
            Place::Field => {
                tree::put(&mut document, &format!("/{}", parameter.name), json)
                    .ok_or_else(unreadable)?;
            }
        }
    }
    if let Some((_, rest)) = path.split_once('{') {
        let name = rest.split('}').next().unwrap_or_default().to_owned();
        return Err(WireError::PathIncomplete { action: title(), name });
    }
    let mut headers = Vec::new();
    let mut body = Vec::new();
    if !document.is_null() {
        headers.push((JSON.0.to_owned(), JSON.1.to_owned()));
        body = document.to_string().into_bytes();
        tree::wipe(document);
    }
    let method = action.method.clone();
    let (scheme, authority) = (Scheme::Https, String::new());
    Ok(HttpRequest { method, scheme, authority, path, query, headers, body })
}

/// A value as one segment of a path. What could lead to another path is none.
fn segment(json: &Json) -> Option<String> {
    let text = json.as_str().filter(|text| !matches!(*text, "" | "." | ".."))?;
    let is_safe = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
    text.chars().all(is_safe).then(|| percent_encode(text))
}
