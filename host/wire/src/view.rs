//! A text as its readers may decode it, with the way back to where each byte stood.

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
pub(crate) struct View {
    /// The decoded bytes.
    pub(crate) bytes: Vec<u8>,
    /// How they came to be.
    decodings: Vec<Decoding>,
}

/// Where each byte of a view stands in the original: first byte, and the one after the last.
pub(crate) struct Spans(Vec<(usize, usize)>);

impl Decoding {
    /// Whether it can make a difference to the byte, or to what follows it.
    const fn begins_at(self, byte: u8) -> bool {
        match self {
            Self::Percent => byte == b'%',
            Self::Form => matches!(byte, b'%' | b'+'),
            Self::Json => byte == b'\\',
        }
    }

    /// What stands at the start of `text` once it is decoded, and how many bytes that takes up.
    fn first(self, text: &[u8]) -> Option<(Vec<u8>, usize)> {
        match (self, text.first()?) {
            (Self::Percent | Self::Form, b'%') => percent(text),
            (Self::Form, b'+') => Some((vec![b' '], 1)),
            (Self::Json, b'\\') => escape(text),
            _ => None,
        }
    }

    /// Decodes `bytes`, and tells `each` how many bytes became how many.
    fn apply(self, bytes: &[u8], mut each: impl FnMut(usize, usize)) -> Vec<u8> {
        let mut decoded = Vec::with_capacity(bytes.len());
        let mut rest = bytes;
        while !rest.is_empty() {
            let plain = rest.iter().position(|byte| self.begins_at(*byte)).unwrap_or(rest.len());
            let (same, from) = rest.split_at(plain);
            decoded.extend_from_slice(same);
            for _ in same {
                each(1, 1);
            }
            let (bytes, length) = match (self.first(from), from.first()) {
                (Some(first), _) => first,
                (None, Some(byte)) => (vec![*byte], 1),
                (None, None) => break,
            };
            each(length, bytes.len());
            decoded.extend_from_slice(&bytes);
            rest = from.get(length..).unwrap_or_default();
        }
        decoded
    }
}

impl View {
    /// The same bytes of `text` with the way back. Most views hold no secret, so most need none.
    pub(crate) fn spans(&self, text: &str) -> Spans {
        let mut bytes = text.as_bytes().to_vec();
        let mut spans = Spans((0..bytes.len()).map(|index| (index, index + 1)).collect());
        for decoding in &self.decodings {
            let mut next = Vec::with_capacity(bytes.len());
            let mut index = 0;
            bytes = decoding.apply(&bytes, |length, count| {
                let span = spans.origin(index, index + length).unwrap_or_default();
                next.extend(std::iter::repeat_n(span, count));
                index += length;
            });
            spans = Spans(next);
        }
        spans
    }
}

impl Spans {
    /// Where the bytes from `start` up to `end` stand in the original.
    pub(crate) fn origin(&self, start: usize, end: usize) -> Option<(usize, usize)> {
        let first = self.0.get(start)?;
        let last = self.0.get(end.checked_sub(1)?)?;
        Some((first.0, last.1))
    }
}

/// All views of `text`, the plain one first; equal ones once.
pub(crate) fn views(text: &str) -> Vec<View> {
    let mut all = vec![View { bytes: text.as_bytes().to_vec(), decodings: Vec::new() }];
    let mut from = 0;
    for _ in 0..DEPTH_MAX {
        let layer = from..all.len();
        from = all.len();
        for index in layer {
            for decoding in [Decoding::Percent, Decoding::Form, Decoding::Json] {
                let Some(view) = all.get(index) else { continue };
                if !view.bytes.iter().any(|byte| decoding.begins_at(*byte)) {
                    continue;
                }
                let bytes = decoding.apply(&view.bytes, |_, _| {});
                if all.iter().all(|view| view.bytes != bytes) {
                    let decodings = view.decodings.iter().copied().chain([decoding]).collect();
                    all.push(View { bytes, decodings });
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
            let spans = view.spans(text);
            assert_eq!(spans.origin(0, view.bytes.len()), Some((0, text.len())));
            let last = view.bytes.len() - 1;
            assert_eq!(spans.origin(last, last + 1), Some((text.len() - 1, text.len())));
        }
    }

    #[test]
    fn leaves_broken_escapes_alone() {
        for text in ["100%", "%zz", r"\u12", r"\x", "\\"] {
            assert_eq!(views(text).len(), 1, "{text}");
        }
    }
}
