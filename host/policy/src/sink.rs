//! Rule 7: a secret goes where it belongs, and nowhere else.

use host_model::{SecretKind, SecretRef, Value, quote_within};

use crate::entry::title;
use crate::user;
use crate::{Denial, Subject};

/// How many characters of an object's name are shown.
const OBJECT_SHOWN: usize = 120;

/// Where a kind of secret may be placed; a kind that is not here may be placed nowhere.
///
/// The catalog says as much by type already. It is said again because a mistake in data must not
/// be enough to send a secret away.
const SINKS: [(SecretKind, &str, &str); 4] = [
    (SecretKind::Password, "ram:CreateLoginProfile", "Password"),
    (SecretKind::Password, "ram:UpdateLoginProfile", "Password"),
    (SecretKind::Password, "ims:CreateLoginProfile", "Password"),
    (SecretKind::Password, "ims:UpdateLoginProfile", "Password"),
];

/// Refuses a secret that has no place here, or that belongs to another object or account.
pub(crate) fn judge(subject: &Subject<'_>) -> Result<(), Denial> {
    let title = title(subject);
    for (parameter, value) in &subject.call.parameters {
        let Value::Secret(secret) = value else { continue };
        let sink = SINKS.iter().any(|(kind, action, name)| {
            *kind == secret.kind && *action == title && *name == parameter
        });
        if !sink || !belongs(subject, secret) {
            let sentence = format!(
                "`{title}` cannot take the {} as `{}`: it is for another place",
                quote_within(&secret.to_string(), OBJECT_SHOWN),
                quote_within(parameter, OBJECT_SHOWN),
            );
            return Err(Denial::new("policy.secret-misplaced", 7, sentence));
        }
    }
    Ok(())
}

/// Whether a password was made for this very user of this very account.
fn belongs(subject: &Subject<'_>, secret: &SecretRef) -> bool {
    let object = user::of(subject.call).map(|name| format!("ram:login-profile/{name}"));
    secret.account == *subject.account && object.as_deref() == Some(secret.object.as_str())
}
