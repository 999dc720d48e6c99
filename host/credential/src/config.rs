//! `config.json` of the command line.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use host_model::{SecretText, quote_within};
use serde::de::{Deserialize, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_path_to_error::{Path as Place, Segment};
use zeroize::Zeroizing;

use crate::CredentialError;
use crate::fields::{Fields, known};

/// Bytes of a file of profiles; a hundred profiles are a tenth of it.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// Characters of a name that a message shows.
pub(crate) const NAME_SHOWN_MAX: usize = 64;

/// The profiles of a `config.json`.
#[derive(Debug, Clone)]
pub struct Profiles {
    path: PathBuf,
    current: Option<String>,
    by_name: BTreeMap<String, Fields>,
}

impl Profiles {
    /// Reads the file; `None` if there is none.
    ///
    /// Errors say path, line, column and the names of known fields, never what stands there.
    pub fn read(path: &Path) -> Result<Option<Self>, CredentialError> {
        match read_file(path)? {
            Some(bytes) => parse(path, &bytes).map(Some),
            None => Ok(None),
        }
    }

    /// The name of the profile that the file marks as the current one.
    pub fn current(&self) -> Option<&str> {
        self.current.as_deref().filter(|name| !name.is_empty())
    }

    /// All names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Fields> {
        self.by_name.get(name)
    }
}

/// A file of profiles, wiped when it was read; `None` if there is none.
pub(crate) fn read_file(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, CredentialError> {
    let unreadable = |source| CredentialError::FileUnreadable { path: path.to_owned(), source };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(error)),
    };
    let length = file.metadata().map_err(unreadable)?.len();
    if length > FILE_BYTES_MAX {
        return Err(CredentialError::FileOversized {
            path: path.to_owned(),
            limit: FILE_BYTES_MAX,
        });
    }
    // Room for all of it at once: growing would leave copies behind that nobody wipes.
    let room = usize::try_from(length.saturating_add(1)).unwrap_or_default();
    let mut bytes = Zeroizing::new(Vec::with_capacity(room));
    file.take(FILE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(bytes))
}

/// A profile's name as it stands in messages.
pub(crate) fn origin(name: &str) -> String {
    format!("profile `{}`", quote_within(name, NAME_SHOWN_MAX))
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Profiles, CredentialError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let document: Document = serde_path_to_error::deserialize(&mut json)
        .map_err(|error| invalid(path, shown(error.path()), error.inner()))?;
    json.end().map_err(|error| invalid(path, "?".to_owned(), &error))?;
    let mut by_name = BTreeMap::new();
    for Texts(texts) in document.profiles {
        let name = texts.get("name").map(|name| name.expose().to_owned()).unwrap_or_default();
        let profile = quote_within(&name, NAME_SHOWN_MAX);
        if by_name.insert(name.clone(), Fields::new(origin(&name), texts)).is_some() {
            return Err(CredentialError::ProfileRepeated { path: path.to_owned(), profile });
        }
    }
    Ok(Profiles { path: path.to_owned(), current: document.current, by_name })
}

// The parser's own message quotes what it found, so only the position is taken from it.
fn invalid(path: &Path, field: String, error: &serde_json::Error) -> CredentialError {
    let (line, column) = (error.line(), error.column());
    CredentialError::FileInvalid { path: path.to_owned(), line, column, field }
}

/// The way to a value, with no name that is not our own.
fn shown(place: &Place) -> String {
    let mut shown = String::new();
    for segment in place {
        match segment {
            Segment::Seq { index } => shown.push_str(&format!("[{index}]")),
            Segment::Map { key } => {
                let own = match key.as_str() {
                    "profiles" | "current" => Some(key.as_str()),
                    other => known(other),
                };
                let dot = if shown.is_empty() { "" } else { "." };
                shown.push_str(&format!("{dot}{}", own.unwrap_or("?")));
            }
            // Lost in a syntax error.
            _ => {}
        }
    }
    if shown.is_empty() { "?".to_owned() } else { shown }
}

#[derive(serde::Deserialize)]
struct Document {
    #[serde(default)]
    current: Option<String>,
    #[serde(default)]
    profiles: Vec<Texts>,
}

/// The known fields of one profile; every text goes straight to where it is wiped.
struct Texts(BTreeMap<&'static str, SecretText>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(TextsVisitor)
    }
}

struct TextsVisitor;

impl<'de> Visitor<'de> for TextsVisitor {
    type Value = Texts;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a profile")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Texts, A::Error> {
        let mut texts = BTreeMap::new();
        while let Some(key) = map.next_key::<Key>()? {
            let Some(field) = key.0 else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            if let Some(text) = map.next_value::<Scalar>()?.0
                && texts.insert(field, text).is_some()
            {
                return Err(Error::custom("repeated"));
            }
        }
        Ok(Texts(texts))
    }
}

/// A field's name, if it is known. Others are not even copied.
struct Key(Option<&'static str>);

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl Visitor<'_> for KeyVisitor {
            type Value = Key;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a name")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<Key, E> {
                Ok(Key(known(name)))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

/// A text, a number or a switch; `None` for null.
struct Scalar(Option<SecretText>);

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text or a number")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar(Some(SecretText::new(text))))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Scalar, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Scalar, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_bool<E: Error>(self, switch: bool) -> Result<Scalar, E> {
        self.visit_str(if switch { "true" } else { "false" })
    }

    fn visit_unit<E: Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(None))
    }
}
