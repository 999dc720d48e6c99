//! Hashes as text.

use sha2::{Digest as _, Sha256};

/// SHA-256 of nothing: most requests have no body.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// SHA-256, in lower-case hexadecimal digits.
pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    if bytes.is_empty() { EMPTY_SHA256.to_owned() } else { hex(&Sha256::digest(bytes)) }
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_hash_of_nothing() {
        assert_eq!(hex(&Sha256::digest(b"")), EMPTY_SHA256);
    }
}
