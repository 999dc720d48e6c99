//! What an add-on's settings say, as far as the host shows them: the secret never, the id of the key
//! unless the cloud masks it, all other texts never.

use serde_json::Value as Json;

use crate::place::Place;

/// What the host puts in the place of a text that nobody may see.
const SEALED: &str = "[sealed]";
/// The same for a text that the cloud itself has masked.
const MASKED: &str = "[masked]";

/// A setting as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// It is not there, or empty.
    Nothing,
    /// It is there, and nobody may see it.
    Hidden,
    /// It says this.
    Text(String),
    /// It says this, as a number: which loses digits on its way into a chart.
    Number(String),
}

impl Shown {
    fn of(value: Option<&Json>) -> Self {
        match value {
            Some(Json::String(text)) if text == SEALED || text == MASKED => Self::Hidden,
            Some(Json::String(text)) if !text.is_empty() => Self::Text(text.clone()),
            Some(Json::Number(number)) => Self::Number(number.to_string()),
            _ => Self::Nothing,
        }
    }

    /// What it says, whichever way it is written.
    pub(crate) fn said(&self) -> Option<&str> {
        match self {
            Self::Text(text) | Self::Number(text) => Some(text),
            Self::Nothing | Self::Hidden => None,
        }
    }
}

/// The settings of an add-on.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Settings {
    /// Nothing was ever set.
    None,
    /// They cannot be read.
    Unreadable,
    Document(Json),
}

impl Settings {
    pub(crate) fn read(config: Option<&str>) -> Self {
        let Some(text) = config.filter(|text| !text.trim().is_empty()) else { return Self::None };
        match serde_json::from_str(text) {
            Ok(document @ Json::Object(_)) => Self::Document(document),
            _ => Self::Unreadable,
        }
    }

    pub(crate) const fn document(&self) -> Option<&Json> {
        match self {
            Self::Document(document) => Some(document),
            Self::None | Self::Unreadable => None,
        }
    }

    /// To whom the add-on reports, with the credentials at `place`.
    pub(crate) fn reporting(&self, place: &Place) -> Reporting {
        let at = |name: &str| {
            Shown::of(self.document().and_then(|document| document.pointer(&place.of(name))))
        };
        Reporting { key: at("accessKey"), secret: at("accessKeySecret"), uid: at("uid") }
    }

    /// Whether microservice governance (MSE) seems to use the add-on: a setting of that name is on.
    pub(crate) fn uses_mse(&self) -> bool {
        self.document().is_some_and(uses_mse)
    }
}

fn uses_mse(tree: &Json) -> bool {
    let Some(fields) = tree.as_object() else { return false };
    fields.iter().any(|(name, value)| {
        (name.to_ascii_lowercase().starts_with("mse") && is_on(value)) || uses_mse(value)
    })
}

fn is_on(value: &Json) -> bool {
    match value {
        Json::Bool(on) => *on,
        Json::String(text) => !["", "false", "off", "0"].contains(&text.as_str()),
        Json::Number(number) => number.as_f64() != Some(0.0),
        Json::Null | Json::Array(_) | Json::Object(_) => false,
    }
}

/// The credentials as they are shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reporting {
    pub(crate) key: Shown,
    pub(crate) secret: Shown,
    pub(crate) uid: Shown,
}

/// Settings whose visible value is another one than before, as JSON Pointers.
pub(crate) fn differences(before: &Json, after: &Json) -> Vec<String> {
    let mut found = Vec::new();
    walk(before, after, "", &mut found);
    found
}

fn walk(before: &Json, after: &Json, at: &str, found: &mut Vec<String>) {
    let (Json::Object(old), Json::Object(new)) = (before, after) else {
        if before != after {
            found.push(at.to_owned());
        }
        return;
    };
    for (name, value) in old {
        let at = format!("{at}/{name}");
        match new.get(name) {
            Some(now) => walk(value, now, &at, found),
            None => found.push(at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Settings {
        Settings::read(Some(text))
    }

    #[test]
    fn settings_are_read_as_far_as_they_are_shown() {
        let place = Place::assumed();
        let flat = read(r#"{"accessKey": "LTAI1", "accessKeySecret": "[sealed]", "uid": 12}"#);
        let reporting = flat.reporting(&place);
        assert_eq!(reporting.key, Shown::Text("LTAI1".to_owned()));
        assert_eq!(reporting.secret, Shown::Hidden);
        assert_eq!(reporting.uid, Shown::Number("12".to_owned()));
        let nested = read(r#"{"arms": {"accessKey": "[masked]", "uid": ""}}"#);
        let place = crate::place::in_settings(nested.document().unwrap()).unwrap();
        let reporting = nested.reporting(&place);
        assert_eq!((reporting.key, reporting.uid), (Shown::Hidden, Shown::Nothing));
        assert_eq!(Settings::read(None), Settings::None);
        assert_eq!(read(""), Settings::None);
        assert_eq!(read("[sealed]"), Settings::Unreadable);
    }

    #[test]
    fn governance_is_seen_by_its_switch() {
        let cases = [
            (r#"{"mseEnabled": true}"#, true),
            (r#"{"mseEnabled": false}"#, false),
            (r#"{"mse": {"enable": false}}"#, false),
            (r#"{"a": {"mseLicenseKey": "[sealed]"}}"#, true),
            (r#"{"mseLicenseKey": ""}"#, false),
            (r#"{"replicas": 1}"#, false),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).uses_mse(), expected, "{text}");
        }
    }

    #[test]
    fn what_an_upgrade_reset_is_named() {
        let json = |text: &str| serde_json::from_str::<Json>(text).unwrap();
        let before = json(r#"{"replicas": 3, "a": {"b": true, "c": "[sealed]"}, "gone": 1}"#);
        let after = json(r#"{"replicas": 1, "a": {"b": true, "c": "[sealed]"}, "new": 1}"#);
        assert_eq!(differences(&before, &after), ["/replicas", "/gone"]);
        assert!(differences(&before, &before).is_empty());
    }
}
