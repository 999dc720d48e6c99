//! `ACS3-HMAC-SHA256`.

use host_model::HttpRequest;

use super::canonical::{header, hex_hmac_sha256, hex_sha256, query};
use super::claim::Claim;
use super::{Attempt, same};

/// With encoded names of parameters, as it is documented, and with raw ones, as signers do it.
pub(super) fn attempts(
    claim: &Claim,
    request: &HttpRequest,
    secret: &str,
) -> impl Iterator<Item = Attempt> {
    [true, false].into_iter().map(|encode_names| {
        let canonical = canonical_request(claim, request, encode_names);
        let to_sign = format!("ACS3-HMAC-SHA256\n{}", hex_sha256(canonical.as_bytes()));
        Attempt {
            signature: hex_hmac_sha256(secret, &to_sign),
            shown: format!("{to_sign} of the canonical request {canonical}"),
        }
    })
}

fn canonical_request(claim: &Claim, request: &HttpRequest, encode_names: bool) -> String {
    let path = if request.path.is_empty() { "/" } else { &request.path };
    let mut names = claim.signed_headers.clone();
    names.sort_unstable();
    let mut headers = String::new();
    for name in &names {
        headers.push_str(name);
        headers.push(':');
        headers.push_str(&header(request, name).unwrap_or_default());
        headers.push('\n');
    }
    [
        request.method.to_ascii_uppercase(),
        path.to_owned(),
        query(&request.query, encode_names),
        headers,
        names.join(";"),
        header(request, "x-acs-content-sha256").unwrap_or_default(),
    ]
    .join("\n")
}

/// Whether the hash that was signed is the hash of the body that came.
pub(super) fn body_matches(request: &HttpRequest) -> bool {
    let claimed = header(request, "x-acs-content-sha256").unwrap_or_default();
    same(claimed.as_bytes(), hex_sha256(&request.body).as_bytes())
}
