//! What holds of a run from a plan whenever it goes on: when it is applied, and when it is resumed.

use host_plan::{Enforced, Plan};
use host_runner::{Bound, BoundAccounts, is_same_caller};

use crate::failure::Failure;

/// What the cloud has to hold a session to that it held to something when the plan was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// The very same policy.
    ToTheSame,
    /// Any policy: the operator named other grants since.
    ToSomething,
}

/// The accounts, whoever signs in them, and what the cloud holds these to, are those that the plan was made
/// with.
pub(super) fn same_accounts(
    plan: &Plan,
    accounts: &BoundAccounts,
    held_to: Held,
) -> Result<(), Failure> {
    for (name, party) in &plan.accounts {
        let now = accounts.0.get(name);
        let is_same = |now: &Bound| {
            now.account == party.account
                && is_same_caller(&now.arn, &party.arn)
                && is_held(now.session.as_ref(), party.session.as_ref(), held_to)
        };
        if now.is_some_and(is_same) {
            continue;
        }
        let then = held(&party.arn, party.session.as_ref());
        let now = match now {
            Some(now) if is_same_caller(&now.arn, &party.arn) => {
                held("the same one", now.session.as_ref())
            }
            Some(now) => held(&now.arn, now.session.as_ref()),
            None => "nobody".to_owned(),
        };
        let message = format!("the plan was made with `{name}` as {then}, which is {now} now");
        return Err(Failure::denied("plan.account-different", message)
            .hint("correct the profile, or make a plan for the cloud as it is"));
    }
    Ok(())
}

fn is_held(now: Option<&Enforced>, then: Option<&Enforced>, to: Held) -> bool {
    match (now, then, to) {
        (Some(_), Some(_), Held::ToSomething) => true,
        _ => now.map(|it| &it.policy) == then.map(|it| &it.policy),
    }
}

/// A caller, and whether the cloud holds it to anything.
fn held(caller: &str, session: Option<&Enforced>) -> String {
    match session {
        Some(Enforced { policy, .. }) => {
            let length = policy.chars().count();
            let digest: String = host_runtime::digest(policy.as_bytes()).chars().take(12).collect();
            format!("{caller}, held to a session policy of {length} characters (sha256 {digest}…)")
        }
        None => format!("{caller}, held to no session policy"),
    }
}
