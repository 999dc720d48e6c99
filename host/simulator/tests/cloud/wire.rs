//! Captured requests of the official Python SDK, as plain data.

use std::path::Path;

use host_model::{HttpRequest, Scheme};
use serde_json::Value as Json;

/// A captured request.
pub(crate) struct Captured {
    /// `product/Action.json v3`, for messages.
    pub(crate) name: String,
    pub(crate) request: HttpRequest,
}

/// All captured requests that are signed.
pub(crate) fn captured() -> Vec<Captured> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/wire");
    let mut all = Vec::new();
    for product in folders(&folder) {
        for file in folders(&product) {
            let text = std::fs::read_to_string(&file).unwrap();
            let json: Json = serde_json::from_str(&text).unwrap();
            for (scheme, data) in json.as_object().unwrap() {
                // These two are anonymous by nature: a token among the parameters vouches.
                let anonymous = file.ends_with("AssumeRoleWithOIDC.json")
                    || file.ends_with("AssumeRoleWithSAML.json");
                if data.get("target").is_some() && !anonymous {
                    let name = file.strip_prefix(&folder).unwrap().display();
                    all.push(Captured { name: format!("{name} {scheme}"), request: request(data) });
                }
            }
        }
    }
    assert!(all.len() > 150, "{}", all.len());
    all
}

fn folders(path: &Path) -> Vec<std::path::PathBuf> {
    let mut all: Vec<_> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

fn request(data: &Json) -> HttpRequest {
    let target = data["target"].as_str().unwrap();
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let headers: Vec<(String, String)> = data["headers"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(name, value)| (name.clone(), value.as_str().unwrap().to_owned()))
        .collect();
    let host = headers.iter().find(|(name, _)| name == "host").unwrap().1.clone();
    HttpRequest {
        method: data["method"].as_str().unwrap().to_owned(),
        scheme: Scheme::Http,
        authority: host,
        path: path.to_owned(),
        query: pairs(query),
        headers,
        body: data["body"].as_str().unwrap().as_bytes().to_vec(),
    }
}

/// Decodes a query as a server does.
fn pairs(query: &str) -> Vec<(String, String)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        })
        .collect()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next().unwrap()).to_digit(16).unwrap();
                u8::try_from(digit() * 16 + digit()).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
