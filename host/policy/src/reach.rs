//! Rule 4: identities stay inside the accounts that the operator bound.

use host_catalog::ParameterType;
use host_model::{AccountId, Arn, quote_within};

use crate::entry::title;
use crate::given::Given;
use crate::{Denial, Scene, Subject};

/// How many characters of an ARN are shown.
const ARN_SHOWN: usize = 160;

/// Refuses callers of accounts that are not bound, and roles of others.
///
/// The name of a session is the host's, which the catalog says; a session policy can only narrow,
/// so any may be given.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    if !scene.bound.contains(subject.account) {
        let account = subject.account;
        let sentence = format!(
            "`{}` cannot be called in account `{account}`, which is not bound to this run",
            title(subject)
        );
        return Err(
            Denial::new("policy.account-unbound", 4, sentence).unless(Some(binding(account)))
        );
    }
    for parameter in &subject.action.parameters {
        let is_role = subject.product.type_of(parameter) == Some(&ParameterType::RoleArn);
        if is_role && Given(subject.call).has(&parameter.name) {
            role(scene, subject, &parameter.name)?;
        }
    }
    Ok(())
}

fn role(scene: &Scene, subject: &Subject<'_>, parameter: &str) -> Result<(), Denial> {
    let text = Given(subject.call).text(parameter).unwrap_or_default();
    let account = text.parse::<Arn>().ok().map(|arn| arn.account().clone());
    match account {
        Some(account) if scene.bound.contains(&account) => Ok(()),
        account => {
            let sentence = format!(
                "role `{}` cannot be assumed: its account is not bound to this run",
                quote_within(text, ARN_SHOWN)
            );
            let grant = account.as_ref().map(binding);
            Err(Denial::new("policy.role-outside", 4, sentence).unless(grant))
        }
    }
}

/// How an account is bound.
fn binding(account: &AccountId) -> String {
    format!("--account NAME=PROFILE@{account}")
}
