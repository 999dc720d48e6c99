//! ROA V1: HMAC-SHA1 over method, path, query and headers of a ROA-style product.
//!
//! The body is covered only through a `content-md5` header, which new SDKs do not send, and the
//! query is signed without encoding: a value that holds `&` reads like two parameters. ACS3 has
//! neither weakness.
//!
//! Specification: <https://help.aliyun.com/en/sdk/product-overview/roa-mechanism>.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::headers::{self, Header};
use crate::{AccessKey, Request, SignError};

/// How a parameter with an empty value is signed. The official signers disagree, and which of
/// them the service follows is not documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyValue {
    /// `name`, as the Python SDK does.
    Bare,
    /// `name=`, as the old core SDKs and the Node SDK do.
    Equals,
}

/// A finished signature, with every text that it was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// One `name:value` line, with its end, for each `x-acs-*` header.
    pub canonical_headers: String,
    /// The path, and the query without encoding.
    pub canonical_resource: String,
    /// What is authenticated.
    pub string_to_sign: String,
    /// The HMAC, in base64.
    pub signature: String,
    /// The value of the `authorization` header.
    pub authorization: String,
}

// The canonical texts hold the session's token and all parameters.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature").finish_non_exhaustive()
    }
}

/// Signs `request` with `key`. Date and nonce are headers of the request.
///
/// # Errors
///
/// A header, the method or the path cannot be signed; a signed header is given twice; the key's id
/// cannot stand in a header.
pub fn sign(
    request: &Request<'_>,
    key: &AccessKey,
    empty_value: EmptyValue,
) -> Result<Signature, SignError> {
    let id = key.header_safe_id()?;
    let method = request.canonical_method()?;
    let path = request.canonical_path()?;
    let headers = headers::canonical(request.headers, is_signed)?;
    refuse_repeated(&headers)?;
    let value = |name| headers::find(&headers, name).unwrap_or_default();

    let canonical_headers = canonical_headers(&headers);
    let canonical_resource = canonical_resource(path, request.query, empty_value);
    let string_to_sign = [
        method.as_str(),
        value("accept"),
        value("content-md5"),
        value("content-type"),
        value("date"),
        // The lines end themselves, so the resource follows without a separator of its own.
        &[canonical_headers.as_str(), &canonical_resource].concat(),
    ]
    .join("\n");
    let signature = BASE64.encode(key.hmac_sha1(string_to_sign.as_bytes()));
    let authorization = ["acs ", id, ":", &signature].concat();

    Ok(Signature {
        canonical_headers,
        canonical_resource,
        string_to_sign,
        signature,
        authorization,
    })
}

fn is_signed(name: &str) -> bool {
    is_canonical(name) || matches!(name, "accept" | "content-md5" | "content-type" | "date")
}

fn is_canonical(name: &str) -> bool {
    name.starts_with("x-acs-")
}

/// Which of two headers the service would sign is unspecified. `headers` are sorted.
fn refuse_repeated(headers: &[Header<'_>]) -> Result<(), SignError> {
    match headers.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        Some(pair) => Err(SignError::HeaderRepeated { name: pair[0].0.to_string() }),
        None => Ok(()),
    }
}

fn canonical_headers(headers: &[Header<'_>]) -> String {
    let length: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut lines = String::with_capacity(length);
    for (name, value) in headers.iter().filter(|(name, _)| is_canonical(name)) {
        for part in [name, ":", value, "\n"] {
            lines.push_str(part);
        }
    }
    lines
}

fn canonical_resource(path: &str, query: &[(&str, &str)], empty_value: EmptyValue) -> String {
    let mut query = query.to_vec();
    query.sort_unstable();
    let length: usize = query.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut resource = String::with_capacity(path.len() + length);
    resource.push_str(path);
    for (index, (name, value)) in query.into_iter().enumerate() {
        resource.push(if index == 0 { '?' } else { '&' });
        resource.push_str(name);
        if !value.is_empty() || empty_value == EmptyValue::Equals {
            resource.push('=');
            resource.push_str(value);
        }
    }
    resource
}

#[cfg(test)]
mod tests {
    use host_model::{Problem as _, SecretText};

    use super::*;

    fn signed(headers: &[(&str, &str)], empty_value: EmptyValue) -> Result<Signature, SignError> {
        let key = AccessKey::permanent("id", SecretText::new("secret"));
        let query = [("name", ""), ("a", "x y&*")];
        let request = Request { method: "get", path: "/p", query: &query, headers, body: b"" };
        sign(&request, &key, empty_value)
    }

    #[test]
    fn writes_an_empty_value_as_asked() {
        let bare = signed(&[], EmptyValue::Bare).unwrap();
        let equals = signed(&[], EmptyValue::Equals).unwrap();

        assert_eq!(bare.canonical_resource, "/p?a=x y&*&name");
        assert_eq!(equals.canonical_resource, "/p?a=x y&*&name=");
        assert_eq!(bare.string_to_sign, "GET\n\n\n\n\n/p?a=x y&*&name");
    }

    #[test]
    fn refuses_two_readings() {
        let headers = [("Date", "a"), ("date", "b")];
        let refused = signed(&headers, EmptyValue::Bare).unwrap_err();
        assert_eq!(refused.code(), "sign.header-repeated");

        let headers = [("accept", "a\nb")];
        let refused = signed(&headers, EmptyValue::Bare).unwrap_err();
        assert_eq!(refused.code(), "sign.header-unsafe");
    }
}
