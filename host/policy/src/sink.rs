//! Rule 7: a secret goes where it belongs, and nowhere else.

use host_model::{SecretKind, SecretRef, Value, quote_within};

use crate::addon::{self, Reporting};
use crate::command;
use crate::entry::title;
use crate::given::{Given, text_of};
use crate::user;
use crate::{Denial, Scene, Subject};

/// How many characters of an object's name are shown.
const OBJECT_SHOWN: usize = 120;

/// How the pointer of a setting ends that takes the secret of a key.
const KEY_SECRET: &str = "/accessKeySecret";

/// The setting that takes a license key. Under another name a known script would show it: as the name
/// of an application, for one.
const KEY: &str = "license_key";

/// Where a secret may stand.
struct Sink {
    kind: SecretKind,
    /// `product:Action`.
    action: &'static str,
    parameter: &'static str,
    within: Within,
}

/// Where in the parameter.
enum Within {
    /// The secret is the parameter.
    Whole,
    /// It is a setting, at a JSON Pointer that ends like this.
    Ends(&'static str),
    /// It is the setting of that name.
    Is(&'static str),
}

const fn sink(
    kind: SecretKind,
    action: &'static str,
    parameter: &'static str,
    within: Within,
) -> Sink {
    Sink { kind, action, parameter, within }
}

/// All that there are; a kind that is not here may be placed nowhere.
///
/// The catalog says as much by type already. It is said again because a mistake in data must not
/// be enough to send a secret away.
const SINKS: [Sink; 8] = [
    sink(SecretKind::Password, "ram:CreateLoginProfile", "Password", Within::Whole),
    sink(SecretKind::Password, "ram:UpdateLoginProfile", "Password", Within::Whole),
    sink(SecretKind::Password, "ims:CreateLoginProfile", "Password", Within::Whole),
    sink(SecretKind::Password, "ims:UpdateLoginProfile", "Password", Within::Whole),
    sink(SecretKind::AccessKey, "cs:InstallClusterAddons", addon::CONFIG, Within::Ends(KEY_SECRET)),
    sink(SecretKind::AccessKey, "cs:UpgradeClusterAddons", addon::CONFIG, Within::Ends(KEY_SECRET)),
    sink(SecretKind::AccessKey, "cs:ModifyClusterAddon", addon::CONFIG, Within::Ends(KEY_SECRET)),
    sink(SecretKind::LicenseKey, command::RUN, command::PARAMETERS, Within::Is(KEY)),
];

/// A secret of a call, and where it stands.
struct Placed<'a> {
    secret: &'a SecretRef,
    parameter: &'a str,
    place: Place<'a>,
}

/// Where a secret stands in its parameter.
#[derive(Clone, Copy)]
enum Place<'a> {
    Whole,
    Setting(&'a str),
    /// Inside of settings that are inside of settings: no place at all.
    Deeper,
}

impl Placed<'_> {
    fn fits(&self, sink: &Sink, title: &str) -> bool {
        let within = match (&sink.within, self.place) {
            (Within::Whole, Place::Whole) => true,
            (Within::Is(wanted), Place::Setting(name)) => name == *wanted,
            (Within::Ends(end), Place::Setting(pointer)) => pointer.ends_with(end),
            _ => false,
        };
        within
            && sink.kind == self.secret.kind
            && sink.action == title
            && sink.parameter == self.parameter
    }

    /// In words.
    fn place(&self) -> String {
        match self.place {
            Place::Whole | Place::Deeper => self.parameter.to_owned(),
            Place::Setting(name) => format!("{} {name}", self.parameter),
        }
    }
}

/// Refuses a secret that has no place here, or that belongs to another object or account.
pub(crate) fn judge(scene: &Scene, subject: &Subject<'_>) -> Result<(), Denial> {
    let title = title(subject);
    for (parameter, value) in &subject.call.parameters {
        for (place, secret) in secrets(value) {
            let placed = Placed { secret, parameter, place };
            let has_place = SINKS.iter().any(|sink| placed.fits(sink, &title));
            if !has_place || !belongs(scene, subject, &placed) {
                let sentence = format!(
                    "`{title}` cannot take the {} as `{}`: it is for another place",
                    quote_within(&secret.to_string(), OBJECT_SHOWN),
                    quote_within(&placed.place(), OBJECT_SHOWN),
                );
                return Err(Denial::new("policy.secret-misplaced", 7, sentence));
            }
        }
    }
    Ok(())
}

fn secrets(value: &Value) -> Vec<(Place<'_>, &SecretRef)> {
    let Value::Settings(settings) = value else {
        let secret = match value {
            Value::Secret(secret) => Some((Place::Whole, secret)),
            _ => None,
        };
        return secret.into_iter().collect();
    };
    let inner = settings.iter().flat_map(|(name, inner)| {
        secrets(inner).into_iter().map(move |(place, secret)| match place {
            Place::Whole => (Place::Setting(name), secret),
            Place::Setting(_) | Place::Deeper => (Place::Deeper, secret),
        })
    });
    inner.collect()
}

fn belongs(scene: &Scene, subject: &Subject<'_>, placed: &Placed<'_>) -> bool {
    match placed.secret.kind {
        SecretKind::Password => opens_user(subject, placed.secret),
        SecretKind::AccessKey => reports(scene, subject, placed),
        SecretKind::LicenseKey => {
            scene.bound.contains(&placed.secret.account) && command::is_declared(scene, subject)
        }
        SecretKind::Session => false,
    }
}

/// Whether a password was made for this very user of this very account.
fn opens_user(subject: &Subject<'_>, secret: &SecretRef) -> bool {
    let object = user::of(subject.call).map(|name| format!("ram:login-profile/{name}"));
    secret.account == *subject.account && object.as_deref() == Some(secret.object.as_str())
}

/// Whether the add-on that reports is told the id of this very key, and its account, which is bound.
fn reports(scene: &Scene, subject: &Subject<'_>, placed: &Placed<'_>) -> bool {
    let Placed { secret, place: Place::Setting(pointer), .. } = *placed else { return false };
    let (Some(settings), Some(parent)) =
        (Given(subject.call).settings(addon::CONFIG), pointer.strip_suffix(KEY_SECRET))
    else {
        return false;
    };
    let Reporting { id, account, .. } = Reporting::under(settings, parent);
    let id = id.and_then(text_of).filter(|id| !id.is_empty());
    let object = id.map(|id| format!("ram:access-key/{id}"));
    addon::of(subject) == Some(addon::REPORTER)
        && scene.bound.contains(&secret.account)
        && object.as_deref() == Some(secret.object.as_str())
        && account.and_then(text_of) == Some(secret.account.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_deep_inside_has_no_place() {
        let secret = SecretRef {
            account: "1111111111111111".parse().unwrap(),
            kind: SecretKind::LicenseKey,
            object: "arms:license-key/cn-hangzhou".to_owned(),
        };
        let mut value = Value::Secret(secret);
        let mut fits = Vec::new();
        for _ in 0..4 {
            let found = secrets(&value);
            assert_eq!(found.len(), 1, "it is not overlooked");
            let placed = |(place, secret)| Placed { secret, parameter: "Parameters", place };
            fits.extend(
                found
                    .into_iter()
                    .map(placed)
                    .map(|placed| SINKS.iter().any(|sink| placed.fits(sink, "ecs:RunCommand"))),
            );
            value = Value::Settings(vec![(KEY.to_owned(), value)]);
        }
        assert_eq!(fits, [false, true, false, false]);
    }
}
