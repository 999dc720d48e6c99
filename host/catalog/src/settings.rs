//! Settings: named values of a document that the product does not describe.
//!
//! Whichever way a workflow gives them, as pairs or as a JSON document, they become pairs before
//! anybody judges them ([`crate::Product::normalize`]), so that no name is overlooked.

use host_model::{SecretKind, Value};
use serde_json::Value as Json;

use crate::check::{Fault, check_count, check_length};
use crate::{CharacterSet, SettingNames};

/// Greatest length of a name.
const NAME_MAX: usize = 256;

/// How deep a document may be nested.
const DEPTH_MAX: usize = 16;

/// What settings must be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits<'a> {
    pub(crate) names: SettingNames,
    pub(crate) max: usize,
    pub(crate) value_max: usize,
    pub(crate) value_chars: Option<&'a CharacterSet>,
    pub(crate) secrets: &'a [SecretKind],
}

impl Limits<'_> {
    pub(crate) fn check(&self, settings: &[(String, Value)]) -> Result<(), Fault> {
        check_count(settings.len(), self.max)?;
        for (index, (name, value)) in settings.iter().enumerate() {
            self.check_name(name)?;
            if settings.iter().take(index).any(|(earlier, _)| overlap(earlier, name)) {
                return Err(Fault::refused(
                    "catalog.setting-repeated",
                    &format!("gives `{}` twice", host_model::quote_within(name, NAME_MAX)),
                ));
            }
            self.check_value(value)?;
        }
        Ok(())
    }

    fn check_name(&self, name: &str) -> Result<(), Fault> {
        check_length(name, 1, NAME_MAX)?;
        let is_plain = |part: &str| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
        };
        let fits = match self.names {
            SettingNames::Pointers => name.strip_prefix('/').is_some_and(|path| {
                path.split('/').count() <= DEPTH_MAX && path.split('/').all(is_step)
            }),
            SettingNames::Plain => is_plain(name),
        };
        let expected = match self.names {
            SettingNames::Pointers => "named by JSON Pointers, such as `/accessKey`",
            SettingNames::Plain => "named by letters, digits, `_` and `-`",
        };
        if fits { Ok(()) } else { Err(Fault::value(expected, name)) }
    }

    fn check_value(&self, value: &Value) -> Result<(), Fault> {
        match value {
            Value::Text(text) => {
                check_length(text, 0, self.value_max)?;
                match self.value_chars {
                    Some(set) if !text.chars().all(|character| set.contains(character)) => {
                        Err(Fault::value(&format!("made of {}", set.as_str()), text))
                    }
                    _ => Ok(()),
                }
            }
            Value::Json(Json::Number(_) | Json::Bool(_)) => Ok(()),
            Value::Secret(secret) if self.secrets.contains(&secret.kind) => Ok(()),
            Value::Secret(secret) => Err(Fault::refused(
                "catalog.secret-misplaced",
                &format!("takes no secret of kind {}", secret.kind.as_str()),
            )),
            Value::Json(json) => Err(Fault::value("texts, numbers and flags", &json.to_string())),
            Value::Settings(_) => Err(Fault::value("texts, numbers and flags", "settings")),
        }
    }
}

/// Whether it is a step of a JSON Pointer that can be read in one way only: `~` stands before `0` or `1`.
fn is_step(step: &str) -> bool {
    let mut after_tilde = step.split('~').skip(1);
    !step.is_empty() && after_tilde.all(|rest| rest.starts_with(['0', '1']))
}

/// Whether two names are one place, or one lies inside of the other.
fn overlap(one: &str, other: &str) -> bool {
    let inside = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    inside(one, other) || inside(other, one)
}

/// A JSON document as settings; `None` if it is no object, or is nested too deep.
pub(crate) fn from_json(names: SettingNames, document: &Json) -> Option<Vec<(String, Value)>> {
    let fields = document.as_object()?;
    let mut settings = Vec::new();
    match names {
        SettingNames::Plain => {
            settings.extend(fields.iter().map(|(name, value)| (name.clone(), leaf(value))));
        }
        SettingNames::Pointers => flatten(document, "", DEPTH_MAX, &mut settings)?,
    }
    Some(settings)
}

fn flatten(tree: &Json, at: &str, depth: usize, settings: &mut Vec<(String, Value)>) -> Option<()> {
    match tree.as_object() {
        Some(fields) if !fields.is_empty() => {
            let depth = depth.checked_sub(1)?;
            for (name, inner) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                flatten(inner, &format!("{at}/{name}"), depth, settings)?;
            }
        }
        _ => settings.push((at.to_owned(), leaf(tree))),
    }
    Some(())
}

fn leaf(value: &Json) -> Value {
    match value {
        Json::String(text) => Value::Text(text.clone()),
        other => Value::Json(other.clone()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const LIMITS: Limits<'static> = Limits {
        names: SettingNames::Pointers,
        max: 4,
        value_max: 20,
        value_chars: None,
        secrets: &[],
    };

    fn text(name: &str) -> (String, Value) {
        (name.to_owned(), Value::Text("x".to_owned()))
    }

    #[test]
    fn refuses_what_has_two_meanings() {
        let cases: [(&[(String, Value)], bool); 6] = [
            (&[text("/a"), text("/b")], true),
            (&[text("/a"), text("/ab")], true),
            (&[text("/a"), text("/a")], false),
            (&[text("/a"), text("/a/b")], false),
            (&[text("/a/b"), text("/a")], false),
            (&[text("a")], false),
        ];
        for (settings, fits) in cases {
            assert_eq!(LIMITS.check(settings).is_ok(), fits, "{settings:?}");
        }
    }

    #[test]
    fn a_document_is_read_leaf_by_leaf() {
        let document = json!({ "accessKey": "k", "a/b": { "uid": 7 }, "empty": {} });
        let settings = from_json(SettingNames::Pointers, &document).unwrap();
        let names: Vec<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["/accessKey", "/a~1b/uid", "/empty"]);
        assert!(LIMITS.check(&settings).is_err(), "an empty object is no value");
        assert!(from_json(SettingNames::Pointers, &json!(["x"])).is_none());
    }
}
