//! Rules 7 and 11: what an add-on is configured with decides where a cluster's data goes, and a value
//! that was read masked is never written back.

use host_model::{Value, quote_within};
use serde_json::Value as Json;

use crate::allowance::{Allowed, flag};
use crate::entry::title;
use crate::given::{Given, text_of};
use crate::{Denial, Subject};

/// The add-on that reports to ARMS: the only one that is changed without having been named.
pub(crate) const REPORTER: &str = "ack-onepilot";

/// The parameter that holds an add-on's configuration.
pub(crate) const CONFIG: &str = "config";

/// By which parameter each write names its add-on.
const NAMED_BY: [(&str, &str); 4] = [
    ("InstallClusterAddons", "name"),
    ("UpgradeClusterAddons", "component_name"),
    ("ModifyClusterAddon", "component_id"),
    ("UnInstallClusterAddons", "name"),
];

/// The settings that say to whom an add-on reports: the id of a key, its secret, and its account.
const REPORTING: [&str; 3] = ["accessKey", "accessKeySecret", "uid"];

/// What stands in a reply in place of a text that was sealed by the host (`wire`) or masked by the
/// cloud. Written back it would replace the text itself.
const MASKS: [&str; 3] = ["[sealed]", "[masked]", "***"];

/// How many characters of the name of an add-on, of a setting and of its value are shown.
const SHOWN: usize = 120;

/// The settings of one place that say to whom an add-on reports.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reporting<'a> {
    pub(crate) id: Option<&'a Value>,
    pub(crate) secret: Option<&'a Value>,
    pub(crate) account: Option<&'a Value>,
}

impl<'a> Reporting<'a> {
    /// Those that stand under `parent`. One that is given twice is none: nobody knows which counts.
    pub(crate) fn under(settings: &'a [(String, Value)], parent: &str) -> Self {
        let [id, secret, account] = REPORTING.map(|key| {
            let at = format!("{parent}/{key}");
            let mut found = settings.iter().filter(|(name, _)| *name == at);
            found.next().filter(|_| found.next().is_none()).map(|(_, value)| value)
        });
        Self { id, secret, account }
    }

    /// Whether all three are there, the secret as a handle. Whether they fit together is for the
    /// secret's sink to say.
    fn is_whole(self) -> bool {
        let is_said =
            |value: Option<&Value>| value.and_then(text_of).is_some_and(|text| !text.is_empty());
        is_said(self.id) && matches!(self.secret, Some(Value::Secret(_))) && is_said(self.account)
    }

    /// Whether all three are taken back.
    fn is_emptied(self) -> bool {
        [self.id, self.secret, self.account].iter().all(|value| value.and_then(text_of) == Some(""))
    }
}

/// Whether a pointer leads to a setting that says to whom an add-on reports.
pub(crate) fn is_reporting(pointer: &str) -> bool {
    pointer.rsplit_once('/').is_some_and(|(_, key)| REPORTING.contains(&key))
}

/// Whether the call changes an add-on: by name, so that an action which the catalog gets later is
/// covered.
pub(crate) fn changes_addon(subject: &Subject<'_>) -> bool {
    let Subject { product, action, .. } = *subject;
    product.key == "cs" && action.effect.is_write() && action.name.contains("Addon")
}

/// The add-on that a write names; `None` if it is not clear.
pub(crate) fn of<'a>(subject: &Subject<'a>) -> Option<&'a str> {
    let (_, parameter) = NAMED_BY.iter().find(|(action, _)| *action == subject.action.name)?;
    Given(subject.call).text(parameter)
}

/// Refuses add-ons that nobody named, reporting to anybody but the owner of a key that the host
/// holds, and every other setting that the operator did not name with its value.
pub(crate) fn judge(allowed: &Allowed<'_>, subject: &Subject<'_>) -> Result<(), Denial> {
    if !changes_addon(subject) {
        return Ok(());
    }
    let title = title(subject);
    let Some(name) = of(subject) else {
        return Err(unclear(&title, "which add-on it changes"));
    };
    if name != REPORTER && !allowed.names_addon(name) {
        let sentence = format!(
            "`{title}` is refused: add-on `{}` is not the one that reports, and nobody named it",
            quote_within(name, SHOWN)
        );
        let denial = Denial::new("policy.addon-unnamed", 7, sentence);
        return Err(denial.unless(flag(&format!("addon={name}"))));
    }
    let given = Given(subject.call);
    match given.settings(CONFIG) {
        Some(settings) => configured(allowed, &title, settings),
        None if given.has(CONFIG) => Err(unclear(&title, "what it sets")),
        None => Ok(()),
    }
}

fn configured(
    allowed: &Allowed<'_>,
    title: &str,
    settings: &[(String, Value)],
) -> Result<(), Denial> {
    if let Some((pointer, _)) = settings.iter().find(|(_, value)| is_masked(value)) {
        return Err(masked(title, pointer));
    }
    let mut unnamed = Vec::new();
    for (pointer, value) in settings {
        let parent = pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        if is_reporting(pointer) {
            let reporting = Reporting::under(settings, parent);
            if reporting.is_whole() {
                continue;
            }
            if !reporting.is_emptied() {
                return Err(incomplete(title, pointer));
            }
        }
        let text = sent(value).ok_or_else(|| unclear(title, "what it sets"))?;
        if !allowed.names_setting(pointer, &text) {
            unnamed.push((pointer.as_str(), text));
        }
    }
    match unnamed.first() {
        Some((pointer, text)) => {
            Err(refused(title, pointer, text, unnamed.len() - 1).unless(offered(&unnamed)))
        }
        None => Ok(()),
    }
}

/// A setting's value as text; numbers and flags as they stand in JSON.
fn sent(value: &Value) -> Option<String> {
    match value {
        Value::Json(json @ (Json::Bool(_) | Json::Number(_))) => Some(json.to_string()),
        other => text_of(other).map(str::to_owned),
    }
}

/// Whether a value, or any part of it, is what a reply shows in place of a text.
pub(crate) fn is_masked(value: &Value) -> bool {
    let has = |text: &str| MASKS.iter().any(|mask| text.contains(mask));
    match value {
        Value::Text(text) => has(text),
        Value::Json(json) => has(&json.to_string()),
        Value::Settings(settings) => settings.iter().any(|(_, inner)| is_masked(inner)),
        Value::Secret(_) => false,
    }
}

/// No allowance lifts it: nobody wants a mask in place of a value.
fn masked(title: &str, pointer: &str) -> Denial {
    let sentence = format!(
        "`{title}` cannot set `{}` to what stood in a reply in place of its value: it would replace \
         the value",
        quote_within(pointer, SHOWN),
    );
    Denial::new("policy.addon-setting-masked", 11, sentence)
}

fn refused(title: &str, pointer: &str, text: &str, others: usize) -> Denial {
    let reason = if is_reporting(pointer) {
        "the cluster's data would go elsewhere than before"
    } else {
        "it may send the cluster's data elsewhere"
    };
    let more = match others {
        0 => String::new(),
        others => format!(" (and {others} more)"),
    };
    let sentence = format!(
        "`{title}` cannot set `{}` to `{}`{more}: {reason}, and nobody named it with that value",
        quote_within(pointer, SHOWN),
        quote_within(text, SHOWN),
    );
    Denial::new("policy.addon-setting-unnamed", 7, sentence)
}

/// What allows all of these settings; `None` if one of them cannot be said.
fn offered(settings: &[(&str, String)]) -> Option<String> {
    // The first `=` ends the name, so that a name which has one cannot be said.
    let one = |(pointer, text): &(&str, String)| {
        flag(&format!("addon-setting={pointer}={text}")).filter(|_| !pointer.contains('='))
    };
    Some(settings.iter().map(one).collect::<Option<Vec<_>>>()?.join(" "))
}

fn incomplete(title: &str, pointer: &str) -> Denial {
    let sentence = format!(
        "`{title}` cannot set `{}` alone: {} are set together, the secret as one that the host \
         holds",
        quote_within(pointer, SHOWN),
        REPORTING.map(|key| format!("`{key}`")).join(", "),
    );
    Denial::new("policy.addon-reporting-incomplete", 7, sentence)
}

fn unclear(title: &str, what: &str) -> Denial {
    Denial::new("policy.addon-unclear", 7, format!("`{title}` is refused: it is not clear {what}"))
}

/// What a person should know: what becomes readable, and what is reset or removed.
pub(crate) fn risks(subject: &Subject<'_>) -> Vec<String> {
    if !changes_addon(subject) {
        return Vec::new();
    }
    let given = Given(subject.call);
    let mut lines = Vec::new();
    if subject.call.carries_secret() {
        lines.push(
            "addon: the cloud can show this key to whoever may read the cluster's configuration",
        );
    }
    let settings = given.settings(CONFIG).unwrap_or_default();
    if settings.iter().any(|(pointer, value)| is_reporting(pointer) && text_of(value) == Some("")) {
        lines.push("addon: the cluster stops reporting to where it reports now");
    }
    match (subject.action.name.as_str(), given.text("policy")) {
        ("UpgradeClusterAddons", Some("canary")) => {}
        ("UpgradeClusterAddons", Some(_)) => lines.push("addon: values that others set are reset"),
        // The API reference names no default.
        ("UpgradeClusterAddons", None) => lines.push("addon: values that others set may be reset"),
        ("UnInstallClusterAddons", _) => lines.push("addon: values that others set are removed"),
        _ => {}
    }
    lines.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use host_model::{SecretKind, SecretRef};

    use super::*;

    fn text(name: &str, text: &str) -> (String, Value) {
        (name.to_owned(), Value::Text(text.to_owned()))
    }

    #[test]
    fn a_setting_that_is_given_twice_is_none() {
        let once = [text("/uid", "1"), text("/x/uid", "2"), text("/uidx", "3")];
        assert_eq!(Reporting::under(&once, "").account, Some(&Value::Text("1".to_owned())));
        assert_eq!(Reporting::under(&once, "/x").account, Some(&Value::Text("2".to_owned())));
        let twice = [text("/uid", "1"), text("/uid", "2")];
        assert_eq!(Reporting::under(&twice, "").account, None);
    }

    #[test]
    fn whole_is_all_three_with_a_handle() {
        let secret = || {
            let secret = SecretRef {
                account: "1111111111111111".parse().unwrap(),
                kind: SecretKind::AccessKey,
                object: "ram:access-key/LTAIEXAMPLE".to_owned(),
            };
            ("/accessKeySecret".to_owned(), Value::Secret(secret))
        };
        let (id, account) = (|| text("/accessKey", "LTAIEXAMPLE"), || text("/uid", "1"));
        let cases = [
            (vec![id(), secret(), account()], true),
            (vec![secret(), account()], false),
            (vec![id(), secret()], false),
            (vec![id(), account()], false),
            (vec![text("/accessKey", ""), secret(), account()], false),
            (vec![id(), secret(), text("/uid", "")], false),
            (vec![id(), text("/accessKeySecret", "Hunter2"), account()], false),
        ];
        for (settings, whole) in cases {
            assert_eq!(Reporting::under(&settings, "").is_whole(), whole, "{settings:?}");
        }
    }
}
