//! Where in an add-on's settings the credentials stand.

use serde_json::{Map, Value as Json};

/// The setting that is looked for; the other two stand beside it.
const KEY: &str = "accessKey";
/// Schemas that refer to themselves end here.
const DEPTH: usize = 16;
/// What a schema may consist of.
const PARTS: [&str; 3] = ["allOf", "anyOf", "oneOf"];

/// How the place is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// The present settings name it.
    Settings,
    /// The schema names it.
    Schema,
    /// Nothing does: it is the documented one.
    Assumed,
}

/// Where the credentials stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    /// JSON Pointer of the object that holds them; empty for the document itself.
    pub(crate) parent: String,
    pub(crate) source: Source,
}

impl Place {
    /// At the top, as the documents have it.
    pub(crate) const fn assumed() -> Self {
        Self { parent: String::new(), source: Source::Assumed }
    }

    /// JSON Pointer of one of the credentials.
    pub(crate) fn of(&self, name: &str) -> String {
        format!("{}/{name}", self.parent)
    }
}

/// By the present settings, if they name exactly one place.
pub(crate) fn in_settings(settings: &Json) -> Option<Place> {
    let mut found = Vec::new();
    walk_settings(settings, "", &mut found);
    let parent = found.pop()?;
    found.is_empty().then_some(Place { parent, source: Source::Settings })
}

fn walk_settings(tree: &Json, at: &str, found: &mut Vec<String>) {
    let Some(fields) = tree.as_object() else { return };
    if fields.contains_key(KEY) {
        found.push(at.to_owned());
    }
    for (name, field) in fields {
        walk_settings(field, &format!("{at}/{}", escaped(name)), found);
    }
}

/// By the schema of the settings: of several places the one that is least deep.
pub(crate) fn in_schema(text: &str) -> Option<Place> {
    let schema: Json = serde_json::from_str(text).ok()?;
    let mut found = Vec::new();
    walk_schema(&schema, &schema, "", DEPTH, &mut found);
    let parent = found.into_iter().min_by_key(|at| at.matches('/').count())?;
    Some(Place { parent, source: Source::Schema })
}

fn walk_schema(root: &Json, schema: &Json, at: &str, depth: usize, found: &mut Vec<String>) {
    let (Some(fields), Some(depth)) = (schema.as_object(), depth.checked_sub(1)) else { return };
    for (name, property) in properties(fields) {
        if name == KEY {
            found.push(at.to_owned());
        } else {
            walk_schema(root, property, &format!("{at}/{}", escaped(name)), depth, found);
        }
    }
    let parts = PARTS.iter().filter_map(|part| fields.get(*part)?.as_array()).flatten();
    let referred = fields.get("$ref").and_then(Json::as_str);
    let referred = referred.and_then(|to| root.pointer(to.strip_prefix('#')?));
    for part in parts.chain(referred) {
        walk_schema(root, part, at, depth, found);
    }
}

fn properties(schema: &Map<String, Json>) -> impl Iterator<Item = (&String, &Json)> {
    schema.get("properties").and_then(Json::as_object).into_iter().flatten()
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_schema_says_where_the_key_stands() {
        let text = r#"{"type": "string"}"#;
        let cases = [
            (format!(r#"{{"properties": {{"accessKey": {text}, "uid": {text}}}}}"#), Some("")),
            (
                format!(
                    r#"{{"properties": {{"arms": {{"properties": {{"accessKey": {text}}}}}}}}}"#
                ),
                Some("/arms"),
            ),
            (
                format!(
                    r#"{{"allOf": [{{"properties": {{"a/b": {{"properties": {{"accessKey": {text}}}}}}}}}]}}"#
                ),
                Some("/a~1b"),
            ),
            (
                format!(
                    r##"{{"properties": {{"arms": {{"$ref": "#/definitions/keys"}}}},
                        "definitions": {{"keys": {{"properties": {{"accessKey": {text}}}}}}}}}"##
                ),
                Some("/arms"),
            ),
            (
                format!(
                    r#"{{"properties": {{"a": {{"properties": {{"b": {{"properties": {{"accessKey": {text}}}}}}}}},
                        "z": {{"properties": {{"accessKey": {text}}}}}}}}}"#
                ),
                Some("/z"),
            ),
            (r##"{"$ref": "#"}"##.to_owned(), None),
            (r#"{"properties": {"replicas": {"type": "integer"}}}"#.to_owned(), None),
            (String::new(), None),
        ];
        for (schema, expected) in cases {
            let found = in_schema(&schema).map(|place| place.parent);
            assert_eq!(found.as_deref(), expected, "{schema}");
        }
    }

    #[test]
    fn present_settings_count_only_if_they_are_clear() {
        let cases = [
            (r#"{"accessKey": "", "uid": ""}"#, Some("")),
            (r#"{"arms": {"accessKey": ""}}"#, Some("/arms")),
            (r#"{"arms": {"accessKey": ""}, "accessKey": "LTAI"}"#, None),
            (r#"{"replicas": 1}"#, None),
        ];
        for (settings, expected) in cases {
            let settings: Json = serde_json::from_str(settings).unwrap();
            assert_eq!(in_settings(&settings).map(|it| it.parent).as_deref(), expected);
        }
        assert_eq!(Place::assumed().of("uid"), "/uid");
    }
}
