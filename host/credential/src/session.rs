//! Keys that end, and the JSON in which everybody hands them out.

use std::fmt;

use host_model::{SecretText, Timestamp};
use host_sign::AccessKey;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::CredentialError;

/// A key, and when it ends if it does.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub(crate) key: AccessKey,
    pub(crate) ends: Option<Timestamp>,
}

/// Keys as STS, the metadata service and credential URIs write them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Keys {
    #[serde(default)]
    code: Option<String>,
    #[serde(default)]
    access_key_id: Option<String>,
    #[serde(default)]
    access_key_secret: Option<Text>,
    #[serde(default)]
    security_token: Option<Text>,
    #[serde(default)]
    expiration: Option<String>,
}

/// Keys as a user's program prints them.
#[derive(Deserialize)]
struct Printed {
    #[serde(default)]
    mode: Option<String>,
    #[serde(default)]
    access_key_id: Option<String>,
    #[serde(default)]
    access_key_secret: Option<Text>,
    #[serde(default)]
    sts_token: Option<Text>,
    #[serde(default)]
    expiration: Option<String>,
}

/// A text that goes straight to where it is wiped.
pub(crate) struct Text(SecretText);

impl Keys {
    /// The session, if all of it is there. `origin` is for messages.
    pub(crate) fn session(self, origin: &str) -> Result<Session, CredentialError> {
        let strange = |reason| invalid(origin, reason);
        if self.code.as_deref().is_some_and(|code| code != "Success") {
            return Err(strange("its `Code` is not `Success`"));
        }
        let (Some(id), Some(Text(secret)), Some(Text(token))) =
            (filled(self.access_key_id), self.access_key_secret, self.security_token)
        else {
            return Err(strange("a part of the key is missing"));
        };
        let ends = self.expiration.as_deref().and_then(timestamp);
        let ends = ends.ok_or_else(|| strange("its `Expiration` is missing or no time"))?;
        Ok(Session { key: AccessKey::temporary(id, secret, token), ends: Some(ends) })
    }
}

/// Keys from a reply's body. What stands there is never quoted.
pub(crate) fn from_reply(bytes: &[u8], origin: &str) -> Result<Session, CredentialError> {
    let keys: Keys = serde_json::from_slice(bytes).map_err(|_| invalid(origin, "it is no JSON"))?;
    keys.session(origin)
}

/// Keys from a program's output. What stands there is never quoted.
pub(crate) fn from_process(bytes: &[u8], origin: &str) -> Result<Session, CredentialError> {
    let failed = |reason: &str| CredentialError::ProcessFailed {
        origin: origin.to_owned(),
        reason: reason.to_owned(),
    };
    let printed: Printed =
        serde_json::from_slice(bytes).map_err(|_| failed("what it printed is no JSON"))?;
    let (Some(id), Some(Text(secret))) = (filled(printed.access_key_id), printed.access_key_secret)
    else {
        return Err(failed("a part of the key is missing"));
    };
    let ends = match filled(printed.expiration) {
        Some(text) => Some(timestamp(&text).ok_or_else(|| failed("`expiration` is no time"))?),
        None => None,
    };
    let key =
        match (printed.mode.unwrap_or_default().to_ascii_lowercase().as_str(), printed.sts_token) {
            ("ak", _) => AccessKey::permanent(id, secret),
            ("ststoken", Some(Text(token))) => AccessKey::temporary(id, secret, token),
            ("ststoken", None) => return Err(failed("`sts_token` is missing")),
            _ => return Err(failed("`mode` is neither `AK` nor `StsToken`")),
        };
    Ok(Session { key, ends })
}

/// ISO 8601 in UTC, as the cloud writes it.
fn timestamp(text: &str) -> Option<Timestamp> {
    let parsed: jiff::Timestamp = text.trim().parse().ok()?;
    Some(Timestamp::from_millis(parsed.as_millisecond()))
}

fn filled(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}

fn invalid(origin: &str, reason: &str) -> CredentialError {
    CredentialError::ReplyInvalid { origin: origin.to_owned(), reason: reason.to_owned() }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl Visitor<'_> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                if text.is_empty() {
                    return Err(E::custom("empty"));
                }
                Ok(Text(SecretText::new(text)))
            }
        }
        deserializer.deserialize_str(TextVisitor)
    }
}
