//! RPC V1: HMAC-SHA1 over the parameters of an RPC-style product.
//!
//! Everything that is signed is a parameter, in the query or in a form-encoded body: neither host,
//! nor path, nor headers, nor a body of another kind is covered. The method is.
//!
//! Specification: <https://help.aliyun.com/en/sdk/product-overview/rpc-mechanism>.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::{AccessKey, encode};

/// The parameter that carries the signature, and is not signed itself.
pub(crate) const SIGNATURE: &str = "Signature";

/// A finished signature, with every text that it was made from.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature<'a> {
    /// The signed parameters, decoded, by name.
    pub signed_params: Vec<(&'a str, &'a str)>,
    /// The same, encoded and joined.
    pub canonical_query: String,
    /// What is authenticated.
    pub string_to_sign: String,
    /// The HMAC in base64: the value of the parameter `Signature`.
    pub signature: String,
}

// Parameters and the texts made of them may hold secrets.
impl fmt::Debug for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.signed_params.iter().map(|(name, _)| *name).collect();
        f.debug_struct("Signature").field("signed_params", &names).finish_non_exhaustive()
    }
}

/// Signs the decoded parameters of query and form together, in any order; one that is named
/// `Signature` is left out. The public parameters (`Action`, `AccessKeyId`, …) are among them.
pub fn sign<'a>(
    method: &str,
    params: impl IntoIterator<Item = (&'a str, &'a str)>,
    key: &AccessKey,
) -> Signature<'a> {
    let mut signed_params: Vec<(&str, &str)> =
        params.into_iter().filter(|(name, _)| *name != SIGNATURE).collect();
    signed_params.sort_unstable();

    let canonical_query = encode::query(&signed_params);
    let mut string_to_sign = String::with_capacity(canonical_query.len() * 3 / 2 + 16);
    string_to_sign.extend(method.chars().map(|letter| letter.to_ascii_uppercase()));
    string_to_sign.push_str("&%2F&");
    encode::push_encoded(&mut string_to_sign, &canonical_query);
    let signature = BASE64.encode(key.hmac_sha1_ampersand(string_to_sign.as_bytes()));

    Signature { signed_params, canonical_query, string_to_sign, signature }
}

#[cfg(test)]
mod tests {
    use host_model::SecretText;

    use super::*;

    #[test]
    fn leaves_out_the_signature_and_signs_the_method() {
        let key = AccessKey::permanent("id", SecretText::new("secret"));
        let params = [("b", "2"), ("Signature", "old"), ("a", "")];
        let get = sign("get", params, &key);
        let post = sign("POST", params, &key);

        assert_eq!(get.canonical_query, "a=&b=2");
        assert_eq!(get.string_to_sign, "GET&%2F&a%3D%26b%3D2");
        assert_ne!(get.signature, post.signature);
    }

    #[test]
    fn shows_names_but_no_values() {
        let key = AccessKey::permanent("id", SecretText::new("secret"));
        let signed = sign("GET", [("SecurityToken", "t0k3n")], &key);

        assert_eq!(format!("{signed:?}"), "Signature { signed_params: [\"SecurityToken\"], .. }");
    }
}
