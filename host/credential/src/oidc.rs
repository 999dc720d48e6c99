//! A session of a role for a web identity. The request is unsigned: its token is the proof.

use std::path::Path;

use host_catalog::Catalog;
use host_model::{HttpRequest, Timestamp};
use host_ports::FetchPurpose;
use host_sign::encode;
use serde::Deserialize;

use crate::config::read_file;
use crate::role::{STS_VERSION, failed};
use crate::session::{Keys, Session};
use crate::source::RoleRequest;
use crate::{CredentialError, Ports};

/// Characters of a token that STS takes.
const TOKEN_LENGTH_MAX: usize = 20_000;

/// Exchanges the token in `token_file` for a session.
pub(crate) async fn exchange(
    ports: &Ports,
    provider: &str,
    token_file: &Path,
    request: &RoleRequest,
    origin: &str,
) -> Result<Session, CredentialError> {
    let http = request_for(ports, provider, token_file, request, origin)?;
    let reply = ports
        .fetch
        .fetch(FetchPurpose::TokenExchange, http)
        .await
        .map_err(|source| CredentialError::FetchFailed { origin: origin.to_owned(), source })?;
    let invalid =
        |reason: String| CredentialError::ReplyInvalid { origin: origin.to_owned(), reason };
    if reply.status != 200 {
        // The code says which of token, provider and role is wrong; it is one word of a fixed set.
        let code = serde_json::from_slice(&reply.body).map(|error: Refusal| error.code);
        let is_word = |code: &String| {
            code.len() <= 80
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
        };
        let code = code.ok().filter(is_word).unwrap_or_default();
        return Err(invalid(format!("status {} {code}", reply.status).trim_end().to_owned()));
    }
    let answer: Answer =
        serde_json::from_slice(&reply.body).map_err(|_| invalid("it is no JSON".to_owned()))?;
    answer.credentials.session(origin)
}

fn request_for(
    ports: &Ports,
    provider: &str,
    token_file: &Path,
    request: &RoleRequest,
    origin: &str,
) -> Result<HttpRequest, CredentialError> {
    let token = token(token_file, origin)?;
    let sts = Catalog::builtin().product("sts").expect("the catalog has STS");
    let region = request.region.as_ref().map(host_model::Region::as_str);
    let endpoints = match &request.endpoint {
        Some(address) => ports.endpoints.clone().with_fallback(&sts.key, address),
        None => Ok(ports.endpoints.clone()),
    };
    let (scheme, authority) = endpoints
        .and_then(|endpoints| endpoints.resolve(sts, region))
        .map_err(|error| failed(origin, error.into()))?;
    let role = request.role.to_string();
    let duration = request.duration.map(|seconds| seconds.to_string());
    let mut form = vec![
        ("OIDCProviderArn", provider),
        ("OIDCToken", token.as_str()),
        ("RoleArn", role.as_str()),
        ("RoleSessionName", request.session_name.as_str()),
    ];
    form.extend(duration.as_deref().map(|seconds| ("DurationSeconds", seconds)));
    form.extend(request.policy.as_deref().map(|policy| ("Policy", policy)));
    Ok(HttpRequest {
        method: "POST".to_owned(),
        scheme,
        authority,
        path: "/".to_owned(),
        query: public_parameters(ports),
        headers: vec![
            ("accept".to_owned(), "application/json".to_owned()),
            ("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned()),
        ],
        // The token travels in the body: queries end up in logs.
        body: encode::form(&form).into_bytes(),
    })
}

fn public_parameters(ports: &Ports) -> Vec<(String, String)> {
    let mut nonce = [0; 16];
    ports.entropy.fill(&mut nonce);
    let nonce = format!("{:032x}", u128::from_be_bytes(nonce));
    [
        ("Action", "AssumeRoleWithOIDC"),
        ("Format", "JSON"),
        ("Version", STS_VERSION),
        ("Timestamp", &iso(ports.clock.now())),
        ("SignatureNonce", &nonce),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn token(path: &Path, origin: &str) -> Result<zeroize::Zeroizing<String>, CredentialError> {
    let invalid = |reason: &str| CredentialError::ReplyInvalid {
        origin: origin.to_owned(),
        reason: format!("the token file `{}` {reason}", path.display()),
    };
    let bytes = read_file(path)?.ok_or_else(|| invalid("is not there"))?;
    let text = std::str::from_utf8(&bytes).map_err(|_| invalid("is no text"))?.trim();
    if text.is_empty() || text.chars().count() > TOKEN_LENGTH_MAX {
        return Err(invalid("is empty or too long"));
    }
    Ok(zeroize::Zeroizing::new(text.to_owned()))
}

fn iso(time: Timestamp) -> String {
    let time = jiff::Timestamp::from_second(time.seconds()).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    credentials: Keys,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal {
    code: String,
}
