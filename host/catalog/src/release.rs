//! Versions of the contract's packages.

use serde::Deserialize;

/// A version of a package of the contract: three numbers. Drafts are never released, so there is no other form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct Release {
    major: u64,
    minor: u64,
    patch: u64,
}

impl Release {
    /// The first release of the contract: what an item has that does not say since when it is there.
    pub const FIRST: Self = Self { major: 0, minor: 1, patch: 0 };

    /// Reads `0.1.0`; `None` for a draft, for build metadata, and for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let is_plain = part.bytes().all(|byte| byte.is_ascii_digit())
                && (part == "0" || !part.starts_with('0'));
            is_plain.then(|| part.parse::<u64>().ok()).flatten()
        };
        let mut parts = text.split('.').map(number);
        let release = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(release)
    }

    /// Within a track, a later release only adds: `0.1` is one, `0.2` another, `1` a third, and each
    /// `0.0.z` stands alone.
    pub fn track(self) -> String {
        match (self.major, self.minor) {
            (0, 0) => format!("0.0.{}", self.patch),
            (0, minor) => format!("0.{minor}"),
            (major, _) => major.to_string(),
        }
    }
}

impl std::fmt::Display for Release {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl Default for Release {
    fn default() -> Self {
        Self::FIRST
    }
}

impl TryFrom<String> for Release {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or_else(|| format!("`{text}` is no release such as `0.1.0`"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_three_numbers_and_belong_to_a_track() {
        let cases = [("0.1.0", "0.1"), ("0.1.12", "0.1"), ("0.2.0", "0.2"), ("1.4.2", "1")];
        for (text, track) in cases.into_iter().chain([("0.0.3", "0.0.3")]) {
            let release = Release::parse(text).unwrap();
            assert_eq!((release.to_string().as_str(), release.track().as_str()), (text, track));
        }
        for text in
            ["", "0.1", "0.1.0.0", "0.1.0-rc.1", "0.1.0+b", "0.1.x", "v0.1.0", "0.01.0", "0..1"]
        {
            assert_eq!(Release::parse(text), None, "{text}");
        }
        assert!(Release::parse("0.1.10") > Release::parse("0.1.9"));
    }
}
