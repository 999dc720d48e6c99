//! Region ids.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A region id, for example `cn-hangzhou`. Becomes part of an authority, so nothing but lower-case
/// letters, digits and inner dashes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

/// A text that is no region id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a region id is lower-case letters, digits and dashes, for example `cn-hangzhou`")]
pub struct RegionInvalid;

impl Region {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Region {
    type Err = RegionInvalid;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let edge = text.starts_with('-') || text.ends_with('-');
        if (2..=32).contains(&text.len()) && !edge && text.bytes().all(inner) {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionInvalid)
        }
    }
}

impl TryFrom<String> for Region {
    type Error = RegionInvalid;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
