//! Pieces of replies.

use host_model::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::account::Tags;
use crate::instant::iso8601;

/// An object under construction, field by field in the API's spelling.
#[derive(Default)]
pub(crate) struct Body(Map<String, Json>);

impl Body {
    pub(crate) fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// Leaves the field out if it is not set: replies have no nulls.
    pub(crate) fn maybe(self, name: &str, value: Option<&String>) -> Self {
        match value {
            Some(value) => self.with(name, value.as_str()),
            None => self,
        }
    }

    pub(crate) fn date(self, name: &str, at: Timestamp) -> Self {
        self.with(name, iso8601(at))
    }

    pub(crate) fn tags(self, tags: &Tags) -> Self {
        if tags.is_empty() {
            return self;
        }
        let list: Vec<Json> =
            tags.iter().map(|(key, value)| json!({ "TagKey": key, "TagValue": value })).collect();
        self.with("Tags", json!({ "Tag": list }))
    }
}

impl From<Body> for Json {
    fn from(body: Body) -> Self {
        Self::Object(body.0)
    }
}

/// A reply that says nothing but yes.
pub(crate) fn nothing() -> Json {
    Json::Object(Map::new())
}

/// Whether an object with `tags` passes a filter: all pairs must match, an empty value any.
pub(crate) fn has_tags(tags: &Tags, filter: &[(String, String)]) -> bool {
    filter
        .iter()
        .all(|(key, value)| tags.get(key).is_some_and(|found| value.is_empty() || found == value))
}
