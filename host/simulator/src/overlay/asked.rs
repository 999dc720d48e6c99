//! A request as the overlay reads it.

use host_catalog::{Action, Product};
use host_model::HttpRequest;

use crate::route::{Route, pairs};
use crate::signature;
use crate::state::{Caller, CloudError, Parameters};

/// What is asked, and with which key.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    pub(super) key_id: String,
    pub(super) authority: String,
    pub(super) product: &'static Product,
    pub(super) action: &'static Action,
    pub(super) parameters: Parameters,
    /// Everything that the answer may depend on, and nothing of the signature.
    given: Vec<(String, String)>,
    path: String,
}

/// Parameters that belong to the envelope of RPC V1 requests.
const ENVELOPE: [&str; 10] = [
    "AccessKeyId",
    "Action",
    "Format",
    "SecurityToken",
    "Signature",
    "SignatureMethod",
    "SignatureNonce",
    "SignatureVersion",
    "Timestamp",
    "Version",
];

impl Asked {
    pub(super) fn read(request: &HttpRequest) -> Result<Self, CloudError> {
        let pairs = pairs(request);
        let route = Route::read(request, &pairs);
        let (product, action) = route.resolve(request)?;
        let parameters = route.parameters(product, action, request, &pairs)?;
        let mut given = pairs;
        given.retain(|(name, _)| !ENVELOPE.contains(&name.as_str()));
        given.sort();
        Ok(Self {
            key_id: signature::key_id(request)?,
            authority: request.authority.clone(),
            product,
            action,
            parameters,
            given,
            path: request.path.clone(),
        })
    }

    /// `ram:GetRole`.
    pub(super) fn title(&self) -> String {
        format!("{}:{}", self.product.key, self.action.name)
    }

    /// Under which the answer to this caller is kept.
    pub(super) fn key(&self, caller: &Caller) -> String {
        let whole = (caller, self.title(), &self.authority, &self.path, &self.given);
        serde_json::to_string(&whole).unwrap_or_default()
    }

    /// All texts that it brings.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(|(_, value)| value.as_str()).chain(self.path.split('/'))
    }

    /// Products that share what they show: a write of one may change a read of another.
    pub(super) fn family(&self) -> &str {
        match self.product.key.as_str() {
            "ims" | "resourcemanager" | "sts" => "ram",
            other => other,
        }
    }
}
