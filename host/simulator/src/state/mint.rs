//! Ids, keys and tokens: invented, and the same for the same seed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::entropy::{block, hex};

const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// How security tokens start; what starts otherwise is malformed.
pub(crate) const TOKEN_PREFIX: &str = "CAIS";

/// Makes ids from a seed and a counter.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Mint {
    seed: u64,
    count: u64,
}

impl Mint {
    /// A mint that has made nothing yet.
    pub const fn new(seed: u64) -> Self {
        Self { seed, count: 0 }
    }

    fn bytes(&mut self) -> [u8; 32] {
        self.count += 1;
        block(b"mint", self.seed, self.count)
    }

    fn letters(&mut self, length: usize) -> String {
        let bytes: Vec<u8> = std::iter::repeat_with(|| self.bytes())
            .flatten()
            .take(length)
            .map(|byte| LETTERS[usize::from(byte) % LETTERS.len()])
            .collect();
        bytes.into_iter().map(char::from).collect()
    }

    fn digits(&mut self, first: char, length: usize) -> String {
        let rest: String =
            self.bytes().iter().take(length - 1).map(|byte| char::from(b'0' + byte % 10)).collect();
        format!("{first}{rest}")
    }

    pub(crate) fn user_id(&mut self) -> String {
        self.digits('2', 18)
    }

    pub(crate) fn role_id(&mut self) -> String {
        self.digits('3', 18)
    }

    pub(crate) fn key_id(&mut self) -> String {
        format!("LTAI5t{}", self.letters(18))
    }

    pub(crate) fn key_secret(&mut self) -> String {
        self.letters(30)
    }

    pub(crate) fn session_key_id(&mut self) -> String {
        format!("STS.NU{}", self.letters(22))
    }

    pub(crate) fn session_secret(&mut self) -> String {
        self.letters(44)
    }

    /// Like a real one: long, and with characters that need encoding.
    pub(crate) fn session_token(&mut self) -> String {
        let bytes: Vec<u8> =
            std::iter::repeat_with(|| self.bytes()).flatten().take(16 * 32).collect();
        format!("{TOKEN_PREFIX}{}", STANDARD.encode(bytes))
    }

    /// Id and number of an application.
    pub(crate) fn application(&mut self) -> (String, i64) {
        let (letters, bytes) = (self.letters(10).to_lowercase(), self.bytes());
        let number = u32::from_be_bytes([0, bytes[8], bytes[9], bytes[10]]);
        (format!("{letters}@{}", hex(&bytes[..8])), 2_000_000 + i64::from(number))
    }

    pub(crate) fn order_id(&mut self) -> String {
        self.digits('2', 15)
    }

    pub(crate) fn task_id(&mut self) -> String {
        format!("T-{}", hex(&self.bytes()[..12]))
    }

    pub(crate) fn command_id(&mut self) -> String {
        format!("c-hz{}", hex(&self.bytes()[..8]))
    }

    pub(crate) fn invocation_id(&mut self) -> String {
        format!("t-hz{}", hex(&self.bytes()[..8]))
    }

    pub(crate) fn license_key(&mut self) -> String {
        let hex = hex(&self.bytes()[..8]);
        format!("{}@{hex}", self.letters(10).to_lowercase())
    }
}

/// Whether `token` could be one that this cloud made.
pub(crate) fn is_token(token: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
    token.strip_prefix(TOKEN_PREFIX).is_some_and(|rest| rest.bytes().all(letter))
}
