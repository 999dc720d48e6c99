//! What one read has to show after one write.

use host_catalog::{Catalog, Item, ParameterType, Shows, pick};
use host_model::{AccountId, Call, Timestamp, Value};
use serde_json::Value as Json;

use super::{Called, is_same_name};
use crate::equal::is_same;

/// What one read has to show after one write.
#[derive(Debug, Clone)]
pub(super) struct Expected {
    read: Read,
    form: Form,
    /// The write.
    call: Call,
    /// When it was made.
    pub(super) at: Timestamp,
}

/// Which reads are about it.
#[derive(Debug, Clone)]
struct Read {
    product: String,
    action: String,
    account: AccountId,
    region: Option<String>,
    /// What they are asked for.
    with: Vec<(String, Value)>,
    /// What they may be asked for besides.
    beside: Vec<String>,
}

#[derive(Debug, Clone)]
enum Form {
    Found(bool),
    Item { at: String, is: Vec<(String, String)>, listed: bool },
    Same { at: String, is: Option<ParameterType>, value: Value },
}

/// Adds what is expected after a write, in place of what is no longer.
pub(super) fn after(expected: &mut Vec<Expected>, called: Called<'_>) {
    let mut fresh = Vec::new();
    for shows in called.action.shows.iter().filter(|shows| shows.is_of(called.call)) {
        let Some(read) = read(shows, called) else { continue };
        let forms = forms(shows, called);
        expected.retain(|old| !(old.read.is_same(&read) && old.form.gives_way_to(&forms)));
        // Nobody knows what a write did whose reply was lost.
        if called.answer.is_ok() {
            let of = |form| Expected {
                read: read.clone(),
                form,
                call: called.call.clone(),
                at: called.at,
            };
            fresh.extend(forms.into_iter().map(of));
        }
    }
    expected.extend(fresh);
}

/// A value of a template.
fn value(source: &str, called: Called<'_>) -> Option<Value> {
    let reply = called.answer.unwrap_or(&Json::Null);
    Shows::value(source, called.call, reply, called.account)
}

fn read(shows: &Shows, called: Called<'_>) -> Option<Read> {
    let with = shows.with.iter();
    let with = with.map(|(name, source)| Some((name.clone(), value(source, called)?)));
    let (product, action) = shows.read();
    Some(Read {
        product: product.to_owned(),
        action: action.to_owned(),
        account: called.account.clone(),
        region: called.call.region.clone(),
        with: with.collect::<Option<_>>()?,
        beside: shows.beside.clone(),
    })
}

fn forms(shows: &Shows, called: Called<'_>) -> Vec<Form> {
    let found = shows.found.map(Form::Found);
    let items = shows.item.iter().flat_map(|item| items(item, called));
    let same = shows.same.iter().filter_map(|(at, source)| {
        let parameter = called.action.parameter(source);
        let is = parameter.and_then(|parameter| called.product.type_of(parameter).cloned());
        Some(Form::Same { at: at.clone(), is, value: value(source, called)? })
    });
    found.into_iter().chain(items).chain(same).collect()
}

/// The items that a call is about: one for each name of a list.
fn items(item: &Item, called: Called<'_>) -> Vec<Form> {
    let mut all = vec![Vec::new()];
    for (field, source) in &item.is {
        let texts = value(source, called).map(|value| texts(&value)).unwrap_or_default();
        all = all
            .iter()
            .flat_map(|is: &Vec<(String, String)>| {
                let with =
                    |text: &String| [is.clone(), vec![(field.clone(), text.clone())]].concat();
                texts.iter().map(with)
            })
            .collect();
    }
    let form = |is| Form::Item { at: item.at.clone(), is, listed: item.listed };
    all.into_iter().map(form).collect()
}

/// A value as texts: names, alone or in a list.
fn texts(value: &Value) -> Vec<String> {
    let plain = |json: &Json| json.as_str().map_or_else(|| json.to_string(), str::to_owned);
    match value {
        Value::Text(text) => vec![text.clone()],
        Value::Json(Json::Array(list)) => list.iter().map(plain).collect(),
        Value::Json(json) => vec![plain(json)],
        Value::Secret(_) | Value::Settings(_) => Vec::new(),
    }
}

/// Whether an item that is known by those fields has that text in this one.
fn has_field(is: &[(String, String)], name: &str, text: &str) -> bool {
    is.iter().any(|(field, other)| field == name && is_same_name(other, text))
}

/// Whether everything that one value names the other names as well.
fn is_among(one: &Value, other: &Value) -> bool {
    let (one, other) = (texts(one), texts(other));
    let is_named = |name: &String| other.iter().any(|it| is_same_name(it, name));
    !one.is_empty() && one.iter().all(is_named)
}

impl Read {
    fn is_same(&self, other: &Self) -> bool {
        self.product == other.product
            && self.action == other.action
            && self.account == other.account
            && self.region == other.region
            && self.with.len() == other.with.len()
            && self.with.iter().all(|(name, value)| {
                other.with.iter().any(|(key, other)| key == name && is_among(value, other))
            })
    }
}

impl Form {
    /// Whether a later write, which is expected to show so, says otherwise or anew what this says.
    fn gives_way_to(&self, later: &[Self]) -> bool {
        let is_about_another = |later: &Self| match (self, later) {
            (Self::Item { at, is, .. }, Self::Item { at: other, is: others, .. }) => {
                at != other || !is.iter().all(|it| has_field(others, &it.0, &it.1))
            }
            (Self::Same { at, .. }, Self::Same { at: other, .. }) => at != other,
            _ => false,
        };
        !later.iter().all(is_about_another) || later.is_empty()
    }
}

impl Expected {
    /// The read that shows it, and the account, if it is about one thing only.
    pub(super) fn look(&self) -> Option<(Call, AccountId)> {
        let Read { product, action, account, region, with, .. } = &self.read;
        let call = Call {
            identity: self.call.identity.clone(),
            product: product.clone(),
            version: Catalog::builtin().product(product)?.version.clone(),
            action: action.clone(),
            region: region.clone(),
            parameters: with.clone(),
        };
        // Another product knows the same thing by another name, which is good for comparing only.
        let is_asked_for = !with.is_empty() && *product == self.call.product;
        is_asked_for.then(|| (call, account.clone()))
    }

    /// Whether a reply to that call has to show it.
    pub(super) fn is_of(&self, call: &Call, account: &AccountId) -> bool {
        let read = &self.read;
        let is_asked = |(name, value): &(String, Value)| {
            let given = call.parameters.iter().find(|(key, _)| key == name);
            given.is_some_and(|(_, given)| is_among(given, value))
        };
        let is_harmless = |(name, value): &(String, Value)| {
            read.with.iter().any(|(key, _)| key == name)
                || read.beside.contains(name)
                || matches!(value, Value::Text(text) if Some(text) == call.region.as_ref())
                || self.has_field(name, value)
        };
        call.product == read.product
            && call.action == read.action
            && *account == read.account
            && call.region == read.region
            && read.with.iter().all(is_asked)
            && call.parameters.iter().all(is_harmless)
    }

    /// Whether a read that asks for items with that field asks for this one.
    fn has_field(&self, name: &str, value: &Value) -> bool {
        let Form::Item { is, .. } = &self.form else { return false };
        matches!(value, Value::Text(text) if has_field(is, name, text))
    }

    /// Whether the read is to find anything: what was changed, or given something, is there.
    pub(super) const fn found(&self) -> Option<bool> {
        match self.form {
            Form::Found(found) => Some(found),
            Form::Item { listed: true, .. } | Form::Same { .. } => Some(true),
            Form::Item { listed: false, .. } => None,
        }
    }

    /// Whether a reply shows it.
    pub(super) fn is_shown(&self, body: &Json) -> bool {
        match &self.form {
            Form::Found(found) => *found,
            Form::Item { at, is, listed } => {
                let has = |item: &Json, (field, text): &(String, String)| {
                    let shown = item.get(field).and_then(Json::as_str);
                    shown.is_some_and(|shown| is_same_name(shown, text))
                };
                let list = body.pointer(at).and_then(Json::as_array);
                let is_listed = list
                    .is_some_and(|list| list.iter().any(|item| is.iter().all(|it| has(item, it))));
                is_listed == *listed
            }
            Form::Same { at, is, value } => is_same(is.as_ref(), value, pick(body, at, &self.call)),
        }
    }
}
