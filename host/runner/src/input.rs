//! A workflow's input: from files, flags and defaults, checked before anything runs.

use host_model::{Blame, Problem, quote_within};
use serde_json::{Map, Value as Json};

/// Characters of a wrong value that a message shows.
const VALUE_SHOWN: usize = 80;

/// Characters of what the schema has against it.
const REASON_SHOWN: usize = 300;

/// Where a part of the input comes from; later ones win.
#[derive(Debug, Clone)]
pub enum InputSource {
    /// A whole object: a parameter file, or the defaults of an offline scenario.
    Object(Map<String, Json>),
    /// One value: `name=value`, or `name.inner=value`. JSON unless the schema asks for text.
    Pair(String, String),
}

/// Why an input cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// The manifest's schema is no JSON Schema.
    #[error("the workflow's own schema of its parameters cannot be used: {reason}")]
    SchemaUnusable {
        /// Why.
        reason: String,
    },
    /// A path that leads through something that is no object.
    #[error("parameter `{name}` lies inside of something that is no object")]
    PathBroken {
        /// The path.
        name: String,
    },
    /// Values that the schema refuses.
    #[error("{}", faults.join("\n       "))]
    Refused {
        /// One line for each: name and reason.
        faults: Vec<String>,
        /// The names that the schema has.
        known: Vec<String>,
    },
}

impl Problem for InputError {
    fn code(&self) -> &'static str {
        match self {
            Self::SchemaUnusable { .. } => "input.schema-unusable",
            Self::PathBroken { .. } => "input.path-broken",
            Self::Refused { .. } => "input.parameter-refused",
        }
    }

    fn blame(&self) -> Blame {
        match self {
            Self::SchemaUnusable { .. } => Blame::Workflow,
            Self::PathBroken { .. } | Self::Refused { .. } => Blame::User,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Refused { known, .. } => {
                let known = known.join(", ");
                Some(format!("the workflow's parameters are {known}; `host inspect` explains them"))
            }
            _ => None,
        }
    }
}

/// Puts an input together, fills in the schema's defaults, and checks it.
pub fn build_input(schema: &Json, sources: &[InputSource]) -> Result<Json, InputError> {
    let mut input = Json::Object(Map::new());
    for source in sources {
        match source {
            InputSource::Object(object) => {
                for (name, value) in object {
                    place(&mut input, &[name], value.clone())?;
                }
            }
            InputSource::Pair(path, value) => {
                let names: Vec<&str> = path.split('.').collect();
                let value = read(schema, &names, value);
                place(&mut input, &names, value)?;
            }
        }
    }
    fill_defaults(schema, &mut input);
    check(schema, &input)?;
    Ok(input)
}

/// Text where the schema asks for text; JSON where it is JSON; text otherwise.
fn read(schema: &Json, names: &[&str], value: &str) -> Json {
    let property =
        names.iter().try_fold(schema, |schema, name| schema.get("properties")?.get(name));
    let asks_for_text =
        property.and_then(|p| p.get("type")).and_then(Json::as_str) == Some("string");
    if asks_for_text {
        return Json::String(value.to_owned());
    }
    serde_json::from_str(value).unwrap_or_else(|_| Json::String(value.to_owned()))
}

fn place(input: &mut Json, names: &[&str], value: Json) -> Result<(), InputError> {
    let mut place = input;
    for name in names {
        let broken =
            || InputError::PathBroken { name: quote_within(&names.join("."), VALUE_SHOWN) };
        let object = place.as_object_mut().ok_or_else(broken)?;
        place = object.entry((*name).to_owned()).or_insert_with(|| Json::Object(Map::new()));
    }
    *place = value;
    Ok(())
}

fn fill_defaults(schema: &Json, input: &mut Json) {
    let (Some(properties), Some(object)) =
        (schema.get("properties").and_then(Json::as_object), input.as_object_mut())
    else {
        return;
    };
    for (name, property) in properties {
        match (object.get_mut(name), property.get("default")) {
            (Some(value), _) => fill_defaults(property, value),
            (None, Some(default)) => {
                let mut value = default.clone();
                fill_defaults(property, &mut value);
                object.insert(name.clone(), value);
            }
            (None, None) => {}
        }
    }
}

fn check(schema: &Json, input: &Json) -> Result<(), InputError> {
    let validator = jsonschema::validator_for(schema).map_err(|error| {
        InputError::SchemaUnusable { reason: quote_within(&error.to_string(), 300) }
    })?;
    let faults: Vec<String> =
        validator.iter_errors(input).map(|error| fault(schema, &error)).collect();
    if faults.is_empty() {
        return Ok(());
    }
    let properties = schema.get("properties").and_then(Json::as_object);
    let known = properties.map(|p| p.keys().map(|name| quote_within(name, VALUE_SHOWN)).collect());
    let known = known.unwrap_or_default();
    Err(InputError::Refused { faults, known })
}

fn fault(schema: &Json, error: &jsonschema::ValidationError<'_>) -> String {
    let path = error.instance_path().to_string();
    let name = quote_within(&path.trim_start_matches('/').replace('/', "."), VALUE_SHOWN);
    let mut reason = unchosen(schema, error).unwrap_or_else(|| error.to_string());
    // The value comes first: a long one, such as a list of ids, would push out what is wrong with it.
    if reason.chars().count() > REASON_SHOWN {
        let value: String = error.instance().to_string().chars().take(VALUE_SHOWN).collect();
        reason = error.masked_with(format!("{value}…")).to_string();
    }
    let reason = quote_within(&reason, REASON_SHOWN);
    if name.is_empty() { reason } else { format!("parameter `{name}`: {reason}") }
}

/// Where one of several forms has to be taken: which there are.
fn unchosen(schema: &Json, error: &jsonschema::ValidationError<'_>) -> Option<String> {
    let path = error.schema_path().to_string();
    let is_choice = path.ends_with("/oneOf") || path.ends_with("/anyOf");
    let forms = schema.pointer(&path).filter(|_| is_choice)?.as_array()?;
    let text = |form: &Json, name: &str| form.get(name)?.as_str().map(str::to_owned);
    let choices = forms.iter().flat_map(|form| {
        if let Some(values) = form.get("enum").and_then(Json::as_array) {
            return values.iter().map(Json::to_string).collect();
        }
        let title = text(form, "title").map(|title| format!("\"{title}\""));
        let kind = text(form, "type").map(|kind| format!("({kind})"));
        vec![title.into_iter().chain(kind).collect::<Vec<_>>().join(" ")]
    });
    let choices: Vec<String> = choices.filter(|it| !it.is_empty()).collect();
    (!choices.is_empty()).then(|| format!("{} is none of {}", error.instance(), choices.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Json {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["role-name"],
            "properties": {
                "role-name": { "type": "string", "maxLength": 8 },
                "ids": { "type": "array", "maxItems": 100 },
                "hours": { "type": "integer", "default": 1 },
                "trust": {
                    "type": "object",
                    "default": {},
                    "properties": { "kind": { "type": "string", "default": "account" } }
                }
            }
        })
    }

    #[test]
    fn what_can_be_chosen_is_named() {
        let access = json!({ "oneOf": [
            { "enum": ["full", "read-only"] },
            { "title": "Custom policy", "type": "object" },
        ] });
        let schema = json!({ "type": "object", "properties": { "access": access } });
        let error = build_input(&schema, &[pair("access", "readonly")]).unwrap_err().to_string();
        let choices = r#""readonly" is none of "full", "read-only", "Custom policy" (object)"#;
        assert!(error.contains("parameter `access`: ") && error.contains(choices), "{error}");
    }

    fn pair(name: &str, value: &str) -> InputSource {
        InputSource::Pair(name.to_owned(), value.to_owned())
    }

    #[test]
    fn values_are_read_as_the_schema_asks_and_defaults_are_filled_in() {
        let input =
            build_input(&schema(), &[pair("role-name", "123"), pair("hours", "2")]).unwrap();
        assert_eq!(input, json!({"role-name": "123", "hours": 2, "trust": {"kind": "account"}}));
        let input =
            build_input(&schema(), &[pair("role-name", "a"), pair("trust.kind", "users")]).unwrap();
        assert_eq!(input.pointer("/trust/kind"), Some(&json!("users")));
    }

    #[test]
    fn what_is_wrong_is_named_with_its_reason() {
        let many = json!(vec!["i-fakelonglong"; 101]).to_string();
        let cases = [
            (vec![pair("role-name", "a"), pair("ids", &many)], "… has more than 100 items"),
            (vec![], "\"role-name\" is a required property"),
            (vec![pair("role-name", "far-too-long")], "parameter `role-name`"),
            (vec![pair("role-name", "a"), pair("hours", "soon")], "parameter `hours`"),
            (vec![pair("role-name", "a"), pair("rolename", "a")], "rolename"),
        ];
        for (sources, expected) in cases {
            let refused = build_input(&schema(), &sources).unwrap_err();
            assert!(refused.to_string().contains(expected), "{refused}");
        }
    }
}
