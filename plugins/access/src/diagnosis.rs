//! Why was a role not given? One code of the cloud has many causes; the first that shows is told.

use host_workflow_sdk::Error;
use host_workflow_sdk::progress::Outcome;

use crate::evidence::Evidence;

/// What a refusal of `AssumeRole` means, from what the documents say.
///
/// A contradiction in the documents will not go away by waiting. If there is none, the cloud has
/// not seen everything yet: keys, roles, trust and attachments take a while to arrive.
pub(crate) fn of_refusal(user: &str, refusal: &Error, evidence: &Evidence) -> (Outcome, String) {
    if let Some(contradiction) = evidence.contradiction() {
        let text = format!("user `{user}` cannot assume the role: {contradiction}");
        return (Outcome::Fails, text);
    }
    let code = &refusal.code;
    let request = refusal.request_id.as_deref().unwrap_or("unknown");
    let text = format!(
        "user `{user}` is refused with `{code}` (request `{request}`) although its policies and \
         the role's trust allow it: not visible everywhere yet, run again"
    );
    (Outcome::Pending, text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use host_ram::{Outcome as Decision, Verdict};
    use host_workflow_sdk::ErrorKind;

    fn verdict(outcome: Decision) -> Verdict {
        Verdict { outcome, by: None, why: vec!["a reason".to_owned()] }
    }

    #[test]
    fn a_contradiction_fails_and_a_delay_is_waited_for() {
        let refusal = Error::new(ErrorKind::Forbidden, "NoPermission", "no");
        let cases = [
            (Decision::ImplicitDeny, Decision::Allowed, Outcome::Fails, "its own policies"),
            (Decision::Allowed, Decision::ExplicitDeny, Outcome::Fails, "the role's trust policy"),
            (Decision::Allowed, Decision::Allowed, Outcome::Pending, "NoPermission"),
        ];
        for (own, trust, wanted, words) in cases {
            let (own, trust) = (verdict(own), verdict(trust));
            let evidence = Evidence { own, trust, group: None };
            let (outcome, text) = of_refusal("alice", &refusal, &evidence);
            assert_eq!(outcome, wanted, "{text}");
            assert!(text.contains(words), "{text}");
        }
    }
}
