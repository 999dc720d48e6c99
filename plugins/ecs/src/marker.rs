//! The lines that the scripts write about what they did, as `plugin.toml` declares them.
//!
//! Of a script that got the license key, the host lets nothing else through.

pub(crate) const AGENT_INSTALLED: &str = "agent-installed";
pub(crate) const AGENT_PRESENT: &str = "agent-present";
pub(crate) const AGENT_REMOVED: &str = "agent-removed";
pub(crate) const AGENT_ABSENT: &str = "agent-absent";
pub(crate) const AGENT_IN_USE: &str = "agent-in-use";
pub(crate) const SERVICE_CONFIGURED: &str = "service-configured";
pub(crate) const SERVICE_UNCHANGED: &str = "service-unchanged";
pub(crate) const SERVICE_RESTARTED: &str = "service-restarted";
pub(crate) const SERVICE_RESTORED: &str = "service-restored";
pub(crate) const START_UNCHANGED: &str = "start-unchanged";

/// All of them.
#[cfg(test)]
pub(crate) const ALL: [&str; 10] = [
    AGENT_INSTALLED,
    AGENT_PRESENT,
    AGENT_REMOVED,
    AGENT_ABSENT,
    AGENT_IN_USE,
    SERVICE_CONFIGURED,
    SERVICE_UNCHANGED,
    SERVICE_RESTARTED,
    SERVICE_RESTORED,
    START_UNCHANGED,
];

/// Whether a script wrote a line.
pub(crate) fn has(output: &str, marker: &str) -> bool {
    output.lines().any(|line| line.trim() == marker)
}

/// Whether the script that installs did all that it was to do, by its own words.
///
/// A script that ends well without them has done something else.
pub(crate) fn is_installed(output: &str, with_service: bool) -> bool {
    let one_of = |markers: [&str; 2]| markers.iter().any(|marker| has(output, marker));
    one_of([AGENT_INSTALLED, AGENT_PRESENT])
        && (!with_service || one_of([SERVICE_CONFIGURED, SERVICE_UNCHANGED]))
}

/// The digest of the package that a machine downloaded.
pub(crate) fn digest(output: &str) -> Option<String> {
    let digest = output.lines().find_map(|line| line.trim().strip_prefix("sha256="))?;
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (digest.len() == 64 && digest.bytes().all(is_digit)).then(|| digest.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_good_end_needs_its_words() {
        let cases = [
            ("agent-installed\nservice-configured", true, true),
            ("agent-present\nservice-unchanged\n", true, true),
            ("agent-installed", true, false),
            ("agent-installed", false, true),
            ("service-configured", true, false),
            ("", false, false),
            ("not agent-installed", false, false),
        ];
        for (output, with_service, is) in cases {
            assert_eq!(is_installed(output, with_service), is, "{output}");
        }
    }

    #[test]
    fn a_digest_is_a_digest() {
        let digest_of = "ab".repeat(32);
        assert_eq!(digest(&format!("x\nsha256={digest_of}\n")), Some(digest_of.clone()));
        assert_eq!(digest(&format!("sha256={digest_of}0")), None);
        assert_eq!(digest("sha256=$(reboot)"), None);
        assert_eq!(digest(""), None);
    }
}
