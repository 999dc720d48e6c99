//! What a request says of its signature.

use host_model::HttpRequest;

use super::canonical::{acs_headers, has_header, header};
use super::rpc_v1;
use crate::state::CloudError;

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scheme {
    Acs3,
    RpcV1,
    RoaV1,
}

/// What a request says of its signature, complete but not believed.
pub(super) struct Claim {
    pub(super) scheme: Scheme,
    pub(super) key_id: String,
    pub(super) token: Option<String>,
    pub(super) time: String,
    pub(super) nonce: Option<String>,
    pub(super) signature: String,
    pub(super) signed_headers: Vec<String>,
}

const ACS3: &str = "ACS3-HMAC-SHA256";

impl Claim {
    pub(super) fn read(request: &HttpRequest) -> Result<Self, CloudError> {
        let Some(authorization) = header(request, "authorization") else {
            let action = has_header(request, "x-acs-content-sha256");
            return if action {
                Err(incomplete("the header Authorization is missing"))
            } else {
                Self::rpc_v1(request)
            };
        };
        match authorization.split_once(' ') {
            Some((ACS3, parts)) => Self::acs3(request, parts),
            Some(("acs", parts)) => Self::roa_v1(request, parts),
            Some((scheme, _)) if scheme.starts_with("ACS3-") => Err(CloudError::invalid(
                "InvalidSignatureMethod",
                "Specified signature method is not supported.",
            )),
            _ => Err(incomplete("the header Authorization is malformed")),
        }
    }

    fn acs3(request: &HttpRequest, parts: &str) -> Result<Self, CloudError> {
        let part = |name: &str| {
            let mut found = parts.split(',').filter_map(|part| {
                part.trim().strip_prefix(name).and_then(|rest| rest.strip_prefix('='))
            });
            let value = found.next().filter(|value| !value.is_empty());
            match (value, found.next()) {
                (Some(value), None) => Ok(value.to_owned()),
                _ => Err(incomplete(&format!("Authorization has no {name}, or more than one"))),
            }
        };
        let signed: Vec<String> = part("SignedHeaders")?.split(';').map(str::to_owned).collect();
        check_signed_headers(request, &signed)?;
        Ok(Self {
            scheme: Scheme::Acs3,
            key_id: part("Credential")?,
            token: header(request, "x-acs-security-token"),
            time: required(request, "x-acs-date")?,
            nonce: Some(required(request, "x-acs-signature-nonce")?),
            signature: part("Signature")?,
            signed_headers: signed,
        })
    }

    fn roa_v1(request: &HttpRequest, parts: &str) -> Result<Self, CloudError> {
        let malformed = || incomplete("Authorization is not `acs <key>:<signature>`");
        let (key_id, signature) = parts.split_once(':').ok_or_else(malformed)?;
        if key_id.is_empty() || signature.is_empty() {
            return Err(malformed());
        }
        let method = header(request, "x-acs-signature-method");
        if method.is_some_and(|method| method != "HMAC-SHA1") {
            return Err(method_unknown());
        }
        Ok(Self {
            scheme: Scheme::RoaV1,
            key_id: key_id.to_owned(),
            token: header(request, "x-acs-security-token"),
            time: required(request, "date")?,
            // The old core SDK sends none.
            nonce: header(request, "x-acs-signature-nonce"),
            signature: signature.to_owned(),
            signed_headers: Vec::new(),
        })
    }

    fn rpc_v1(request: &HttpRequest) -> Result<Self, CloudError> {
        let parameters = rpc_v1::parameters(request);
        let find = |name: &str| {
            let mut values = parameters.iter().filter(|(key, _)| key == name);
            values.next().map(|(_, value)| value.clone())
        };
        let required = |name: &str| {
            find(name).filter(|value| !value.is_empty()).ok_or_else(|| {
                CloudError::invalid(
                    "MissingParameter",
                    format!("The parameter {name} is mandatory and was not given."),
                )
            })
        };
        let key_id = find("AccessKeyId").filter(|id| !id.is_empty()).ok_or_else(|| {
            CloudError::invalid("MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
        })?;
        let signature = required("Signature")?;
        if required("SignatureMethod")? != "HMAC-SHA1" {
            return Err(method_unknown());
        }
        required("SignatureVersion")?;
        Ok(Self {
            scheme: Scheme::RpcV1,
            key_id,
            token: find("SecurityToken"),
            time: required("Timestamp")?,
            nonce: Some(required("SignatureNonce")?),
            signature,
            signed_headers: Vec::new(),
        })
    }
}

fn required(request: &HttpRequest, name: &str) -> Result<String, CloudError> {
    let value = header(request, name).filter(|value| !value.is_empty());
    value.ok_or_else(|| incomplete(&format!("the header {name} is missing")))
}

/// `host`, every `x-acs-…` and `content-type` must be signed if they are sent; what is named as
/// signed must be there.
fn check_signed_headers(request: &HttpRequest, signed: &[String]) -> Result<(), CloudError> {
    required(request, "x-acs-content-sha256")?;
    let mut needed = acs_headers(request);
    needed.push("host".to_owned());
    if has_header(request, "content-type") {
        needed.push("content-type".to_owned());
    }
    if let Some(name) = needed.iter().find(|name| !signed.contains(name)) {
        return Err(incomplete(&format!("the header {name} is not signed")));
    }
    match signed.iter().find(|name| !has_header(request, name)) {
        Some(name) => {
            Err(incomplete(&format!("the header {name} is named as signed, but missing")))
        }
        None => Ok(()),
    }
}

fn incomplete(what: &str) -> CloudError {
    CloudError::invalid(
        "IncompleteSignature",
        format!("The request signature does not conform to Aliyun standards, {what}."),
    )
}

fn method_unknown() -> CloudError {
    CloudError::invalid("InvalidSignatureMethod", "Specified signature method is not supported.")
}
