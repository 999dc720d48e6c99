//! Parameters, read as they will be sent.

use host_model::{Call, Value};
use serde_json::Value as Json;

/// The parameters of a call, whichever way they were given.
///
/// The catalog takes text as text or as a JSON string, and lists and flags as JSON or as text
/// that holds JSON. They are sent alike, so they must be judged alike.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a>(pub(crate) &'a Call);

impl<'a> Given<'a> {
    /// The value of a parameter, as it was given.
    pub(crate) fn value(self, name: &str) -> Option<&'a Value> {
        self.0.parameters.iter().find_map(|(key, value)| (key == name).then_some(value))
    }

    /// Whether the parameter is there at all.
    pub(crate) fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    /// The text of a parameter that takes text.
    pub(crate) fn text(self, name: &str) -> Option<&'a str> {
        text_of(self.value(name)?)
    }

    /// The settings that a parameter holds.
    pub(crate) fn settings(self, name: &str) -> Option<&'a [(String, Value)]> {
        match self.value(name)? {
            Value::Settings(settings) => Some(settings),
            Value::Text(_) | Value::Json(_) | Value::Secret(_) => None,
        }
    }

    /// The value of a parameter that takes a list or a flag; text that is no JSON stays text.
    pub(crate) fn json(self, name: &str) -> Option<Json> {
        match self.value(name)? {
            Value::Json(json) => Some(json.clone()),
            Value::Text(text) => {
                Some(serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.clone())))
            }
            Value::Secret(_) | Value::Settings(_) => None,
        }
    }
}

/// A value that is text, whichever way it was given.
pub(crate) fn text_of(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) | Value::Json(Json::String(text)) => Some(text),
        Value::Json(_) | Value::Secret(_) | Value::Settings(_) => None,
    }
}
