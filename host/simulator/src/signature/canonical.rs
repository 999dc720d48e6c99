//! Texts that signatures are made of.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use host_model::HttpRequest;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::entropy::hex;

/// Percent-encoding of everything but letters, digits and `-_.~`.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or_default();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let digits = [byte >> 4, byte & 15].map(|value| digit(value).to_ascii_uppercase());
            encoded.extend(['%'].into_iter().chain(digits));
        }
    }
    encoded
}

/// Decoded pairs of a query or form: `+` is a space, a broken escape stands for itself.
pub(crate) fn form_pairs(text: &str) -> Vec<(String, String)> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(name), decode(value))
        })
        .collect()
}

/// A decoded part of a path: `+` is itself.
pub(crate) fn decode_path(text: &str) -> String {
    decode(&text.replace('+', "%2B"))
}

fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        rest = tail;
        let escaped = match (first, tail) {
            (b'%', [high, low, ..]) => digit(*high).zip(digit(*low)),
            _ => None,
        };
        match (first, escaped) {
            (_, Some((high, low))) => {
                bytes.push(high << 4 | low);
                rest = tail.get(2..).unwrap_or_default();
            }
            (b'+', None) => bytes.push(b' '),
            (byte, None) => bytes.push(*byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

/// `name=value` joined by `&`, sorted by the name as it was before encoding.
pub(crate) fn query(pairs: &[(String, String)], encode_names: bool) -> String {
    let mut sorted: Vec<_> = pairs.iter().collect();
    sorted.sort();
    let mut joined = String::new();
    for (name, value) in sorted {
        if !joined.is_empty() {
            joined.push('&');
        }
        joined.push_str(&if encode_names { encode(name) } else { name.clone() });
        joined.push('=');
        joined.push_str(&encode(value));
    }
    joined
}

/// A header's values as one, sorted and joined by commas; the authority stands in for `host`.
pub(crate) fn header(request: &HttpRequest, name: &str) -> Option<String> {
    let mut values = values(request, name);
    let Some(first) = values.next() else {
        let stands_in = name == "host" && !request.authority.is_empty();
        return stands_in.then(|| request.authority.clone());
    };
    let Some(second) = values.next() else { return Some(first.to_owned()) };
    let mut all: Vec<&str> = [first, second].into_iter().chain(values).collect();
    all.sort_unstable();
    Some(all.join(","))
}

/// Whether there is such a header, or what stands in for it.
pub(crate) fn has_header(request: &HttpRequest, name: &str) -> bool {
    values(request, name).next().is_some() || name == "host" && !request.authority.is_empty()
}

fn values<'a>(request: &'a HttpRequest, name: &'a str) -> impl Iterator<Item = &'a str> {
    let named = request.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
    named.map(|(_, value)| value.trim())
}

/// The names of all `x-acs-…` headers, sorted, each once.
pub(crate) fn acs_headers(request: &HttpRequest) -> Vec<String> {
    let names = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let mut names: Vec<String> = names.filter(|name| name.starts_with("x-acs-")).collect();
    names.sort_unstable();
    names.dedup();
    names
}

pub(crate) fn hex_sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// As a `Content-MD5` header has it.
pub(crate) fn base64_md5(bytes: &[u8]) -> String {
    STANDARD.encode(Md5::digest(bytes))
}

pub(crate) fn hex_hmac_sha256(key: &str, text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    hex(&mac.finalize().into_bytes())
}

pub(crate) fn base64_hmac_sha1(key: &str, text: &str) -> String {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
