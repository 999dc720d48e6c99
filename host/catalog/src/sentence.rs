//! The words that a person approves.

use host_model::{Call, Value, quote_within};

use crate::Action;

/// How many characters of one value a sentence shows; the full value stands among the parameters.
const VALUE_SHOWN: usize = 160;

impl Action {
    /// The catalog's words for this call, with its literal values, made harmless.
    pub fn sentence_of(&self, call: &Call) -> String {
        let mut sentence = String::new();
        let mut rest = self.sentence.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            sentence.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            sentence.push_str(&shown(call, name));
            rest = after;
        }
        sentence.push_str(rest);
        sentence
    }
}

fn shown(call: &Call, name: &str) -> String {
    if name == "RegionId"
        && let Some(region) = &call.region
    {
        return quote_within(region, VALUE_SHOWN);
    }
    let value = call.parameters.iter().find(|(key, _)| key == name).map(|(_, value)| value);
    match value {
        Some(Value::Text(text)) => quote_within(text, VALUE_SHOWN),
        Some(Value::Json(json)) => quote_within(&json.to_string(), VALUE_SHOWN),
        Some(Value::Secret(secret)) => quote_within(&secret.to_string(), VALUE_SHOWN),
        Some(Value::Settings(settings)) => {
            let names: Vec<&str> = settings.iter().map(|(name, _)| name.as_str()).collect();
            quote_within(&names.join(", "), VALUE_SHOWN)
        }
        None if name == "UserName" => "(the caller's)".to_owned(),
        None => "(not given)".to_owned(),
    }
}
