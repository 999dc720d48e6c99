//! How many policies one holder may have.

use host_workflow_sdk::ram::AttachedPolicy;
use host_workflow_sdk::{Error, ErrorKind};

use crate::attachment::Attachment;

/// Most policies of each kind on one holder; figures of the public documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quota {
    custom: usize,
    system: usize,
}

/// What a RAM user may have.
pub(crate) const USER: Quota = Quota { custom: 10, system: 20 };
/// What a role may have.
pub(crate) const ROLE: Quota = Quota { custom: 5, system: 20 };

impl Quota {
    /// Whether `adding` fit beside what is attached; said before anything is changed.
    pub(crate) fn fits(
        self,
        holder: &str,
        attached: &[AttachedPolicy],
        adding: &[&Attachment],
    ) -> Result<(), Error> {
        for (kind, limit) in [("Custom", self.custom), ("System", self.system)] {
            let more = adding.iter().filter(|attachment| attachment.kind == kind).count();
            let has = attached.iter().filter(|policy| policy.policy_type == kind).count();
            if more > 0 && has + more > limit {
                let message = format!(
                    "{holder} has {has} {} policies, {more} more would exceed the limit of {limit}",
                    kind.to_lowercase()
                );
                return Err(Error::new(ErrorKind::Conflict, "delegate.quota-reached", message)
                    .with("limit", limit.to_string())
                    .hint("detach policies that are no longer needed, or ask for a higher quota"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parameters::Scope;

    fn attached(count: usize, kind: &str) -> Vec<AttachedPolicy> {
        let one = |_| AttachedPolicy { policy_type: kind.to_owned(), ..Default::default() };
        (0..count).map(one).collect()
    }

    #[test]
    fn the_last_place_can_be_taken_and_no_further() {
        let own = Attachment::new("host-assume-x", "Custom", &Scope::Account);
        for (count, fits) in [(4, true), (5, false)] {
            let verdict = ROLE.fits("role `x`", &attached(count, "Custom"), &[&own]);
            assert_eq!(verdict.is_ok(), fits, "{count}");
        }
        ROLE.fits("role `x`", &attached(9, "System"), &[&own]).unwrap();
        ROLE.fits("role `x`", &attached(9, "Custom"), &[]).unwrap();
    }
}
