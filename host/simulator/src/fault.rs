//! What goes wrong on purpose, decided by the seed.

use host_model::Timestamp;
use serde::{Deserialize, Serialize};

use crate::entropy::block;
use crate::state::CloudError;

/// A rule that makes some requests go wrong.
///
/// Among the requests that `on` matches, numbered from 1, it applies to those from `nth` on, to at
/// most `count` of them, and to each with `probability`. With `nth` alone, `count` is 1.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// `product:Action`, with `*` for any text: `ram:Create*`.
    pub on: String,
    /// What goes wrong.
    pub kind: FaultKind,
    /// The first request that it applies to, from 1.
    pub nth: Option<u64>,
    /// The most requests that it applies to.
    pub count: Option<u64>,
    /// How likely it applies, 0 to 1.
    pub probability: Option<f64>,
    /// For `error`: the code.
    pub code: Option<String>,
    /// For `error`: the HTTP status, if it is not the documented one.
    pub status: Option<u16>,
    /// For `slow`: how long the reply takes; for `wrong-clock`: how far the server's clock is
    /// ahead, negative for behind. In seconds.
    #[serde(default)]
    pub seconds: i64,
    /// For `throttle`: after how many milliseconds to come back.
    pub retry_after: Option<u64>,
    /// For `huge`: the size of the body in bytes.
    pub bytes: Option<usize>,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FaultKind {
    /// Refused with `Throttling.User`; nothing happens.
    Throttle,
    /// Refused with `ServiceUnavailable`; nothing happens.
    Unavailable,
    /// Refused with a code of the rule's; nothing happens.
    Error,
    /// The connection breaks before the request arrives; nothing happens.
    DropRequest,
    /// The request takes effect, then the connection breaks.
    DropReply,
    /// The request takes effect, and the reply comes late.
    Slow,
    /// The request takes effect, and a proxy's page comes instead of the reply.
    NonJson,
    /// The request takes effect, and the reply is larger than any reply may be.
    Huge,
    /// The server's clock is wrong.
    WrongClock,
}

/// The size of a huge body: 32 MiB.
const HUGE: usize = 32 * 1024 * 1024;

impl FaultRule {
    /// Why the rule cannot be followed, if it cannot.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.kind == FaultKind::Error && self.code.is_none() {
            return Err(format!("the fault on `{}` is of kind `error` and has no `code`", self.on));
        }
        if self.probability.is_some_and(|it| !(0.0..=1.0).contains(&it)) {
            return Err(format!("the fault on `{}` has a `probability` outside 0 to 1", self.on));
        }
        Ok(())
    }

    /// The refusal, for kinds that refuse.
    pub(crate) fn refusal(&self) -> Option<CloudError> {
        match self.kind {
            FaultKind::Throttle => Some(CloudError::invalid(
                "Throttling.User",
                "Request was denied due to user flow control.",
            )),
            FaultKind::Unavailable => Some(CloudError::new(
                "ServiceUnavailable",
                503,
                "The request has failed due to a temporary failure of the server.",
            )),
            FaultKind::Error => {
                let code = self.code.as_deref().unwrap_or_default();
                let documented = host_catalog::gateway_errors().get(code).copied();
                let status = self.status.or(documented).unwrap_or(400);
                Some(CloudError::new(code, status, "The scenario wants this request to fail."))
            }
            FaultKind::DropRequest
            | FaultKind::DropReply
            | FaultKind::Slow
            | FaultKind::NonJson
            | FaultKind::Huge
            | FaultKind::WrongClock => None,
        }
    }

    pub(crate) fn body_bytes(&self) -> usize {
        self.bytes.unwrap_or(HUGE)
    }

    /// The time as a server with this fault sees it.
    pub(crate) fn time(&self, now: Timestamp) -> Timestamp {
        match self.kind {
            FaultKind::WrongClock => now.plus_millis(self.seconds.saturating_mul(1000)),
            _ => now,
        }
    }

    fn matches(&self, call: &str) -> bool {
        let mut parts = self.on.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = call.strip_prefix(first) else { return false };
        let parts: Vec<&str> = parts.collect();
        let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
        for part in middle {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// How often a rule was asked, and how often it applied.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    matched: u64,
    applied: u64,
}

/// The first rule that applies to `call`. Every rule that matches counts it.
pub(crate) fn draw<'a>(
    rules: &'a [FaultRule],
    tallies: &mut Vec<Tally>,
    seed: u64,
    call: &str,
) -> Option<&'a FaultRule> {
    tallies.resize(rules.len(), Tally::default());
    let mut chosen = None;
    for (index, (rule, tally)) in (0_u64..).zip(rules.iter().zip(tallies)) {
        if !rule.matches(call) {
            continue;
        }
        tally.matched += 1;
        let count = rule.count.or(rule.nth.map(|_| 1)).unwrap_or(u64::MAX);
        let due = rule.nth.is_none_or(|nth| nth <= tally.matched) && tally.applied < count;
        let number = index << 48 | tally.matched;
        let lucky = rule.probability.is_none_or(|likely| dice(seed, number) < likely);
        if chosen.is_none() && due && lucky {
            tally.applied += 1;
            chosen = Some(rule);
        }
    }
    chosen
}

/// A number from 0 up to 1 that depends on seed and number only.
fn dice(seed: u64, number: u64) -> f64 {
    let [a, b, c, d, ..] = block(b"fault", seed, number);
    f64::from(u32::from_be_bytes([a, b, c, d])) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> FaultRule {
        toml::from_str(text).unwrap()
    }

    fn hits(rule: &FaultRule, seed: u64, calls: usize) -> Vec<usize> {
        let rules = [rule.clone()];
        let mut tallies = Vec::new();
        let all = 1..=calls;
        all.filter(|_| draw(&rules, &mut tallies, seed, "ram:CreateRole").is_some()).collect()
    }

    #[test]
    fn applies_to_the_requests_that_the_rule_counts() {
        let cases = [
            ("", vec![1, 2, 3, 4]),
            ("nth = 2", vec![2]),
            ("nth = 2\ncount = 2", vec![2, 3]),
            ("count = 3", vec![1, 2, 3]),
            ("probability = 0.0", vec![]),
            ("probability = 1.0", vec![1, 2, 3, 4]),
        ];
        for (fields, expected) in cases {
            let rule = rule(&format!("on = \"ram:*\"\nkind = \"throttle\"\n{fields}"));
            assert_eq!(hits(&rule, 1, 4), expected, "{fields}");
        }
    }

    #[test]
    fn dice_fall_the_same_for_the_same_seed() {
        let rule = rule("on = \"*\"\nkind = \"slow\"\nprobability = 0.5");
        let first = hits(&rule, 7, 200);
        assert_eq!(first, hits(&rule, 7, 200));
        assert_ne!(first, hits(&rule, 8, 200));
        assert!((70..130).contains(&first.len()), "{}", first.len());
    }

    #[test]
    fn patterns_name_actions() {
        let cases = [
            ("ram:CreateRole", "ram:CreateRole", true),
            ("ram:CreateRole", "ram:CreateRoles", false),
            ("ram:*", "ram:GetRole", true),
            ("*:Get*", "ram:GetRole", true),
            ("*:Get*Role", "ram:GetMyRole", true),
            ("*:Get*Role", "ram:GetMyUser", false),
            ("*", "anything", true),
        ];
        for (on, call, expected) in cases {
            let rule = rule(&format!("on = \"{on}\"\nkind = \"throttle\""));
            assert_eq!(rule.matches(call), expected, "{on} {call}");
        }
    }
}
