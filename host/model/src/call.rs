//! A call that a workflow asks for, and what comes back.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{AccountId, SecretRef};

/// One request that a workflow asks for, before anybody has judged it.
///
/// Serializable and free of secrets, so that it can be shown, journaled and replayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Who calls.
    pub identity: IdentityRef,
    /// The product's key in the catalog, for example `ram`.
    pub product: String,
    /// The API version that the workflow was written for, for example `2015-05-01`.
    pub version: String,
    /// The action, for example `CreateRole`.
    pub action: String,
    /// The region, for products that have regional endpoints.
    pub region: Option<String>,
    /// Parameters by API name, in the order in which they were given.
    pub parameters: Vec<(String, Value)>,
}

impl Call {
    /// The parameter of that API name as text, if it was given as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find_map(|(key, value)| match value {
            Value::Text(text) if key == name => Some(text.as_str()),
            _ => None,
        })
    }

    /// Whether any parameter is a secret, or holds one.
    pub fn carries_secret(&self) -> bool {
        self.secrets().next().is_some()
    }

    /// The secrets that it would place, wherever they stand.
    pub fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        self.parameters.iter().flat_map(|(_, value)| value.secrets())
    }

    /// The settings that it gives in the parameter of that API name.
    pub fn settings(&self, name: &str) -> Option<&[(String, Value)]> {
        self.parameters.iter().find_map(|(key, value)| match value {
            Value::Settings(settings) if key == name => Some(settings.as_slice()),
            _ => None,
        })
    }
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Value {
    /// Text, sent as it is.
    Text(String),
    /// A number, a boolean, a list or a tree.
    Json(serde_json::Value),
    /// A secret that the host fills in when it encodes the request.
    Secret(SecretRef),
    /// Named values of a document that the product itself does not describe: an add-on's
    /// configuration, where the names are JSON Pointers, or the parameters of a command. The inner
    /// values are text, numbers, booleans and secrets.
    Settings(Vec<(String, Self)>),
}

impl Value {
    /// The secrets in it.
    fn secrets(&self) -> impl Iterator<Item = &SecretRef> {
        let inner = match self {
            Self::Settings(settings) => settings.as_slice(),
            _ => &[],
        };
        let nested = inner.iter().map(|(_, value)| value);
        nested.chain(std::iter::once(self)).filter_map(|value| match value {
            Self::Secret(secret) => Some(secret),
            Self::Text(_) | Self::Json(_) | Self::Settings(_) => None,
        })
    }
}

/// Names an identity within a run, by the recipe that made it; holds no key.
///
/// `monitoring` is the account that the operator bound to that name, `source/key/LTAI…` an AccessKey
/// of the source account, and `…/session/3` the third session that a run assumed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IdentityRef(pub String);

impl fmt::Display for IdentityRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a workflow may know of an identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityFacts {
    /// Its name within the run.
    pub identity: IdentityRef,
    /// The account that it acts in, confirmed by the cloud.
    pub account: AccountId,
    /// Its ARN, as the cloud reports it.
    pub arn: String,
}

/// The cloud's yes: all pages, without any secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reply {
    /// The body as JSON; fields that hold secrets are left out.
    pub body: serde_json::Value,
    /// Secrets that came with it, by JSON Pointer into the cloud's body.
    pub secrets: BTreeMap<String, SecretRef>,
    /// The identity that it made, for `AssumeRole`.
    pub identity: Option<IdentityFacts>,
    /// The cloud's id of the (last) request.
    pub request_id: Option<String>,
}
