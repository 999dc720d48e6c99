//! Percent-encoding, and the two texts made of it: queries and forms.
//!
//! All encode UTF-8 and keep only the unreserved set of RFC 3986 (letters, digits, `-`, `_`, `.`,
//! `~`). A usual form encoder would keep `*` and escape `~`, which the cloud's signature check
//! does not accept.

use crate::SignError;

/// How each byte is written: up to three characters, then how many of them count.
type Table = [[u8; 4]; 256];

/// For URLs and for what is signed.
const QUERY: &Table = &table(*b"%20\x03");
/// For bodies.
const FORM: &Table = &table(*b"+\0\0\x01");

/// How many bytes are encoded at a time, on the stack.
const CHUNK: usize = 64;

const fn table(space: [u8; 4]) -> Table {
    let digits = b"0123456789ABCDEF";
    let kept = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
    let mut table = [[b'%', 0, 0, 3]; 256];
    let mut value = 0;
    while value < 256 {
        table[value][1] = digits[value >> 4];
        table[value][2] = digits[value & 15];
        value += 1;
    }
    let mut index = 0;
    while index < kept.len() {
        table[kept[index] as usize] = [kept[index], 0, 0, 1];
        index += 1;
    }
    table[b' ' as usize] = space;
    table
}

/// `text` with a space as `%20`: what is signed, and what stands in a URL.
pub fn percent_encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 4);
    push(&mut encoded, text, QUERY);
    encoded
}

/// Decoded pairs as `name=value&…`, in the order given; an empty value is written as `name=`.
pub fn query<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let mut encoded = String::with_capacity(capacity(pairs));
    push_pairs(&mut encoded, pairs, QUERY);
    encoded
}

/// Decoded pairs as the body of `application/x-www-form-urlencoded`: as [`query`], with `+` for a
/// space, which is what the official SDKs send.
pub fn form<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> String {
    let mut encoded = String::with_capacity(capacity(pairs));
    push_pairs(&mut encoded, pairs, FORM);
    encoded
}

/// What stands in the first line of a request: `path?query`, or the path alone.
pub fn target<N: AsRef<str>, V: AsRef<str>>(path: &str, pairs: &[(N, V)]) -> String {
    let path = if path.is_empty() { "/" } else { path };
    let mut target = String::with_capacity(path.len() + 1 + capacity(pairs));
    target.push_str(path);
    if !pairs.is_empty() {
        target.push('?');
        push_pairs(&mut target, pairs, QUERY);
    }
    target
}

/// The reverse of [`percent_encode`]; a `+` stays what it is.
pub fn percent_decode(text: &str) -> Result<String, SignError> {
    decode(text, 0, b'+')
}

/// The reverse of [`form`] and of [`query`]: a `+` is a space. Empty fields (`a=1&&b=2`) are left
/// out, and a field without `=` has an empty value.
pub fn form_decode(text: &str) -> Result<Vec<(String, String)>, SignError> {
    let mut pairs = Vec::new();
    let mut offset = 0;
    for field in text.split('&') {
        if !field.is_empty() {
            let (name, value) = field.split_once('=').unwrap_or((field, ""));
            let value_offset = offset + name.len() + 1;
            pairs.push((decode(name, offset, b' ')?, decode(value, value_offset, b' ')?));
        }
        offset += field.len() + 1;
    }
    Ok(pairs)
}

/// Appends `text` as it stands in a query.
pub(crate) fn push_encoded(encoded: &mut String, text: &str) {
    push(encoded, text, QUERY);
}

/// Copies what stands for itself at the start: names are nothing else. From there on, each byte is
/// written with all four of its entry, and the next one over what does not count: without a branch,
/// which is twice as fast on the JSON documents that values often are.
fn push(encoded: &mut String, text: &str, table: &Table) {
    let is_escaped = |byte| table[usize::from(byte)] != [byte, 0, 0, 1];
    let Some(plain) = text.bytes().position(is_escaped) else { return encoded.push_str(text) };
    encoded.push_str(&text[..plain]);
    for chunk in text.as_bytes()[plain..].chunks(CHUNK) {
        let mut written = [0; 3 * CHUNK + 4];
        let mut length = 0;
        for byte in chunk {
            let entry = table[usize::from(*byte)];
            written[length..length + 4].copy_from_slice(&entry);
            length += usize::from(entry[3]);
        }
        let written = std::str::from_utf8(&written[..length]);
        encoded.push_str(written.expect("every entry is ASCII"));
    }
}

fn push_pairs<N: AsRef<str>, V: AsRef<str>>(encoded: &mut String, pairs: &[(N, V)], table: &Table) {
    for (index, (name, value)) in pairs.iter().enumerate() {
        if index > 0 {
            encoded.push('&');
        }
        push(encoded, name.as_ref(), table);
        encoded.push('=');
        push(encoded, value.as_ref(), table);
    }
}

/// Room for the pairs when a quarter of the bytes grows to three.
fn capacity<N: AsRef<str>, V: AsRef<str>>(pairs: &[(N, V)]) -> usize {
    let length = |(name, value): &(N, V)| name.as_ref().len() + value.as_ref().len() + 2;
    let plain: usize = pairs.iter().map(length).sum();
    plain + plain / 2
}

/// `offset` is where `text` begins in the whole, for the error; `plus` is what a `+` means.
fn decode(text: &str, offset: usize, plus: u8) -> Result<String, SignError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        bytes.push(match byte {
            b'%' => {
                let position = offset + text.len() - rest.len() - 1;
                let (value, after) =
                    escaped(rest).ok_or(SignError::FormInvalid { offset: position })?;
                rest = after;
                value
            }
            b'+' => plus,
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| SignError::FormInvalid { offset })
}

/// The byte that two hexadecimal digits stand for, and what follows them.
fn escaped(text: &[u8]) -> Option<(u8, &[u8])> {
    let (&[high, low], after) = text.split_first_chunk::<2>()?;
    Some((digit(high)? << 4 | digit(low)?, after))
}

const fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodes_all_but_the_unreserved_set() {
        let cases = [
            ("", ""),
            ("AZaz09-_.~", "AZaz09-_.~"),
            ("a b", "a%20b"),
            ("*+/%=&:", "%2A%2B%2F%25%3D%26%3A"),
            ("é测\u{1f600}", "%C3%A9%E6%B5%8B%F0%9F%98%80"),
            ("\0\n\u{7f}", "%00%0A%7F"),
        ];
        for (text, expected) in cases {
            assert_eq!(percent_encode(text), expected);
        }
    }

    #[test]
    fn writes_queries_forms_and_targets() {
        let pairs = [("b", "x y"), ("a.1", ""), ("c", "1+1=2")];
        assert_eq!(query(&pairs), "b=x%20y&a.1=&c=1%2B1%3D2");
        assert_eq!(form(&pairs), "b=x+y&a.1=&c=1%2B1%3D2");
        assert_eq!(target("/p%20q", &pairs), "/p%20q?b=x%20y&a.1=&c=1%2B1%3D2");
        assert_eq!(target::<&str, &str>("", &[]), "/");
    }

    #[test]
    fn decodes_what_others_write() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let decoded = form_decode("a=x+y%2b&&b&c=%e6%b5%8b&d=e=f").unwrap();
        let expected = [pair("a", "x y+"), pair("b", ""), pair("c", "测"), pair("d", "e=f")];
        assert_eq!(decoded, expected);
        assert_eq!(percent_decode("x+y%20").unwrap(), "x+y ");
        assert_eq!(form_decode("").unwrap(), []);
    }

    #[test]
    fn says_where_a_form_is_broken() {
        for (text, offset) in [("a=1&b=x%2", 7), ("a=%zz", 2), ("ab=1&c=%ff", 7), ("%", 0)] {
            assert_eq!(form_decode(text), Err(SignError::FormInvalid { offset }), "{text}");
        }
    }
}
