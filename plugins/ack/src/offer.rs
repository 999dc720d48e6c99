//! Versions of the add-on that a cluster can have.

use crate::version::Version;

/// The first version that takes the credentials of another account.
pub(crate) const ACROSS_ACCOUNTS: &str = "3.0.14";
/// From this version on, a predecessor that was left behind is not in the way.
pub(crate) const BESIDE_PREDECESSOR: &str = "3.3.4";
/// The first Kubernetes that the add-on runs on.
pub(crate) const KUBERNETES: &str = "1.16";

/// What an upgrade brings along, for people, by the version that brought it.
const CHANGES: [(&str, &str); 3] = [
    ("3.1.0", "agents older than 2.7.3.5 no longer work, and the path of the agent is another one"),
    ("4.0.0", "annotations of pods no longer count, only labels"),
    ("5.1.0", "registered clusters need permissions for CloudMonitor too"),
];

/// The versions on offer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    pub(crate) versions: Vec<String>,
    /// The schema of the settings, if the offer came with one.
    pub(crate) schema: Option<String>,
}

impl Offer {
    /// The newest version that reaches `least`, for a cluster without the add-on.
    pub(crate) fn to_install(&self, least: &Version) -> Result<Version, String> {
        self.reaching(least).into_iter().max().ok_or_else(|| self.nothing(least))
    }

    /// The nearest version after `from` that reaches `least`: an upgrade goes no further than asked.
    pub(crate) fn to_upgrade(&self, from: &Version, least: &Version) -> Result<Version, String> {
        let later = self.reaching(least).into_iter().filter(|version| version > from);
        later.min().ok_or_else(|| self.nothing(least))
    }

    fn reaching(&self, least: &Version) -> Vec<Version> {
        let read = self.versions.iter().filter_map(|version| Version::parse(version));
        read.filter(|version| version >= least).collect()
    }

    fn nothing(&self, least: &Version) -> String {
        if self.versions.is_empty() {
            return "no version of `ack-onepilot` is on offer for it".to_owned();
        }
        let versions: Vec<String> = self.versions.iter().map(|it| format!("`{it}`")).collect();
        format!(
            "`ack-onepilot` is on offer as {}, and none is {least} or later",
            versions.join(", ")
        )
    }
}

/// What changes for people between two versions.
pub(crate) fn changes(from: &Version, to: &Version) -> Vec<String> {
    let crossed = CHANGES.iter().filter(|(version, _)| {
        Version::parse(version).is_some_and(|version| *from < version && version <= *to)
    });
    crossed.map(|(version, what)| format!("from {version} on {what}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        Version::parse(text).unwrap()
    }

    fn offer(versions: &[&str]) -> Offer {
        let versions = versions.iter().map(ToString::to_string).collect();
        Offer { versions, schema: None }
    }

    #[test]
    fn an_install_takes_the_newest_and_an_upgrade_the_nearest() {
        let usual = ["3.0.9", "3.0.20", "4.1.2", "5.1.1"];
        let cases: [(&[&str], &str, &str, &str); 5] = [
            (&usual, "3.0.14", "5.1.1", "3.0.20"),
            (&usual, "4.0.0", "5.1.1", "4.1.2"),
            (&usual, "5.1.2", "", ""),
            (&[], "3.0.14", "", ""),
            (&["unknown", "3.0.14"], "3.0.14", "3.0.14", "3.0.14"),
        ];
        for (versions, least, install, upgrade) in cases {
            let (offer, least) = (offer(versions), version(least));
            let text = |found: Result<Version, String>| {
                found.map(|version| version.to_string()).unwrap_or_default()
            };
            assert_eq!(text(offer.to_install(&least)), install, "{versions:?}");
            assert_eq!(text(offer.to_upgrade(&version("3.0.9"), &least)), upgrade, "{versions:?}");
        }
        let refusal = offer(&usual).to_install(&version("5.1.2")).unwrap_err();
        assert!(refusal.contains("`5.1.1`") && refusal.contains("5.1.2 or later"), "{refusal}");
    }

    #[test]
    fn an_upgrade_says_what_it_brings() {
        let count = |from, to| changes(&version(from), &version(to)).len();
        assert_eq!(count("3.0.9", "3.0.20"), 0);
        assert_eq!(count("3.0.9", "3.1.0"), 1);
        assert_eq!(count("3.0.20", "5.1.1"), 3);
        assert_eq!(count("3.1.0", "4.0.0"), 1);
    }
}
