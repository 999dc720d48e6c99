//! What the operator calls an account: the names that are bound to it.

use std::collections::BTreeMap;

use host_model::{AccountId, quote_within};

use super::line::Lines;
use super::{NAME_SHOWN, REASON_SHOWN};
use crate::{Party, Plan};

/// The bound names of each account that call in a plan, whoever calls most first.
pub(crate) fn callers(plan: &Plan) -> BTreeMap<&AccountId, Vec<&str>> {
    let mut calls: BTreeMap<&str, usize> = BTreeMap::new();
    for step in &plan.steps {
        *calls.entry(step.call.identity.0.as_str()).or_default() += 1;
    }
    let mut all: BTreeMap<&AccountId, Vec<&str>> = BTreeMap::new();
    for (name, party) in &plan.accounts {
        all.entry(&party.account).or_default().push(name);
    }
    for names in all.values_mut() {
        let count = |name: &&str| calls.get(name).copied().unwrap_or_default();
        names.sort_by_key(|name| std::cmp::Reverse(count(name)));
        // Where nobody who is bound calls, all names are the account's.
        if names.iter().any(|name| count(name) > 0) {
            names.retain(|name| count(name) > 0);
        }
    }
    all
}

/// `monitoring (1234567890123456)`.
pub(crate) fn words(plan: &Plan, account: &AccountId) -> String {
    let callers = callers(plan);
    let bound = callers.get(account).map(Vec::as_slice).unwrap_or_default();
    let mut named: Vec<String> = bound.iter().map(|name| quote_within(name, NAME_SHOWN)).collect();
    if named.is_empty() {
        let step = plan.steps.iter().find(|it| it.account == *account);
        let name = step.map(|step| step.account_name.as_str()).filter(|name| !name.is_empty());
        named.push(quote_within(name.unwrap_or("another account"), NAME_SHOWN));
    }
    format!("{} ({account})", named.join(", "))
}

/// Whether the cloud itself holds each account to what is granted. In the offline cloud nothing is at stake.
pub(crate) fn enforcement(lines: &mut Lines, plan: &Plan) {
    if plan.terms.place["cloud"] == "offline" {
        return;
    }
    for (name, party) in &plan.accounts {
        let name = quote_within(name, NAME_SHOWN);
        lines.plain(1, &format!("{name} ({}): {}", party.account, held(party)));
    }
}

fn held(party: &Party) -> String {
    let arn = quote_within(&party.arn, REASON_SHOWN);
    let Some(session) = &party.session else {
        return format!("not enforced by the cloud: {arn} is used as it is");
    };
    let length = session.policy.chars().count();
    let remarks = session.remarks.iter().map(|it| quote_within(it, REASON_SHOWN));
    let all: Vec<String> =
        std::iter::once(format!("session policy of {length} characters")).chain(remarks).collect();
    format!("enforced by the cloud: {}", all.join("; "))
}
