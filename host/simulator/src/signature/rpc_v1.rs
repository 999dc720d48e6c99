//! HMAC-SHA1 over parameters.

use host_model::HttpRequest;

use super::Attempt;
use super::canonical::{base64_hmac_sha1, encode, form_pairs, header, query};

/// Parameters of the query, and of the body if it is a form.
pub(super) fn parameters(request: &HttpRequest) -> Vec<(String, String)> {
    let mut parameters = request.query.clone();
    let content_type = header(request, "content-type").unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        parameters.extend(form_pairs(&String::from_utf8_lossy(&request.body)));
    }
    parameters
}

pub(super) fn attempt(request: &HttpRequest, secret: &str) -> Attempt {
    let mut signed = parameters(request);
    signed.retain(|(name, _)| name != "Signature");
    let method = request.method.to_ascii_uppercase();
    let to_sign = format!("{method}&%2F&{}", encode(&query(&signed, true)));
    let signature = base64_hmac_sha1(&format!("{secret}&"), &to_sign);
    Attempt { signature, shown: to_sign }
}
