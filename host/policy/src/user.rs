//! Rule 6: credentials are made only for users that are ours.

use host_catalog::{Action, Product, Risk};
use host_model::{Arn, Call, Principal, quote_within};

use crate::allowance::{Allowed, flag};
use crate::entry::title;
use crate::given::Given;
use crate::{Denial, Subject};

/// How many characters of a user's name are shown.
const NAME_SHOWN: usize = 64;

/// What the names of actions on credentials have in them.
const CREDENTIALS: [&str; 4] = ["AccessKey", "LoginProfile", "MFADevice", "Password"];

/// Refuses changes of credentials of users that neither carry the mark nor were named by the
/// operator, and new names for users without the mark.
pub(crate) fn judge(allowed: &Allowed<'_>, subject: &Subject<'_>) -> Result<(), Denial> {
    let renames = renames(subject.action, subject.call);
    if !renames && !touches_credentials(subject.product, subject.action) {
        return Ok(());
    }
    let Some(name) = of(subject.call) else {
        let sentence =
            format!("`{}` is refused: it names no user, which means the caller", title(subject));
        return Err(Denial::new("policy.user-unnamed", 6, sentence));
    };
    if is_marked(subject, name) {
        return Ok(());
    }
    if !renames && allowed.names_user(subject.account, name) {
        return Ok(());
    }
    let sentence = format!(
        "`{}` is refused: user `{}` was not made by this workflow",
        title(subject),
        quote_within(name, NAME_SHOWN)
    );
    let arn = Arn::new(subject.account.clone(), Principal::User(name.to_owned()));
    let grant = if renames { None } else { flag(&format!("user={arn}")) };
    Err(Denial::new("policy.user-foreign", 6, sentence).unless(grant))
}

/// Whether an action makes or changes keys, passwords or second factors.
///
/// Judged by class and by name, so that an action which the catalog gets later is covered.
pub(crate) fn touches_credentials(product: &Product, action: &Action) -> bool {
    let identities = matches!(product.key.as_str(), "ram" | "ims");
    let by_name = CREDENTIALS.iter().any(|word| action.name.contains(word));
    let by_class = matches!(action.risk, Some(Risk::AccessKey | Risk::ConsoleLogin | Risk::Mfa));
    by_class || (identities && action.effect.is_write() && by_name)
}

/// Whether the call gives a user another name: what was granted for the old one, or is known of
/// it, would come loose.
pub(crate) fn renames(action: &Action, call: &Call) -> bool {
    let given = Given(call);
    action.name == "UpdateUser"
        && ["NewUserName", "NewUserPrincipalName"].iter().any(|name| given.has(name))
}

/// The user that a call names, without its domain; `None` if it is not clear.
pub(crate) fn of(call: &Call) -> Option<&str> {
    let given = Given(call);
    let name = match (given.text("UserName"), given.text("UserPrincipalName")) {
        (Some(name), None) => name,
        (None, Some(principal)) => {
            let (name, domain) = principal.split_once('@')?;
            let plain = !domain.is_empty() && !domain.contains('@');
            plain.then_some(name)?
        }
        _ => return None,
    };
    (!name.is_empty() && !name.contains('@')).then_some(name)
}

/// Whether the user is known to carry the mark; facts about another user say nothing.
pub(crate) fn is_marked(subject: &Subject<'_>, name: &str) -> bool {
    subject.user.is_some_and(|user| user.name == name && user.marked)
}
