//! JSON without surprises: what two readers could take differently is refused.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use host_model::quote_within;

/// From here on a double no longer tells neighboring integers apart (2^53).
const EXACT_LIMIT: f64 = 9_007_199_254_740_992.0;

/// Longest member name that an error repeats.
const NAME_LIMIT: usize = 64;

/// Reads one JSON text. Members come out sorted, so that equal texts become equal bytes again.
///
/// Refused besides bad syntax: a member that stands twice (readers disagree on which one counts,
/// and `Effect` may be that member) and integers that would be rounded.
pub(crate) fn read(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let Strict(value) = Strict::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        reader.deserialize_any(StrictVisitor).map(Strict)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        let number = Number::from_f64(value).filter(|_| value.abs() < EXACT_LIMIT);
        number.map(Value::Number).ok_or_else(|| E::custom("a number is too large to be kept"))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = BTreeMap::new();
        while let Some((name, Strict(value))) = entries.next_entry::<String, Strict>()? {
            if members.contains_key(&name) {
                let name = quote_within(&name, NAME_LIMIT);
                return Err(A::Error::custom(format!("member `{name}` stands twice")));
            }
            members.insert(name, value);
        }
        Ok(Value::Object(members.into_iter().collect()))
    }
}
