//! A text as its readers may decode it, with the way back to where each byte stood.

use std::collections::BTreeSet;
use std::slice;

/// How often a text is decoded at most: an echo of an echo.
const DEPTH_MAX: usize = 2;

/// A decoding that readers of texts apply.
#[derive(Clone, Copy)]
enum Decoding {
    /// `%2B` is `+`, and `+` stays what it is.
    Percent,
    /// `%2B` is `+`, and `+` is a space.
    Form,
    /// `\u002b` is `+`, `\"` is `"`.
    Json,
}

/// A text, decoded never, once or twice.
#[derive(Clone)]
pub(crate) struct View {
    /// The decoded bytes.
    pub(crate) bytes: Vec<u8>,
    /// Where each byte stands in the original: first byte, and the one after the last.
    spans: Vec<(usize, usize)>,
}

impl View {
    fn plain(text: &str) -> Self {
        let bytes = text.as_bytes().to_vec();
        let spans = (0..bytes.len()).map(|index| (index, index + 1)).collect();
        Self { bytes, spans }
    }

    /// Where the bytes from `start` up to `end` stand in the original.
    pub(crate) fn origin(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self.spans.get(start)?;
        let last = self.spans.get(end.checked_sub(1)?)?;
        Some((first.0, last.1))
    }

    fn decoded(&self, decoding: Decoding) -> Self {
        let mut view = Self { bytes: Vec::new(), spans: Vec::new() };
        let mut index = 0;
        while let Some(byte) = self.bytes.get(index) {
            let rest = self.bytes.get(index..).unwrap_or_default();
            let decoded = match (decoding, byte) {
                (Decoding::Percent | Decoding::Form, b'%') => percent(rest),
                (Decoding::Form, b'+') => Some((vec![b' '], 1)),
                (Decoding::Json, b'\\') => escape(rest),
                _ => None,
            };
            let length = decoded.as_ref().map_or(1, |(_, length)| *length);
            if let Some(span) = self.origin(index, index + length) {
                let decoded = decoded.as_ref().map_or(slice::from_ref(byte), |(bytes, _)| bytes);
                view.spans.extend(decoded.iter().map(|_| span));
                view.bytes.extend(decoded);
            }
            index += length;
        }
        view
    }
}

/// All views of `text`, the plain one first; equal ones once.
pub(crate) fn views(text: &str) -> Vec<View> {
    let mut all = vec![View::plain(text)];
    let mut seen: BTreeSet<Vec<u8>> = all.iter().map(|view| view.bytes.clone()).collect();
    let mut from = 0;
    for _ in 0..DEPTH_MAX {
        let layer = all.get(from..).unwrap_or_default().to_vec();
        from = all.len();
        for view in layer {
            for decoding in [Decoding::Percent, Decoding::Form, Decoding::Json] {
                let decoded = view.decoded(decoding);
                if seen.insert(decoded.bytes.clone()) {
                    all.push(decoded);
                }
            }
        }
    }
    all
}

fn percent(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let value = hex(text.get(1..3)?)?;
    Some((vec![u8::try_from(value).ok()?], 3))
}

/// A JSON escape; a pair of surrogates is one character.
fn escape(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let plain = |byte: u8| Some((vec![byte], 2));
    match text.get(1)? {
        b'"' => plain(b'"'),
        b'\\' => plain(b'\\'),
        b'/' => plain(b'/'),
        b'b' => plain(8),
        b'f' => plain(12),
        b'n' => plain(b'\n'),
        b'r' => plain(b'\r'),
        b't' => plain(b'\t'),
        b'u' => {
            let first = hex(text.get(2..6)?)?;
            let second = text.get(6..8).filter(|start| *start == b"\\u");
            let second = second.and_then(|_| hex(text.get(8..12)?));
            let pair = second.and_then(|low| surrogates(first, low));
            let length = if pair.is_some() { 12 } else { 6 };
            let character = pair.or_else(|| char::from_u32(first))?;
            Some((character.to_string().into_bytes(), length))
        }
        _ => None,
    }
}

fn surrogates(high: u32, low: u32) -> Option<char> {
    let high = high.checked_sub(0xd800).filter(|bits| *bits < 0x400)?;
    let low = low.checked_sub(0xdc00).filter(|bits| *bits < 0x400)?;
    char::from_u32(0x1_0000 + (high << 10) + low)
}

fn hex(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |value, digit| Some(value << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_and_knows_where_it_came_from() {
        let cases = [
            ("a%2Bb", "a+b"),
            ("a%252Bb", "a+b"),
            ("a%2bb", "a+b"),
            ("a+b", "a b"),
            (r#"a\"b"#, "a\"b"),
            (r#"a\\\"b"#, "a\"b"),
            (r"a\u002Fb", "a/b"),
            (r"a\ud83d\ude00b", "a\u{1f600}b"),
            (r"a%5Cu002fb", "a/b"),
        ];
        for (text, expected) in cases {
            let views = views(text);
            let view = views.iter().find(|view| view.bytes == expected.as_bytes());
            let view = view.unwrap_or_else(|| panic!("{text} is never read as {expected}"));
            assert_eq!(view.origin(0, view.bytes.len()), Some((0, text.len())));
            let last = view.bytes.len() - 1;
            assert_eq!(view.origin(last, last + 1), Some((text.len() - 1, text.len())));
        }
    }

    #[test]
    fn leaves_broken_escapes_alone() {
        for text in ["100%", "%zz", r"\u12", r"\x", "\\"] {
            assert_eq!(views(text).len(), 1, "{text}");
        }
    }
}
