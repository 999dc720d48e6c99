//! Settings as the JSON text in which they travel.

use host_catalog::SettingNames;
use host_model::{SecretRef, SecretText, Value};
use serde_json::Value as Json;
use zeroize::Zeroizing;

use crate::encode::Content;
use crate::{WireError, tree};

/// The text; a secret one if any value is a secret.
pub(crate) fn text(
    names: SettingNames,
    pairs: &[(String, Value)],
    secret: &dyn Fn(&SecretRef) -> Result<SecretText, WireError>,
    unreadable: &dyn Fn() -> WireError,
) -> Result<Content, WireError> {
    let mut document = Json::Object(serde_json::Map::new());
    let mut is_secret = false;
    for (name, value) in pairs {
        let value = match value {
            Value::Text(text) => Json::String(text.clone()),
            Value::Json(json) => json.clone(),
            Value::Secret(name) => {
                is_secret = true;
                Json::String(secret(name)?.expose().to_owned())
            }
            Value::Settings(_) => return Err(unreadable()),
        };
        let pointer = match names {
            SettingNames::Pointers => name.clone(),
            SettingNames::Plain => format!("/{name}"),
        };
        tree::put(&mut document, &pointer, value).ok_or_else(unreadable)?;
    }
    let text = Zeroizing::new(document.to_string());
    tree::wipe(document);
    Ok(if is_secret {
        Content::Secret(SecretText::new(text.as_str()))
    } else {
        Content::Open(Json::String(text.as_str().to_owned()))
    })
}
