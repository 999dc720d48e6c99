//! Settings of an add-on that a run changed: its own are emptied, others get back what they were, as far
//! as that was to be seen.

use std::collections::BTreeMap;

use host_model::{Value, quote_within};
use serde_json::Value as Json;

use super::changed::Group;
use super::object::Object;
use super::step::{Put, Stays};

/// The settings that say to whom an add-on reports: they go together.
pub(crate) const REPORTING: [&str; 3] = ["accessKey", "accessKeySecret", "uid"];

/// What the host shows in place of a text that nobody may see, or that the cloud masks.
const MASKS: [&str; 3] = ["[sealed]", "[masked]", "***"];

/// Characters of a value that people see.
const SHOWN: usize = 120;

/// A setting before the run.
#[derive(Debug, Clone, PartialEq)]
enum Was {
    /// It was not there, or empty.
    Nothing,
    /// It said this.
    Shown(Value),
    /// It was there, and nobody could see it.
    Hidden,
    /// Nobody looked.
    Unread,
}

impl Was {
    fn said(&self) -> Option<&str> {
        match self {
            Self::Shown(Value::Text(text)) => Some(text),
            _ => None,
        }
    }
}

/// What each setting was before the run set it for the first time, and what the run left.
fn changes<'a>(group: &'a Group<'_>, source: &str) -> BTreeMap<&'a str, (Was, &'a Value)> {
    let mut all: BTreeMap<&str, (Was, &Value)> = BTreeMap::new();
    for (_, _, done) in &group.changes {
        let document = document(&done.before);
        for (pointer, value) in done.sent.settings(source).unwrap_or_default() {
            let was = || match &document {
                Some(document) => was(document.pointer(pointer)),
                None => Was::Unread,
            };
            all.entry(pointer)
                .and_modify(|(_, left)| *left = value)
                .or_insert_with(|| (was(), value));
        }
    }
    all
}

/// The settings as a read showed them; an add-on without any has an empty text.
pub(crate) fn document(body: &Json) -> Option<Json> {
    match body.get("config") {
        None | Some(Json::Null) => body.is_object().then(|| Json::Object(serde_json::Map::new())),
        Some(Json::String(text)) if text.trim().is_empty() => {
            Some(Json::Object(serde_json::Map::new()))
        }
        Some(Json::String(text)) => serde_json::from_str(text).ok().filter(Json::is_object),
        Some(_) => None,
    }
}

fn was(value: Option<&Json>) -> Was {
    match value {
        None | Some(Json::Null) => Was::Nothing,
        Some(Json::String(text)) if text.is_empty() => Was::Nothing,
        Some(Json::String(text)) if is_masked(text) => Was::Hidden,
        Some(Json::String(text)) => Was::Shown(Value::Text(text.clone())),
        Some(json @ (Json::Bool(_) | Json::Number(_))) => Was::Shown(Value::Json(json.clone())),
        Some(_) => Was::Hidden,
    }
}

pub(crate) fn is_masked(text: &str) -> bool {
    MASKS.iter().any(|mask| text.contains(mask))
}

/// What is put back of the settings that the run set.
pub(crate) fn put(
    group: &Group<'_>,
    (parameter, source): (&str, &str),
    puts: &mut Vec<Put>,
    stays: &mut Vec<Stays>,
) {
    let mut changes = changes(group, source);
    let from = puts.len();
    let parents: Vec<String> = changes
        .keys()
        .filter_map(|at| at.strip_suffix("/accessKeySecret").map(str::to_owned))
        .collect();
    for parent in parents {
        let mut take = |name: &str| {
            let at = format!("{parent}/{name}");
            let found = changes.remove_entry(at.as_str());
            found.map(|(_, (was, left))| (at, was, left.clone()))
        };
        let [Some(key), Some(secret), Some(uid)] = REPORTING.map(&mut take) else { continue };
        reporting(group, [key, secret, uid], puts, stays);
    }
    for put in puts.iter_mut().skip(from) {
        parameter.clone_into(&mut put.parameter);
    }
    for (at, (was, left)) in changes {
        let what = || format!("setting `{}` of {}", quote_within(at, SHOWN), group.about);
        let keep = |reason: &str| Stays::new(what(), reason);
        let former = match was {
            Was::Shown(value) => value,
            Was::Nothing if matches!(left, Value::Text(_)) => Value::Text(String::new()),
            Was::Nothing => {
                stays.push(keep("there was none before, and it cannot be emptied"));
                continue;
            }
            Was::Hidden => {
                stays.push(keep("what it was before nobody could see, so it cannot be put back"));
                continue;
            }
            Was::Unread => {
                stays.push(keep("what it was before was not read"));
                continue;
            }
        };
        if former != *left {
            let (setting, left) = (Some(at.to_owned()), left.clone());
            puts.push(Put { parameter: parameter.to_owned(), setting, left, former });
        }
    }
}

type Part = (String, Was, Value);

/// To whom an add-on reports. A half of it would be worse than nothing, and a secret that could not be
/// seen cannot be put back: so without it, all three are emptied, which is said.
fn reporting(group: &Group<'_>, parts: [Part; 3], puts: &mut Vec<Put>, stays: &mut Vec<Stays>) {
    let [(_, key, our_key), (_, secret, _), (_, uid, our_uid)] = &parts;
    let text = |value: &Value| match value {
        Value::Text(text) => Some(text.clone()),
        _ => None,
    };
    let what = format!("to whom {} reported before", group.about);
    if uid.said().is_some() && uid.said() == text(our_uid).as_deref() {
        let same_key = key.said().is_some() && key.said() == text(our_key).as_deref();
        if same_key {
            // The same as before: there is nothing to take back.
            return;
        }
        if *key == Was::Hidden {
            let reason = "it reported into the same account, with an AccessKey whose id the cloud masks: \
                          whether this is another one nobody can see, so it stays as it is";
            stays.push(Stays { holds: configured(group), ..Stays::new(what, reason) });
            return;
        }
    }
    let restorable = *secret == Was::Nothing;
    if *secret == Was::Hidden || *secret == Was::Unread {
        let said = |was: &Was| was.said().map(|text| format!("`{}`", quote_within(text, SHOWN)));
        let key = said(key).unwrap_or_else(|| "an AccessKey that is not known".to_owned());
        let uid = said(uid).unwrap_or_else(|| "an account that is not known".to_owned());
        let reason = if *secret == Was::Unread {
            "what was set before was not read; it is left without any".to_owned()
        } else {
            format!(
                "it had AccessKey {key} of account {uid}, whose secret nobody could see: give it again, \
                 where that is wanted"
            )
        };
        stays.push(Stays::new(what, reason));
    }
    for (at, was, left) in parts {
        let former = match was {
            Was::Shown(value) if restorable => value,
            _ => Value::Text(String::new()),
        };
        puts.push(Put { parameter: String::new(), setting: Some(at), left, former });
    }
}

/// The keys that the add-on goes on to report with.
fn configured(group: &Group<'_>) -> Vec<Object> {
    let secrets = group.changes.iter().flat_map(|(_, _, done)| done.sent.secrets());
    secrets.filter_map(Object::of_secret).collect()
}
