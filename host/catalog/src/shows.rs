//! How later reads show that an action took effect.
//!
//! The cloud may answer a read from a place that a write has not reached yet (fault row 27). What a read must
//! show after a write is data, so that whoever reads can tell an old answer from a new one.

use std::collections::BTreeMap;

use host_model::{AccountId, Call, Value};
use serde::Deserialize;
use serde_json::Value as Json;

use crate::Source;

/// The value of a template that stands for the id of the account.
const ACCOUNT: &str = "@account";

/// How a later read shows that an action took effect. Exactly one of `found`, `item` and `same` is given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shows {
    /// The read, as `product:Action`.
    pub read: String,
    /// Parameters of the read by which it is about the same thing, each with where the call has the value:
    /// see [`Shows::value`]. Whatever else a read is asked for has to be a field of the item, or be `beside`.
    #[serde(default)]
    pub with: BTreeMap<String, String>,
    /// Parameters of the read that leave nothing out of its reply.
    #[serde(default)]
    pub beside: Vec<String>,
    /// Whether the read finds the thing at all.
    #[serde(default)]
    pub found: Option<bool>,
    /// An item that a list has, or has no more.
    #[serde(default)]
    pub item: Option<Item>,
    /// Places in the reply, as [`crate::pick`] reads them, each with where the call has what stands there.
    #[serde(default)]
    pub same: BTreeMap<String, String>,
    /// The flag of the call without which the read shows nothing of it.
    #[serde(default)]
    pub when: Option<String>,
    /// The parameter of the call with which the read shows nothing of it.
    #[serde(default)]
    pub unless: Option<String>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// JSON Pointer of the list.
    pub at: String,
    /// Fields by which the item is known, each with where the call has the value. Where that is a list, there
    /// is an item for each.
    pub is: BTreeMap<String, String>,
    /// Whether it is in the list now, or no more.
    #[serde(default = "yes")]
    pub listed: bool,
}

const fn yes() -> bool {
    true
}

impl Shows {
    /// Product and action of the read.
    pub fn read(&self) -> (&str, &str) {
        self.read.split_once(':').unwrap_or_default()
    }

    /// Whether the read shows anything of this call.
    pub fn is_of(&self, call: &Call) -> bool {
        let given = |name: &str| call.parameters.iter().find(|(key, _)| key == name);
        let is_set = |name: &String| {
            given(name).is_some_and(|(_, value)| match value {
                Value::Text(text) => text == "true",
                Value::Json(json) => *json == Json::Bool(true),
                Value::Secret(_) | Value::Settings(_) => false,
            })
        };
        self.when.as_ref().is_none_or(is_set)
            && self.unless.as_ref().is_none_or(|name| given(name).is_none())
    }

    /// A value of `with`, `is` or `same`: a [`Source`] of the call and its reply, or `@account`, the id of the
    /// account. `None` if the call does not have it.
    pub fn value(source: &str, call: &Call, reply: &Json, account: &AccountId) -> Option<Value> {
        if source == ACCOUNT {
            return Some(Value::Text(account.to_string()));
        }
        Source::read(source).value(call, reply, &Json::Null)
    }
}
