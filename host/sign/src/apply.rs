//! One call for a client: an unsigned request in, the request to send out.

use host_model::{HttpRequest, Timestamp};

use crate::acs3::{self, HeaderSelection};
use crate::digest::hex_sha256;
use crate::draft::Draft;
use crate::roa_v1::{self, EmptyValue};
use crate::{AccessKey, SignError, date, rpc_v1};

/// How a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheme {
    /// `ACS3-HMAC-SHA256`, for every product: what a client should use.
    Acs3,
    /// HMAC-SHA1 over parameters, for RPC-style products.
    RpcV1,
    /// HMAC-SHA1 over headers and resource, for ROA-style products.
    RoaV1,
}

/// What makes a request unique. A repeated request needs a fresh one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The time as the service sees it: one that is 15 minutes off is refused.
    pub at: Timestamp,
    /// A text that this key has not used before.
    pub nonce: String,
}

/// What is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Api<'a> {
    /// For example `GetCallerIdentity`.
    pub action: &'a str,
    /// For example `2015-04-01`.
    pub version: &'a str,
}

/// Adds to `request` the headers and parameters that `scheme` needs, and the signature.
///
/// The request brings its business parameters, its body with a `content-type`, and whatever other
/// headers it wants; the `host` header is made from its authority.
///
/// # Errors
///
/// The request brings what only the scheme writes, or a parameter twice; it has no authority;
/// something in it, in the stamp or in the key cannot be signed.
pub fn apply(
    scheme: Scheme,
    request: HttpRequest,
    key: &AccessKey,
    stamp: Stamp,
    api: Api<'_>,
) -> Result<HttpRequest, SignError> {
    let draft = Draft::new(request)?;
    match scheme {
        Scheme::Acs3 => apply_acs3(draft, key, stamp, api),
        Scheme::RpcV1 => apply_rpc_v1(draft, key, stamp, api),
        Scheme::RoaV1 => apply_roa_v1(draft, key, stamp, api),
    }
}

/// Completes a request that no key signs: `AssumeRoleWithOIDC` and `AssumeRoleWithSAML`, where a
/// token among the parameters vouches for the caller. The official SDKs send these in one form,
/// whichever scheme they use otherwise.
///
/// # Errors
///
/// As for [`apply`].
pub fn anonymous(
    request: HttpRequest,
    stamp: Stamp,
    api: Api<'_>,
) -> Result<HttpRequest, SignError> {
    let mut draft = Draft::new(request)?;
    draft.form()?;
    add_public_parameters(&mut draft, stamp, api)?;
    draft.header("x-acs-action", api.action);
    draft.header("x-acs-version", api.version);
    draft.checked()?;
    Ok(draft.finish())
}

fn apply_acs3(
    mut draft: Draft,
    key: &AccessKey,
    stamp: Stamp,
    api: Api<'_>,
) -> Result<HttpRequest, SignError> {
    let hash = hex_sha256(&draft.request().body);
    draft.header("x-acs-action", api.action);
    draft.header("x-acs-version", api.version);
    draft.header("x-acs-date", date::iso8601(stamp.at)?);
    draft.header("x-acs-signature-nonce", stamp.nonce);
    draft.header(acs3::CONTENT_HASH, hash.as_str());
    add_token_headers(&mut draft, key);
    let signed =
        draft.signed(|request| acs3::sign_hashed(request, hash, key, HeaderSelection::Standard))?;
    draft.header("authorization", signed.authorization);
    Ok(draft.finish())
}

fn apply_rpc_v1(
    mut draft: Draft,
    key: &AccessKey,
    stamp: Stamp,
    api: Api<'_>,
) -> Result<HttpRequest, SignError> {
    let form = draft.form()?;
    add_public_parameters(&mut draft, stamp, api)?;
    draft.parameter("SignatureMethod", "HMAC-SHA1");
    draft.parameter("SignatureVersion", "1.0");
    draft.parameter("AccessKeyId", key.header_safe_id()?);
    if let Some(token) = key.security_token() {
        draft.parameter("SecurityToken", token.expose());
    }
    draft.checked()?;
    let HttpRequest { method, query, .. } = draft.request();
    let params = query.iter().chain(&form).map(|(name, value)| (name.as_str(), value.as_str()));
    let signature = rpc_v1::sign(method, params, key).signature;
    draft.parameter(rpc_v1::SIGNATURE, signature);
    Ok(draft.finish())
}

fn apply_roa_v1(
    mut draft: Draft,
    key: &AccessKey,
    stamp: Stamp,
    api: Api<'_>,
) -> Result<HttpRequest, SignError> {
    draft.header("date", date::rfc1123(stamp.at)?);
    draft.header("x-acs-action", api.action);
    draft.header("x-acs-version", api.version);
    draft.header("x-acs-signature-method", "HMAC-SHA1");
    draft.header("x-acs-signature-version", "1.0");
    draft.header("x-acs-signature-nonce", stamp.nonce);
    add_token_headers(&mut draft, key);
    let signed = draft.signed(|request| roa_v1::sign(request, key, EmptyValue::Bare))?;
    draft.header("authorization", signed.authorization);
    Ok(draft.finish())
}

/// The parameters of RPC V1 that say nothing about the key.
fn add_public_parameters(draft: &mut Draft, stamp: Stamp, api: Api<'_>) -> Result<(), SignError> {
    draft.parameter("Action", api.action);
    draft.parameter("Version", api.version);
    draft.parameter("Format", "json");
    draft.parameter("Timestamp", date::iso8601(stamp.at)?);
    draft.parameter("SignatureNonce", stamp.nonce);
    Ok(())
}

fn add_token_headers(draft: &mut Draft, key: &AccessKey) {
    if let Some(token) = key.security_token() {
        draft.header("x-acs-accesskey-id", key.id());
        draft.header("x-acs-security-token", token.expose());
    }
}
