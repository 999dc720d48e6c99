//! From JSON to a document, with the place of everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use host_model::quote_within;

use crate::condition::{Condition, Operator};
use crate::document::Document;
use crate::error::RamError;
use crate::statement::{Clause, Effect, PrincipalKind, Principals, Statement};

/// Longest text of the document that an error repeats.
const FOUND_LIMIT: usize = 60;

const STATEMENT_MEMBERS: [&str; 8] = [
    "Effect",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Principal",
    "NotPrincipal",
    "Condition",
];

/// A whole document.
pub(crate) fn document(value: Value) -> Result<Document, RamError> {
    let mut members = object("document", value, "an object with `Version` and `Statement`")?;
    refuse_misspelled("", &members, &["Version", "Statement"])?;
    match members.remove("Version") {
        Some(Value::String(version)) if version == "1" => {}
        other => return Err(malformed("Version", "`\"1\"`", other.as_ref())),
    }
    let statements = match members.remove("Statement") {
        Some(Value::Array(list)) if !list.is_empty() => list,
        Some(Value::Object(single)) => vec![Value::Object(single)],
        other => return Err(malformed("Statement", "at least one statement", other.as_ref())),
    };
    let statements = statements.into_iter().enumerate();
    let statements =
        statements.map(|(index, value)| statement(&format!("Statement[{index}]"), value));
    Ok(Document {
        statements: statements.collect::<Result<_, _>>()?,
        unknown: members.into_iter().collect(),
    })
}

fn statement(path: &str, value: Value) -> Result<Statement, RamError> {
    let mut members = object(path, value, "a statement")?;
    refuse_misspelled(path, &members, &STATEMENT_MEMBERS)?;
    let effect = match members.remove("Effect") {
        Some(Value::String(word)) if word == "Allow" => Effect::Allow,
        Some(Value::String(word)) if word == "Deny" => Effect::Deny,
        other => {
            let path = format!("{path}.Effect");
            return Err(malformed(&path, "`Allow` or `Deny`", other.as_ref()));
        }
    };
    let action = clause(path, &mut members, "Action", is_action)?
        .ok_or_else(|| malformed(&format!("{path}.Action"), "`Action` or `NotAction`", None))?;
    let resource = clause(path, &mut members, "Resource", is_name)?;
    let principal = either(path, &mut members, "Principal")?
        .map(|(name, negated, value)| principals(&format!("{path}.{name}"), negated, value))
        .transpose()?;
    let condition = match members.remove("Condition") {
        Some(value) => condition(&format!("{path}.Condition"), value)?,
        None => Condition::default(),
    };
    let unknown = members.into_iter().collect();
    Ok(Statement { effect, action, resource, principal, condition, unknown })
}

/// `name` or `Not<name>`, not both: the name found, whether it is the negated one, the value.
fn either(
    path: &str,
    members: &mut Map<String, Value>,
    name: &str,
) -> Result<Option<(String, bool, Value)>, RamError> {
    let not = format!("Not{name}");
    match (members.remove(name), members.remove(&not)) {
        (Some(_), Some(value)) => {
            let expected = format!("either `{name}` or `{not}`");
            Err(malformed(&format!("{path}.{not}"), &expected, Some(&value)))
        }
        (Some(value), None) => Ok(Some((name.to_owned(), false, value))),
        (None, Some(value)) => Ok(Some((not, true, value))),
        (None, None) => Ok(None),
    }
}

fn clause(
    path: &str,
    members: &mut Map<String, Value>,
    name: &str,
    suits: fn(&str) -> Result<(), &'static str>,
) -> Result<Option<Clause>, RamError> {
    let Some((name, negated, value)) = either(path, members, name)? else { return Ok(None) };
    let patterns = texts(&format!("{path}.{name}"), value, suits)?;
    Ok(Some(Clause { negated, patterns }))
}

fn principals(path: &str, negated: bool, value: Value) -> Result<Principals, RamError> {
    let expected = "an object with `RAM`, `Service` or `Federated`";
    let mut members = object(path, value, expected)?;
    let words = PrincipalKind::ALL.map(PrincipalKind::as_str);
    refuse_misspelled(path, &members, &words)?;
    if members.is_empty() {
        return Err(malformed(path, expected, Some(&Value::Object(members))));
    }
    let mut named = BTreeSet::new();
    for kind in PrincipalKind::ALL {
        if let Some(value) = members.remove(kind.as_str()) {
            let of_kind = texts(&format!("{path}.{}", kind.as_str()), value, is_name)?;
            named.extend(of_kind.into_iter().map(|name| (kind, name)));
        }
    }
    Ok(Principals { negated, named, unknown: members.into_iter().collect() })
}

fn condition(path: &str, value: Value) -> Result<Condition, RamError> {
    let mut condition = Condition::default();
    for (name, value) in object(path, value, "an object of operators")? {
        let path = format!("{path}.{}", quote_within(&name, FOUND_LIMIT));
        if let Some(operator) = Operator::named(&name) {
            condition.known.insert(operator.name, keys(&path, value)?);
        } else if let Some(known) = Operator::misspelled(&name) {
            return Err(misspelled(&path, known, &name));
        } else {
            condition.unknown.insert(name, value);
        }
    }
    Ok(condition)
}

fn keys(path: &str, value: Value) -> Result<BTreeMap<String, BTreeSet<String>>, RamError> {
    let expected = "an object of condition keys";
    let members = object(path, value, expected)?;
    if members.is_empty() {
        return Err(malformed(path, expected, Some(&Value::Object(members))));
    }
    let mut keys = BTreeMap::new();
    for (key, value) in members {
        let path = format!("{path}.{}", quote_within(&key, FOUND_LIMIT));
        let items = match value {
            Value::Array(items) => items,
            single => vec![single],
        };
        let expected = "a text, number or truth value, or a list of them";
        if items.is_empty() {
            return Err(malformed(&path, expected, Some(&Value::Array(items))));
        }
        let values = items.into_iter().map(|item| match item {
            Value::String(text) => Ok(text),
            Value::Number(number) => Ok(number.to_string()),
            Value::Bool(truth) => Ok(truth.to_string()),
            other => Err(malformed(&path, expected, Some(&other))),
        });
        keys.insert(key, values.collect::<Result<_, _>>()?);
    }
    Ok(keys)
}

/// A text or a list of texts, each suited.
fn texts(
    path: &str,
    value: Value,
    suits: fn(&str) -> Result<(), &'static str>,
) -> Result<BTreeSet<String>, RamError> {
    let items = match value {
        Value::Array(items) if !items.is_empty() => items,
        Value::String(text) => vec![Value::String(text)],
        other => return Err(malformed(path, "a text or a list of texts", Some(&other))),
    };
    let single = items.len() == 1;
    let mut texts = BTreeSet::new();
    for (index, item) in items.into_iter().enumerate() {
        let place = if single { path.to_owned() } else { format!("{path}[{index}]") };
        let Value::String(text) = item else {
            return Err(malformed(&place, "a text", Some(&item)));
        };
        suits(&text)
            .map_err(|expected| malformed(&place, expected, Some(&Value::from(text.as_str()))))?;
        texts.insert(text);
    }
    Ok(texts)
}

/// Actions are ASCII, so that nothing which merely looks like `ram:` passes as something else.
fn is_action(text: &str) -> Result<(), &'static str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b":*?-_./".contains(&byte);
    if !text.is_empty() && text.bytes().all(plain) {
        Ok(())
    } else {
        Err("an action such as `ram:GetRole`, with `*` and `?` as wildcards")
    }
}

/// White space around a name could be cut off by the next reader, and change what it means.
fn is_name(text: &str) -> Result<(), &'static str> {
    let clean = text.trim() == text && !text.contains(char::is_control);
    if !text.is_empty() && clean {
        Ok(())
    } else {
        Err("a name that is not empty, without white space around it")
    }
}

fn object(path: &str, value: Value, expected: &str) -> Result<Map<String, Value>, RamError> {
    match value {
        Value::Object(members) => Ok(members),
        other => Err(malformed(path, expected, Some(&other))),
    }
}

/// Refuses `effect` for `Effect`: readers disagree on whether that counts.
fn refuse_misspelled(
    path: &str,
    members: &Map<String, Value>,
    known: &[&str],
) -> Result<(), RamError> {
    for name in members.keys() {
        let alike = |word: &&&str| **word != name && word.eq_ignore_ascii_case(name);
        if let Some(word) = known.iter().find(alike) {
            let dot = if path.is_empty() { "" } else { "." };
            return Err(misspelled(&format!("{path}{dot}{word}"), word, name));
        }
    }
    Ok(())
}

fn misspelled(path: &str, word: &str, name: &str) -> RamError {
    malformed(path, &format!("`{word}`, spelled exactly so"), Some(&Value::from(name)))
}

fn malformed(path: &str, expected: &str, found: Option<&Value>) -> RamError {
    let found = match found {
        None => "nothing".to_owned(),
        Some(Value::Null) => "`null`".to_owned(),
        Some(Value::Bool(truth)) => format!("`{truth}`"),
        Some(Value::Number(number)) => format!("the number `{number}`"),
        Some(Value::String(text)) => format!("`{}`", quote_within(text, FOUND_LIMIT)),
        Some(Value::Array(items)) if items.is_empty() => "an empty list".to_owned(),
        Some(Value::Array(_)) => "a list".to_owned(),
        Some(Value::Object(members)) if members.is_empty() => "an empty object".to_owned(),
        Some(Value::Object(_)) => "an object".to_owned(),
    };
    RamError::DocumentMalformed { path: path.to_owned(), expected: expected.to_owned(), found }
}
