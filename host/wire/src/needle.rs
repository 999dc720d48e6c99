//! What of a secret is looked for in a text.

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

    /// Where it stands in `bytes`, with the characters that hold some of its bits.
    pub(crate) fn places(&self, bytes: &[u8]) -> Vec<(usize, usize)> {
        let needle = self.text.expose().as_bytes();
        let fits = |window: &[u8]| {
            // Nearly every window ends at its first byte.
            let starts = match (window.first(), needle.first()) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                _ => false,
            };
            starts
                && if self.folds_case {
                    window.eq_ignore_ascii_case(needle)
                } else {
                    window == needle
                }
        };
        let windows = bytes.windows(needle.len().max(1)).enumerate();
        windows
            .filter(|(_, window)| fits(window))
            .map(|(start, window)| {
                let end = start + window.len() + self.shared.1;
                (start.saturating_sub(self.shared.0), end.min(bytes.len()))
            })
            .collect()
    }
}
