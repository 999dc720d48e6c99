//! Run ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// A run's id: `run-<time>-<randomness>`, sortable by start, fit for a role session name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RunId(String);

/// A text that is no run id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a run id has the form `run-<hex time>-<8 hex digits>`")]
pub struct RunIdInvalid;

impl RunId {
    /// A new id from the time of the start and four random bytes.
    pub fn new(start: Timestamp, randomness: [u8; 4]) -> Self {
        Self(format!("run-{:011x}-{:08x}", start.millis(), u32::from_be_bytes(randomness)))
    }

    /// Another id of the same time, for when this one is taken; always the same one.
    #[must_use]
    pub fn following(&self) -> Self {
        let (time, random) = self.0.rsplit_once('-').unwrap_or((&self.0, ""));
        let random = u32::from_str_radix(random, 16).unwrap_or_default().wrapping_add(1);
        Self(format!("{time}-{random:08x}"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RunId {
    type Err = RunIdInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
        match text.split('-').collect::<Vec<_>>().as_slice() {
            ["run", time, random] if time.len() == 11 && random.len() == 8 => {
                (hex(time) && hex(random)).then(|| Self(text.to_owned())).ok_or(RunIdInvalid)
            }
            _ => Err(RunIdInvalid),
        }
    }
}

impl TryFrom<String> for RunId {
    type Error = RunIdInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RunId> for String {
    fn from(id: RunId) -> Self {
        id.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
