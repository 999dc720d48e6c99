//! Reads the data: folders, files, and fields that must be there.

use std::fs;
use std::path::{Path, PathBuf};

use host_model::SecretText;
use host_sign::AccessKey;
use serde_json::{Map, Value};

/// Decoded pairs, as the signers take them.
pub(crate) type Pairs<'a> = Vec<(&'a str, &'a str)>;

pub(crate) fn vectors_folder() -> PathBuf {
    named("HOST_VECTORS").unwrap_or_else(|| root().join("tests/vectors"))
}

pub(crate) fn wire_folder() -> PathBuf {
    named("HOST_WIRE").unwrap_or_else(|| root().join("tests/wire"))
}

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[expect(clippy::disallowed_methods, reason = "the data of a test may be named from outside")]
fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(|folder| root().join(folder))
}

/// The vectors of one file; at least one.
pub(crate) fn vectors(folder: &Path, file: &str) -> Vec<Value> {
    let file = folder.join(file);
    let vectors = json(&file)["vectors"].as_array().cloned().unwrap_or_default();
    assert!(!vectors.is_empty(), "{} holds no vector", file.display());
    vectors
}

pub(crate) fn json(file: &Path) -> Value {
    let text = fs::read_to_string(file)
        .unwrap_or_else(|error| panic!("cannot read {}: {error}", file.display()));
    serde_json::from_str(&text)
        .unwrap_or_else(|error| panic!("cannot parse {}: {error}", file.display()))
}

/// A field that must be text.
pub(crate) fn text<'a>(object: &'a Value, field: &str) -> &'a str {
    object[field].as_str().unwrap_or_else(|| panic!("`{field}` is no text in {object}"))
}

/// A field that must be an object.
pub(crate) fn object<'a>(object: &'a Value, field: &str) -> &'a Map<String, Value> {
    object[field].as_object().unwrap_or_else(|| panic!("`{field}` is no object in {object}"))
}

/// A field that must be an object of texts, or of lists of texts for what is repeated.
pub(crate) fn pairs<'a>(parent: &'a Value, field: &str) -> Pairs<'a> {
    let mut pairs = Vec::new();
    for (name, value) in object(parent, field) {
        let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
        for value in values {
            let value = value.as_str().unwrap_or_else(|| panic!("`{name}` is no text: {value}"));
            pairs.push((name.as_str(), value));
        }
    }
    pairs
}

/// The key of a vector's inputs.
pub(crate) fn key(inputs: &Value) -> AccessKey {
    let id = text(inputs, "access_key_id");
    let secret = SecretText::new(text(inputs, "access_key_secret"));
    match inputs["security_token"].as_str() {
        Some(token) => AccessKey::temporary(id, secret, SecretText::new(token)),
        None => AccessKey::permanent(id, secret),
    }
}
