//! Risks of trust policies.

use host_model::{Arn, Principal, quote};

use super::{Risk, RiskClass, Scene, allowing};
use crate::document::Document;
use crate::statement::{PrincipalKind, Statement};

/// The risks of `document`, in no order.
///
/// Every Allow counts, whatever its action (there is but one action to trust with), and no Deny
/// makes anything smaller.
pub(super) fn risks(document: &Document, scene: &Scene) -> Vec<Risk> {
    let mut found = Vec::new();
    for (index, statement) in allowing(document) {
        let Some(principals) = &statement.principal else { continue };
        if principals.negated {
            found.push(risk(RiskClass::TrustsAnyone, index, statement, None));
            continue;
        }
        for (kind, name) in principals.named() {
            for class in classes(kind, name, scene) {
                found.push(risk(class, index, statement, Some(name)));
            }
        }
    }
    found
}

/// What is dangerous about one principal; none for a user or role of a bound account.
fn classes(kind: PrincipalKind, name: &str, scene: &Scene) -> Vec<RiskClass> {
    match kind {
        PrincipalKind::Service => vec![RiskClass::TrustsService],
        PrincipalKind::Federated => {
            let outside = account(name).is_none_or(|account| !is_bound(account, scene));
            let mut classes = vec![RiskClass::TrustsFederated];
            classes.extend(outside.then_some(RiskClass::TrustsOutside));
            classes
        }
        PrincipalKind::Ram if name.contains(['*', '?']) => {
            let Some(account) = account(name) else { return vec![RiskClass::TrustsAnyone] };
            let mut classes = vec![RiskClass::TrustsWholeAccount];
            classes.extend((!is_bound(account, scene)).then_some(RiskClass::TrustsOutside));
            classes
        }
        PrincipalKind::Ram => match name.parse::<Arn>() {
            Ok(arn) => {
                let root = *arn.principal() == Principal::Root;
                let outside = !scene.bound.contains(arn.account());
                let mut classes = Vec::new();
                classes.extend(root.then_some(RiskClass::TrustsWholeAccount));
                classes.extend(outside.then_some(RiskClass::TrustsOutside));
                classes
            }
            // Perhaps the id of a deleted principal; whoever it is, it is not known to be ours.
            Err(_) => vec![RiskClass::Unreadable],
        },
    }
}

/// The account of `acs:ram::<account>:…`, if it stands there in plain digits.
fn account(name: &str) -> Option<&str> {
    let (account, _) = name.strip_prefix("acs:ram::")?.split_once(':')?;
    account.bytes().all(|byte| byte.is_ascii_digit()).then_some(account)
}

fn is_bound(account: &str, scene: &Scene) -> bool {
    account.parse().is_ok_and(|account| scene.bound.contains(&account))
}

fn risk(class: RiskClass, index: usize, statement: &Statement, principal: Option<&str>) -> Risk {
    let whom = principal.map_or_else(|| "everybody but a few".to_owned(), quote);
    let what = match class {
        RiskClass::TrustsAnyone => "which is anybody in the cloud",
        RiskClass::TrustsOutside => "of an account that is not bound",
        RiskClass::TrustsWholeAccount => "which is every user and role of that account",
        RiskClass::TrustsService => "which is a product of the cloud",
        RiskClass::TrustsFederated => "which is everybody whom that identity provider vouches for",
        _ => "which is no identity that can be read",
    };
    let condition = if statement.has_condition() { ", under a condition" } else { "" };
    let sentence = format!("`Statement[{index}]` trusts `{whom}`, {what}{condition}");
    Risk { class, statements: vec![index], principal: principal.map(str::to_owned), sentence }
}
