//! What of a secret is looked for in a text, and where it stands.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use host_model::SecretText;
use zeroize::Zeroizing;

/// One form of a secret.
#[derive(Clone)]
pub(crate) struct Needle {
    text: SecretText,
    /// Whether letters match in either case: hexadecimal digits.
    folds_case: bool,
    /// How many characters before and after it hold bits of the secret and of something else.
    shared: (usize, usize),
}

impl Needle {
    /// All forms of `secret` that no decoding leads back to: itself, hexadecimal digits, and
    /// base64 in both alphabets, at each of the three places where it can begin in a longer text.
    /// Padding does not matter, because the last characters are compared as far as they are certain.
    pub(crate) fn of(secret: &str) -> Vec<Self> {
        let plain = |text: String, folds_case| Self {
            text: SecretText::new(text),
            folds_case,
            shared: (0, 0),
        };
        // The exact capacity: a text that grows would leave copies behind that nobody wipes.
        let digits = String::with_capacity(2 * secret.len());
        let digits = secret.bytes().fold(digits, |digits, byte| digits + &format!("{byte:02x}"));
        let mut needles = vec![plain(secret.to_owned(), false), plain(digits, true)];
        for offset in 0..3 {
            for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
                // Anything may stand before: only characters that it has no part in are kept.
                let bytes = Zeroizing::new([&[0; 3][..offset], secret.as_bytes()].concat());
                let before = [0, 2, 3].get(offset).copied().unwrap_or_default();
                let after = usize::from(bytes.len() % 3 != 0);
                let encoded = Zeroizing::new(engine.encode(&*bytes));
                let end = encoded.len() - after;
                let certain = encoded.get(before..end).unwrap_or_default().to_owned();
                let shared = (usize::from(before > 0), after);
                let text = SecretText::new(certain);
                if !needles.iter().any(|needle| needle.text.expose() == text.expose()) {
                    needles.push(Self { text, folds_case: false, shared });
                }
            }
        }
        needles
    }

    /// The border after it, if it stands at `start`, and the one before, with the characters that hold some
    /// of its bits.
    fn at(&self, start: usize, bytes: &[u8]) -> Option<(usize, usize)> {
        let needle = self.text.expose().as_bytes();
        let end = start + needle.len();
        let window = bytes.get(start..end)?;
        let fits =
            if self.folds_case { window.eq_ignore_ascii_case(needle) } else { window == needle };
        let (before, after) = self.shared;
        fits.then(|| (start.saturating_sub(before), (end + after).min(bytes.len())))
    }
}

/// Bits of a word of [`Needles::starts`].
const WORD: usize = 64;

/// All that is looked for, in one pass: a text is long, and nearly nothing in it is a secret.
#[derive(Clone, Default)]
pub(crate) struct Needles {
    all: Vec<Needle>,
    /// For each pair of bytes, without regard to case, whether something begins with it.
    starts: Zeroizing<Vec<u64>>,
}

impl Needles {
    pub(crate) const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Looks for all forms of `secret` as well.
    pub(crate) fn add(&mut self, secret: &str) {
        self.starts.resize((usize::from(u16::MAX) + 1) / WORD, 0);
        for needle in Needle::of(secret) {
            let Some((pair, _)) = needle.text.expose().as_bytes().split_first_chunk() else {
                continue;
            };
            let place = place(*pair);
            if let Some(word) = self.starts.get_mut(place / WORD) {
                *word |= 1 << (place % WORD);
            }
            self.all.push(needle);
        }
    }

    /// Where something stands in `bytes`, with the characters that hold some of its bits.
    pub(crate) fn places(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let begins = |(_, pair): &(usize, &[u8; 2])| {
            let place = place(**pair);
            self.starts.get(place / WORD).is_some_and(|word| word >> (place % WORD) & 1 == 1)
        };
        let pairs = bytes.array_windows().enumerate().filter(begins);
        pairs
            .flat_map(|(start, _)| {
                self.all.iter().filter_map(move |needle| needle.at(start, bytes))
            })
            .collect()
    }
}

fn place(pair: [u8; 2]) -> usize {
    usize::from(u16::from_be_bytes(pair.map(|byte| byte.to_ascii_lowercase())))
}
