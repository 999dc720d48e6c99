//! What the tests share: products, calls, replies, files.

use std::path::PathBuf;

use host_catalog::{Action, Catalog, Product, Style};
use host_model::{
    Call, HttpReply, HttpRequest, IdentityRef, SecretKind, SecretRef, SecretText, Value,
};
use host_wire::{Page, SecretLookup, WireError, encode};
use serde_json::Value as Json;

/// Product and action, which the catalog has.
pub(crate) fn catalogued(product: &str, action: &str) -> (&'static Product, &'static Action) {
    let catalog = Catalog::builtin();
    let product = catalog.product(product).expect("the catalog has the product");
    (product, product.actions.get(action).expect("the product has the action"))
}

/// A call with these parameters.
pub(crate) fn call(product: &str, action: &str, parameters: Vec<(&str, Value)>) -> Call {
    let (known, _) = catalogued(product, action);
    Call {
        identity: IdentityRef("source".to_owned()),
        product: product.to_owned(),
        version: known.version.clone(),
        action: action.to_owned(),
        region: None,
        parameters: parameters.into_iter().map(|(name, v)| (name.to_owned(), v)).collect(),
    }
}

pub(crate) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// The secret that every test places.
pub(crate) const PASSWORD: &str = "P@ss w0rd+/=~*";

pub(crate) fn password() -> SecretRef {
    SecretRef {
        account: "6543210987654321".parse().expect("digits"),
        kind: SecretKind::Password,
        object: "ram:user/arms-reporter".to_owned(),
    }
}

/// Holds the password and nothing else.
pub(crate) struct Vault;

impl SecretLookup for Vault {
    fn secret(&self, name: &SecretRef) -> Option<SecretText> {
        (*name == password()).then(|| SecretText::new(PASSWORD))
    }
}

/// The request of a call that the host adds nothing to.
pub(crate) fn encoded(call: &Call, page: Option<&Page>) -> Result<HttpRequest, WireError> {
    let (product, action) = catalogued(&call.product, &call.action);
    encode(product, action, call, &[], &Vault, page)
}

pub(crate) fn reply(status: u16, body: &str) -> HttpReply {
    HttpReply { status, headers: Vec::new(), body: body.as_bytes().to_vec() }
}

/// A file below the workspace's `tests` folder; `None` if it is not there.
pub(crate) fn raw(path: &str) -> Option<String> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests");
    std::fs::read_to_string(root.join(path)).ok()
}

/// The same, of JSON.
pub(crate) fn file(path: &str) -> Option<Json> {
    Some(serde_json::from_str(&raw(path)?).expect("sample files are JSON"))
}

/// What the cloud answers to an action. Resource paths name the request in a header, and answer some
/// changes with nothing at all.
pub(crate) fn success(product: &Product, action: &Action) -> HttpReply {
    let path = format!("samples/{}/{}.success.json", product.key, action.name);
    let sample = raw(&path).expect("every action has a sample");
    let mut reply = reply(200, &sample);
    if product.style == Style::Roa {
        reply.headers.push(("x-acs-request-id".to_owned(), "r-header".to_owned()));
    }
    reply
}

/// Every action of the catalog.
pub(crate) fn actions() -> impl Iterator<Item = (&'static Product, &'static Action)> {
    Catalog::builtin()
        .products()
        .flat_map(|product| product.actions.values().map(move |action| (product, action)))
}
