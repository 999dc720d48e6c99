//! Secrets apart from the rest of a reply.

use host_catalog::{Action, SecretField};
use host_model::{Call, SecretKind, SecretText, Value, quote_within};
use serde_json::{Map, Value as Json};

use crate::guard::guard;
use crate::{Redactor, WireError, flat, tree};

/// The longest part that a reply or a call gives to an object's name, in characters.
const NAME_PART_MAX: usize = 256;

/// The fields without which a session's keys are of no use.
const SESSION_FIELDS: [&str; 3] = ["AccessKeyId", "AccessKeySecret", "SecurityToken"];

/// A reply in two parts.
#[derive(Debug, Clone)]
pub struct Split {
    /// What everyone may see.
    pub body: Json,
    /// What nobody may see.
    pub secrets: Vec<FoundSecret>,
}

/// A secret that a reply brought.
#[derive(Debug, Clone)]
pub struct FoundSecret {
    /// JSON Pointer of where it stood in the reply.
    pub at: String,
    /// What it is for.
    pub kind: SecretKind,
    /// The cloud object that it belongs to, for example `ram:access-key/LTAI…`.
    pub object: String,
    /// The secret; for a session, its keys as a JSON object.
    pub text: SecretText,
}

/// Takes the secrets out of a reply. Of a reply that brings secrets, only the fields survive that
/// the catalog lets through, and only plain values (`security.md`, rule 2).
///
/// # Errors
///
/// A secret, or a part of its object's name, is not where it must be.
pub fn split(action: &Action, call: &Call, json: Json) -> Result<Split, WireError> {
    if !action.brings_secret() {
        let mut body = json;
        guard(action, &mut body);
        return Ok(Split { body, secrets: Vec::new() });
    }
    let found: Result<Vec<FoundSecret>, WireError> =
        action.secrets.iter().map(|field| find(action, field, call, &json)).collect();
    let mut body = kept(&action.keep, &json);
    tree::wipe(json);
    let mut secrets = found?;
    // A secret that also stands in an open field would be a fault of the cloud; it stays inside.
    let mut redactor = Redactor::default();
    for secret in &secrets {
        redactor.add_found(secret);
    }
    redactor.redact_json(&mut body);
    for secret in &mut secrets {
        secret.object = redactor.redact(&secret.object);
    }
    Ok(Split { body, secrets })
}

fn find(
    action: &Action,
    field: &SecretField,
    call: &Call,
    json: &Json,
) -> Result<FoundSecret, WireError> {
    let unreadable =
        |reason: String| WireError::ReplyUnreadable { action: action.name.clone(), reason };
    let missing = |at: &str| unreadable(format!("`{at}` is missing"));
    let text = match json.pointer(&field.at) {
        Some(Json::String(text)) if !text.is_empty() => text.clone(),
        Some(object @ Json::Object(fields)) => {
            let is_there = |name: &&str| {
                fields.get(*name).and_then(Json::as_str).is_some_and(|text| !text.is_empty())
            };
            let needed: &[&str] =
                if field.kind == SecretKind::Session { &SESSION_FIELDS } else { &[] };
            if let Some(name) = needed.iter().find(|name| !is_there(name)) {
                return Err(missing(&format!("{}/{name}", field.at)));
            }
            object.to_string()
        }
        _ => return Err(missing(&field.at)),
    };
    Ok(FoundSecret {
        at: field.at.clone(),
        kind: field.kind,
        object: object_name(&field.object, call, json).map_err(|part| missing(&part))?,
        text: SecretText::new(text),
    })
}

/// A template with `{/Pointer}` filled from the reply and `{Name}` from the call. The error is the
/// part that is missing.
fn object_name(template: &str, call: &Call, json: &Json) -> Result<String, String> {
    let mut name = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        let (part, after) = after.split_once('}').unwrap_or((after, ""));
        let value = if part.starts_with('/') {
            json.pointer(part).and_then(named)
        } else {
            parameter(call, part)
        };
        let value = value.filter(|value| !value.is_empty()).ok_or_else(|| part.to_owned())?;
        name.push_str(before);
        name.push_str(&quote_within(&value, NAME_PART_MAX));
        rest = after;
    }
    name.push_str(rest);
    Ok(name)
}

fn parameter(call: &Call, name: &str) -> Option<String> {
    if name == "RegionId" {
        return call.region.clone();
    }
    call.parameters.iter().find(|(key, _)| key == name).and_then(|(_, value)| match value {
        Value::Text(text) => Some(text.clone()),
        Value::Json(json) => named(json),
        Value::Secret(_) | Value::Settings(_) => None,
    })
}

/// A value that can be a part of a name.
fn named(json: &Json) -> Option<String> {
    (json.is_string() || json.is_number()).then(|| flat::text(json))
}

/// A tree with nothing but the plain values at `pointers`.
fn kept(pointers: &[String], json: &Json) -> Json {
    let mut tree = Map::new();
    for pointer in pointers {
        if let Some(value) = json.pointer(pointer).filter(|value| is_plain(value)) {
            let path: Vec<&str> = pointer.split('/').skip(1).collect();
            insert(&mut tree, &path, value);
        }
    }
    Json::Object(tree)
}

fn insert(tree: &mut Map<String, Json>, path: &[&str], value: &Json) {
    match path {
        [] => {}
        [name] => {
            tree.insert((*name).to_owned(), value.clone());
        }
        [name, rest @ ..] => {
            let inner = tree.entry(*name).or_insert_with(|| Json::Object(Map::new()));
            if let Json::Object(inner) = inner {
                insert(inner, rest, value);
            }
        }
    }
}

const fn is_plain(json: &Json) -> bool {
    !matches!(json, Json::Object(_) | Json::Array(_))
}
