//! Dynamic values to parameters, and replies to dynamic values.

use host_bindings::{Identity, Secret};
use host_catalog::{ArgumentType, Field, FieldType, Product, Record, ReplyShape};
use host_model::{CallError, ErrorKind, IdentityRef, Reply, SecretRef, Value};
use serde_json::{Value as Json, json};
use wasmtime::component::{ResourceAny, Val};
use wasmtime::{Result, StoreContextMut, bail, format_err};

use crate::state::State;

/// The identity behind a borrowed handle. Consumes the borrow, as every path must.
pub(crate) fn identity(store: &mut StoreContextMut<'_, State>, value: &Val) -> Result<IdentityRef> {
    let Val::Resource(resource) = value else { bail!("a caller that is no identity") };
    let handle = resource.try_into_resource::<Identity>(&mut *store)?;
    Ok(store.data().table.get(&handle)?.0.identity.clone())
}

/// The secret behind a borrowed handle. Consumes the borrow.
fn secret(store: &mut StoreContextMut<'_, State>, resource: &ResourceAny) -> Result<SecretRef> {
    let handle = resource.try_into_resource::<Secret>(&mut *store)?;
    Ok(store.data().table.get(&handle)?.0.clone())
}

/// An argument as a parameter's value; `None` where an option or list is empty.
pub(crate) fn argument(
    store: &mut StoreContextMut<'_, State>,
    is: ArgumentType,
    value: &Val,
) -> Result<Option<Value>> {
    Ok(Some(match value {
        Val::Option(None) => return Ok(None),
        Val::Option(Some(inner)) => return argument(store, is, inner),
        Val::String(text) if is == ArgumentType::Tree => match serde_json::from_str(text) {
            Ok(tree) => Value::Json(tree),
            Err(_) => Value::Text(text.clone()),
        },
        Val::String(text) => Value::Text(text.clone()),
        Val::S64(number) => Value::Json(json!(number)),
        Val::Bool(flag) => Value::Json(json!(flag)),
        Val::List(items) if items.is_empty() => return Ok(None),
        list if is == ArgumentType::Settings => Value::Settings(pairs(store, list)?),
        Val::List(items) => Value::Json(items.iter().map(item).collect::<Result<Json>>()?),
        Val::Resource(resource) => Value::Secret(secret(store, resource)?),
        other => bail!("an argument of an unexpected type: {other:?}"),
    }))
}

/// An item of a list: text, or a tag.
fn item(value: &Val) -> Result<Json> {
    match value {
        Val::String(text) => Ok(json!(text)),
        Val::Record(fields) => {
            let part = |name: &str| {
                fields.iter().find_map(|(key, value)| match value {
                    Val::String(text) if key == name => Some(text.clone()),
                    _ => None,
                })
            };
            Ok(json!({ "Key": part("key"), "Value": part("value") }))
        }
        other => bail!("an item of an unexpected type: {other:?}"),
    }
}

/// Pairs of a name and a value: settings, and the open arm `extra`.
pub(crate) fn pairs(
    store: &mut StoreContextMut<'_, State>,
    list: &Val,
) -> Result<Vec<(String, Value)>> {
    let Val::List(pairs) = list else { bail!("pairs that are no list") };
    let mut parameters = Vec::with_capacity(pairs.len());
    for pair in pairs {
        let Val::Tuple(parts) = pair else { bail!("a list without pairs") };
        let [Val::String(name), Val::Variant(case, Some(payload))] = parts.as_slice() else {
            bail!("a pair without name and value")
        };
        let value = match (case.as_str(), payload.as_ref()) {
            ("text", Val::String(text)) => Value::Text(text.clone()),
            ("json", Val::String(text)) => json_value(text),
            ("secret", Val::Resource(resource)) => Value::Secret(secret(store, resource)?),
            _ => bail!("a value of an unexpected case"),
        };
        parameters.push((name.clone(), value));
    }
    Ok(parameters)
}

/// Text that should be JSON. What is not stays text, and the catalog's check refuses it by name.
pub(crate) fn json_value(text: &str) -> Value {
    serde_json::from_str(text).map_or_else(|_| Value::Text(text.to_owned()), Value::Json)
}

/// A reply as the function's result.
pub(crate) fn reply(
    store: &mut StoreContextMut<'_, State>,
    product: &Product,
    shape: &ReplyShape,
    reply: Reply,
) -> Result<std::result::Result<Option<Val>, CallError>> {
    let body = &reply.body;
    Ok(Ok(Some(match shape {
        ReplyShape::Nothing => return Ok(Ok(None)),
        ReplyShape::Tree => Val::String(body.to_string()),
        ReplyShape::Text { at } => Val::String(text_at(body, at)),
        ReplyShape::Identity => {
            let facts = reply.identity.ok_or_else(|| format_err!("a reply without an identity"))?;
            match store.data_mut().hand_identity(facts) {
                Ok(handle) => Val::Resource(ResourceAny::try_from_resource(handle, &mut *store)?),
                Err(error) => return Ok(Err(error)),
            }
        }
        ReplyShape::Secret { at } => match secret_at(store, &reply, at)? {
            Ok(value) => value,
            Err(error) => return Ok(Err(error)),
        },
        ReplyShape::Record { record, at } => {
            let part = body.pointer(at).unwrap_or(&Json::Null).clone();
            match record_val(store, product, record, &part, at, &reply)? {
                Ok(value) => value,
                Err(error) => return Ok(Err(error)),
            }
        }
        ReplyShape::List { list, at } => {
            let items = body.pointer(at).and_then(Json::as_array).cloned().unwrap_or_default();
            let mut values = Vec::with_capacity(items.len());
            for item in &items {
                match record_val(store, product, list, item, at, &reply)? {
                    Ok(value) => values.push(value),
                    Err(error) => return Ok(Err(error)),
                }
            }
            Val::List(values)
        }
    })))
}

fn record_val(
    store: &mut StoreContextMut<'_, State>,
    product: &Product,
    name: &str,
    part: &Json,
    at: &str,
    reply: &Reply,
) -> Result<std::result::Result<Val, CallError>> {
    let record: &Record =
        product.records.get(name).ok_or_else(|| format_err!("no record `{name}`"))?;
    let mut fields = Vec::with_capacity(record.fields.len() + 1);
    for field in &record.fields {
        let value = if field.is == FieldType::Secret {
            match secret_at(store, reply, &format!("{at}{}", field.at))? {
                Ok(value) => value,
                Err(error) => return Ok(Err(error)),
            }
        } else {
            field_val(field, part)
        };
        fields.push((field.name.clone(), value));
    }
    fields.push(("raw".to_owned(), Val::String(part.to_string())));
    Ok(Ok(Val::Record(fields)))
}

fn secret_at(
    store: &mut StoreContextMut<'_, State>,
    reply: &Reply,
    at: &str,
) -> Result<std::result::Result<Val, CallError>> {
    let Some(secret) = reply.secrets.get(at) else {
        let message = "the cloud's reply has no secret where the catalog expects one";
        let kind = ErrorKind::Other("unexpected".to_owned());
        return Ok(Err(CallError::new(kind, "runtime.secret-missing", message)));
    };
    Ok(match store.data_mut().hand_secret(secret.clone()) {
        Ok(handle) => Ok(Val::Resource(ResourceAny::try_from_resource(handle, &mut *store)?)),
        Err(error) => Err(error),
    })
}

fn field_val(field: &Field, part: &Json) -> Val {
    let found = part.pointer(&field.at).filter(|value| !value.is_null());
    if field.maybe && found.is_none() {
        return Val::Option(None);
    }
    let value = match field.is {
        FieldType::Text | FieldType::Secret => Val::String(found.map(text_of).unwrap_or_default()),
        FieldType::Number => Val::S64(found.and_then(Json::as_i64).unwrap_or_default()),
        FieldType::Flag => Val::Bool(found.and_then(Json::as_bool).unwrap_or_default()),
        FieldType::Texts => Val::List(texts_at(part, &field.at)),
        FieldType::Tags => {
            Val::List(found.and_then(Json::as_array).map(|items| tags(items)).unwrap_or_default())
        }
    };
    if field.maybe { Val::Option(Some(Box::new(value))) } else { value }
}

fn text_at(body: &Json, at: &str) -> String {
    body.pointer(at).map(text_of).unwrap_or_default()
}

/// Numbers and flags are text where the contract says text: products disagree about ids.
fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    }
}

/// `*` in a pointer stands for each item of a list.
fn texts_at(part: &Json, at: &str) -> Vec<Val> {
    let (list, rest) = at.split_once("/*").unwrap_or((at, ""));
    let items = part.pointer(list).and_then(Json::as_array);
    let texts = items.into_iter().flatten().filter_map(|item| item.pointer(rest));
    texts.map(|text| Val::String(text_of(text))).collect()
}

fn tags(items: &[Json]) -> Vec<Val> {
    let part = |tag: &Json, names: [&str; 4]| {
        let found = names.iter().find_map(|name| tag.get(name)).map(text_of);
        Val::String(found.unwrap_or_default())
    };
    let tag = |tag: &Json| {
        Val::Record(vec![
            ("key".to_owned(), part(tag, ["TagKey", "Key", "tag_key", "key"])),
            ("value".to_owned(), part(tag, ["TagValue", "Value", "tag_value", "value"])),
        ])
    };
    items.iter().map(tag).collect()
}
