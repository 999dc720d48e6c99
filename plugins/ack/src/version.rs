//! Versions, compared by their numbers.

use std::cmp::Ordering;
use std::fmt;

/// A version such as `3.0.14` or `1.30.1-aliyun.1`. What follows a hyphen says nothing about order.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    text: String,
    numbers: Vec<u64>,
}

impl Version {
    /// `None` if there are no numbers to compare by.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let core = text.strip_prefix('v').unwrap_or(text).split(['-', '+']).next()?;
        let numbers: Option<Vec<u64>> = core.split('.').map(|part| part.parse().ok()).collect();
        let mut numbers = numbers?;
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        Some(Self { text: text.to_owned(), numbers })
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.numbers == other.numbers
    }
}

impl Eq for Version {}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        self.numbers.cmp(&other.numbers)
    }
}

/// Whether `version` is `least` or later; `None` if it cannot be read.
pub(crate) fn reaches(version: &str, least: &str) -> Option<bool> {
    Some(Version::parse(version)? >= Version::parse(least)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_decide() {
        let cases = [
            ("3.0.14", "3.0.14", Some(true)),
            ("3.0.9", "3.0.14", Some(false)),
            ("3.0.20", "3.0.14", Some(true)),
            ("3.1", "3.1.0", Some(true)),
            ("5.1.1", "3.0.14", Some(true)),
            ("1.30.1-aliyun.1", "1.16", Some(true)),
            ("1.14.8-aliyun.1", "1.16", Some(false)),
            ("v4.0.0+build", "4", Some(true)),
            ("latest", "3.0.14", None),
            ("", "3.0.14", None),
        ];
        for (version, least, expected) in cases {
            assert_eq!(reaches(version, least), expected, "{version} against {least}");
        }
    }
}
