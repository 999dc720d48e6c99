//! `ACS3-HMAC-SHA256` (V3): the scheme of new requests, for RPC-style and ROA-style products.
//!
//! ```text
//! Request ─▶ canonical request ─▶ string to sign ─▶ signature ─▶ authorization
//!            (six parts)          (its hash)        (HMAC)
//! ```
//!
//! Specification: <https://help.aliyun.com/en/sdk/product-overview/v3-request-structure-and-signature>.
//! Where it and the official SDKs leave a choice, the choice is a parameter ([`HeaderSelection`]).
//!
//! # Invariants
//!
//! - **The hash describes the body.** It is computed here; a header that disagrees is refused.
//! - **Parameters in a body are covered by its hash**, and are no part of the canonical query.

use std::fmt;

use crate::digest::{hex, hex_sha256};
use crate::headers::{self, Header};
use crate::{AccessKey, Request, SignError, encode};

/// The scheme's name, as the service spells it.
pub const ALGORITHM: &str = "ACS3-HMAC-SHA256";

/// The header that carries the body's hash.
pub(crate) const CONTENT_HASH: &str = "x-acs-content-sha256";

/// Which of the given headers are signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeaderSelection {
    /// `host`, `content-type` and every `x-acs-*`: what the service demands, and what the Node,
    /// Java and Go SDKs sign.
    Standard,
    /// Every header of the request, as the Python SDK does.
    All,
}

impl HeaderSelection {
    fn holds(self, name: &str) -> bool {
        match self {
            Self::Standard => {
                name == "host" || name == "content-type" || name.starts_with("x-acs-")
            }
            Self::All => true,
        }
    }
}

/// A finished signature, with every text that it was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    /// The path as it goes on the wire.
    pub canonical_uri: String,
    /// The parameters by name, encoded; empty if there are none.
    pub canonical_query: String,
    /// One `name:value` line, with its end, for each signed name.
    pub canonical_headers: String,
    /// The signed names, joined with `;`.
    pub signed_headers: String,
    /// SHA-256 of the body, in hexadecimal digits.
    pub hashed_payload: String,
    /// The six parts together: what is hashed.
    pub canonical_request: String,
    /// What is authenticated.
    pub string_to_sign: String,
    /// The HMAC, in hexadecimal digits.
    pub signature: String,
    /// The value of the `authorization` header.
    pub authorization: String,
}

// The canonical texts hold the session's token and all parameters.
impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signature")
            .field("signed_headers", &self.signed_headers)
            .field("string_to_sign", &self.string_to_sign)
            .finish_non_exhaustive()
    }
}

/// Signs `request` with `key`. Date, nonce and `x-acs-content-sha256` are headers of the request.
///
/// # Errors
///
/// There is no `host`; a header, the method or the path cannot be signed; the hash in the headers
/// is not that of the body; the key's id cannot stand in a header.
pub fn sign(
    request: &Request<'_>,
    key: &AccessKey,
    selection: HeaderSelection,
) -> Result<Signature, SignError> {
    sign_hashed(request, hex_sha256(request.body), key, selection)
}

/// Signs a request whose body was hashed before.
pub(crate) fn sign_hashed(
    request: &Request<'_>,
    hashed_payload: String,
    key: &AccessKey,
    selection: HeaderSelection,
) -> Result<Signature, SignError> {
    let id = key.header_safe_id()?;
    let method = request.canonical_method()?;
    let canonical_uri = request.canonical_path()?.to_owned();
    let headers = headers::canonical(request.headers, |name| selection.holds(name))?;
    if headers::find(&headers, "host").is_none_or(str::is_empty) {
        return Err(SignError::HostMissing);
    }
    if headers::find(&headers, CONTENT_HASH).is_some_and(|given| given != hashed_payload) {
        return Err(SignError::PayloadDifferent);
    }

    let canonical_query = canonical_query(request.query);
    let (canonical_headers, signed_headers) = joined(&headers);
    let canonical_request = [
        method.as_str(),
        &canonical_uri,
        &canonical_query,
        &canonical_headers,
        &signed_headers,
        &hashed_payload,
    ]
    .join("\n");
    let string_to_sign = [ALGORITHM, &hex_sha256(canonical_request.as_bytes())].join("\n");
    let signature = hex(&key.hmac_sha256(string_to_sign.as_bytes()));
    let authorization = [
        ALGORITHM,
        " Credential=",
        id,
        ",SignedHeaders=",
        &signed_headers,
        ",Signature=",
        &signature,
    ]
    .concat();

    Ok(Signature {
        canonical_uri,
        canonical_query,
        canonical_headers,
        signed_headers,
        hashed_payload,
        canonical_request,
        string_to_sign,
        signature,
        authorization,
    })
}

/// Sorts by decoded name, as the official SDKs do: `:` sorts after `1`, but `%3A` before it.
fn canonical_query(query: &[(&str, &str)]) -> String {
    let mut query = query.to_vec();
    query.sort_unstable();
    encode::query(&query)
}

/// The lines and the list of names. A repeated header is one line: its values, sorted.
fn joined(headers: &[Header<'_>]) -> (String, String) {
    let length: usize = headers.iter().map(|(name, value)| name.len() + value.len() + 2).sum();
    let mut lines = String::with_capacity(length);
    let mut names = String::with_capacity(length);
    for (index, (name, value)) in headers.iter().enumerate() {
        if index > 0 && headers[index - 1].0 == *name {
            lines.push(',');
        } else {
            if index > 0 {
                lines.push('\n');
                names.push(';');
            }
            names.push_str(name);
            lines.push_str(name);
            lines.push(':');
        }
        lines.push_str(value);
    }
    lines.push('\n');
    (lines, names)
}

#[cfg(test)]
mod tests {
    use host_model::{Problem as _, SecretText};

    use super::*;

    fn signed(
        headers: &[(&str, &str)],
        selection: HeaderSelection,
    ) -> Result<Signature, SignError> {
        let key = AccessKey::permanent("id", SecretText::new("secret"));
        let query = [("b", "2"), ("a", "x y"), ("a.1", "")];
        sign(
            &Request { method: "post", path: "", query: &query, headers, body: b"" },
            &key,
            selection,
        )
    }

    #[test]
    fn joins_repeated_headers_in_order() {
        let headers = [("host", "h"), ("X-Acs-Tag", "b"), ("x-acs-tag", " a ")];
        let signed = signed(&headers, HeaderSelection::Standard).unwrap();

        assert_eq!(signed.canonical_headers, "host:h\nx-acs-tag:a,b\n");
        assert_eq!(signed.signed_headers, "host;x-acs-tag");
        assert!(signed.canonical_request.starts_with("POST\n/\na=x%20y&a.1=&b=2\nhost:h\n"));
    }

    #[test]
    fn signs_what_the_selection_says() {
        let headers =
            [("host", "h"), ("accept", "a"), ("content-type", "c"), ("x-acs-action", "x")];
        let standard = signed(&headers, HeaderSelection::Standard).unwrap();
        let all = signed(&headers, HeaderSelection::All).unwrap();

        assert_eq!(standard.signed_headers, "content-type;host;x-acs-action");
        assert_eq!(all.signed_headers, "accept;content-type;host;x-acs-action");
    }

    #[test]
    fn refuses_what_a_service_could_not_check() {
        let cases: [(&[(&str, &str)], &str); 4] = [
            (&[("accept", "a")], "sign.host-missing"),
            (&[("host", "  ")], "sign.host-missing"),
            (&[("host", "h"), ("x-acs-content-sha256", "00")], "sign.payload-different"),
            (&[("host", "h"), ("accept", "a\nx-acs-b: c")], "sign.header-unsafe"),
        ];
        for (headers, code) in cases {
            let refused = signed(headers, HeaderSelection::Standard).unwrap_err();
            assert_eq!(refused.code(), code, "{headers:?}");
        }
    }

    #[test]
    fn shows_no_token() {
        let headers = [("host", "h"), ("x-acs-security-token", "t0k3n")];
        let signed = signed(&headers, HeaderSelection::Standard).unwrap();

        assert!(signed.canonical_request.contains("t0k3n"));
        assert!(!format!("{signed:?}").contains("t0k3n"));
    }
}
