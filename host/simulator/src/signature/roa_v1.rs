//! HMAC-SHA1 over headers and resource.

use host_model::HttpRequest;

use super::Attempt;
use super::canonical::{acs_headers, base64_hmac_sha1, header};

/// With `name=` for an empty value, and with the bare `name`: official signers differ.
pub(super) fn attempts(request: &HttpRequest, secret: &str) -> impl Iterator<Item = Attempt> {
    [true, false].into_iter().map(|equals_sign| {
        let to_sign = string_to_sign(request, equals_sign);
        Attempt { signature: base64_hmac_sha1(secret, &to_sign), shown: to_sign }
    })
}

fn string_to_sign(request: &HttpRequest, equals_sign: bool) -> String {
    let value = |name: &str| header(request, name).unwrap_or_default();
    let mut text = request.method.to_ascii_uppercase();
    for name in ["accept", "content-md5", "content-type", "date"] {
        text.push('\n');
        text.push_str(&value(name));
    }
    text.push('\n');
    for name in acs_headers(request) {
        text.push_str(&format!("{name}:{}\n", value(&name)));
    }
    text.push_str(&request.path);
    let mut query: Vec<_> = request.query.iter().collect();
    query.sort();
    let pairs: Vec<String> = query
        .into_iter()
        .map(|(name, value)| match (value.is_empty(), equals_sign) {
            (true, false) => name.clone(),
            _ => format!("{name}={value}"),
        })
        .collect();
    if !pairs.is_empty() {
        text.push('?');
        text.push_str(&pairs.join("&"));
    }
    text
}
