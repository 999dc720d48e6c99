//! The key pair that signs.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use host_model::SecretText;
use sha1::Sha1;
use sha2::Sha256;

use crate::SignError;

/// An AccessKey: an id that everyone may see, and a secret that only makes signatures.
#[derive(Clone)]
pub struct AccessKey {
    id: String,
    secret: SecretText,
    security_token: Option<SecretText>,
}

impl AccessKey {
    /// A key that lives until it is deleted.
    pub fn permanent(id: impl Into<String>, secret: SecretText) -> Self {
        Self { id: id.into(), secret, security_token: None }
    }

    /// A key of a session (STS): its token travels with every request.
    pub fn temporary(id: impl Into<String>, secret: SecretText, token: SecretText) -> Self {
        Self { id: id.into(), secret, security_token: Some(token) }
    }

    /// The id, for example `LTAI…` or `STS.…`.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The session's token, if this is a temporary key.
    pub fn security_token(&self) -> Option<&SecretText> {
        self.security_token.as_ref()
    }

    /// The id, if it can stand in an `authorization` header without ending or splitting a part.
    pub(crate) fn header_safe_id(&self) -> Result<&str, SignError> {
        let valid = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b',' | b':' | b'=');
        if !self.id.is_empty() && self.id.bytes().all(valid) {
            Ok(&self.id)
        } else {
            Err(SignError::KeyInvalid)
        }
    }

    /// HMAC-SHA256 with the secret: ACS3.
    pub(crate) fn hmac_sha256(&self, text: &[u8]) -> [u8; 32] {
        let key = self.secret.expose().as_bytes();
        let mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.chain_update(text).finalize().into_bytes().into()
    }

    /// HMAC-SHA1 with the secret: ROA V1.
    pub(crate) fn hmac_sha1(&self, text: &[u8]) -> [u8; 20] {
        hmac_sha1(self.secret.expose(), text)
    }

    /// HMAC-SHA1 with the secret and a `&`: RPC V1.
    pub(crate) fn hmac_sha1_ampersand(&self, text: &[u8]) -> [u8; 20] {
        // The exact capacity: a buffer that grows would leave a copy behind that nobody wipes.
        let secret = self.secret.expose();
        let mut key = String::with_capacity(secret.len() + 1);
        key.push_str(secret);
        key.push('&');
        hmac_sha1(SecretText::new(key).expose(), text)
    }
}

fn hmac_sha1(key: &str, text: &[u8]) -> [u8; 20] {
    let mac = Hmac::<Sha1>::new_from_slice(key.as_bytes());
    let mac = mac.expect("HMAC takes a key of any length");
    mac.chain_update(text).finalize().into_bytes().into()
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKey").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use host_model::Problem as _;

    use super::*;

    #[test]
    fn shows_the_id_and_nothing_else() {
        let (secret, token) = (SecretText::new("s3cr3t"), SecretText::new("t0k3n"));
        let key = AccessKey::temporary("STS.one", secret, token);

        assert_eq!(format!("{key:?}"), "AccessKey { id: \"STS.one\", .. }");
    }

    #[test]
    fn refuses_an_id_that_would_split_the_header() {
        for id in ["", "a,SignedHeaders=host", "a b", "a\nb", "a:b", "é"] {
            let key = AccessKey::permanent(id, SecretText::new("s3cr3t"));
            let refused = key.header_safe_id().unwrap_err();
            assert_eq!(refused.code(), "sign.key-invalid", "{id}");
        }
    }
}
