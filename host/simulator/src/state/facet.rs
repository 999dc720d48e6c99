//! What is known of a part of the cloud.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::CloudError;

/// One part of an object: known, known to be absent, or not looked at yet.
///
/// The simulator knows everything. A plan lays the same state over a real cloud and learns parts as
/// it reads them, so a transition that meets [`Facet::Unknown`] says so instead of guessing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Facet<T> {
    /// It is this.
    Known(T),
    /// It is not there.
    Absent,
    /// Nobody has looked.
    #[default]
    Unknown,
}

impl<T> Facet<T> {
    /// The same, borrowed.
    pub const fn as_ref(&self) -> Facet<&T> {
        match self {
            Self::Known(value) => Facet::Known(value),
            Self::Absent => Facet::Absent,
            Self::Unknown => Facet::Unknown,
        }
    }

    /// Whether it is known not to be there.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// From now on it is absent, if nobody has looked.
    pub(crate) fn suppose_absent(&mut self) {
        if matches!(self, Self::Unknown) {
            *self = Self::Absent;
        }
    }

    /// The value, `None` if it is absent, and the error that names `what` if nobody has looked.
    pub fn looked_at(self, what: impl FnOnce() -> String) -> Result<Option<T>, CloudError> {
        match self {
            Self::Known(value) => Ok(Some(value)),
            Self::Absent => Ok(None),
            Self::Unknown => Err(CloudError::unknown(&what())),
        }
    }
}

impl<T> From<Option<T>> for Facet<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Known)
    }
}

/// Objects by name, and whether all of them are known.
///
/// Names are compared without case: the cloud refuses a second `Alice` beside `alice` (assumed for
/// users, seen for policies, prudent for roles: `facts.md`, names and limits).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collection<T> {
    items: BTreeMap<String, Facet<T>>,
    complete: bool,
}

impl<T> Default for Collection<T> {
    /// Empty, and known to be.
    fn default() -> Self {
        Self { items: BTreeMap::new(), complete: true }
    }
}

impl<T> Collection<T> {
    /// Nothing is known of it.
    pub const fn unknown() -> Self {
        Self { items: BTreeMap::new(), complete: false }
    }

    /// Whether every object that exists is in it.
    pub const fn is_complete(&self) -> bool {
        self.complete
    }

    /// From now on, what is not in it does not exist.
    pub const fn complete(&mut self) {
        self.complete = true;
    }

    /// The object of that name.
    pub fn get(&self, name: &str) -> Facet<&T> {
        match self.items.get(&fold(name)) {
            Some(facet) => facet.as_ref(),
            None if self.complete => Facet::Absent,
            None => Facet::Unknown,
        }
    }

    /// The object of that name, to change it.
    pub fn get_mut(&mut self, name: &str) -> Facet<&mut T> {
        match self.items.get_mut(&fold(name)) {
            Some(Facet::Known(item)) => Facet::Known(item),
            Some(Facet::Absent) => Facet::Absent,
            None if self.complete => Facet::Absent,
            Some(Facet::Unknown) | None => Facet::Unknown,
        }
    }

    /// Adds or replaces an object.
    pub fn insert(&mut self, name: &str, item: T) {
        self.items.insert(fold(name), Facet::Known(item));
    }

    /// Takes an object out: it is known to be absent now.
    pub fn remove(&mut self, name: &str) -> Option<T> {
        let name = fold(name);
        let before = if self.complete {
            self.items.remove(&name)
        } else {
            self.items.insert(name, Facet::Absent)
        };
        match before {
            Some(Facet::Known(item)) => Some(item),
            Some(Facet::Absent | Facet::Unknown) | None => None,
        }
    }

    /// The objects that are known, by name.
    pub fn known(&self) -> impl Iterator<Item = &T> {
        self.items.values().filter_map(|facet| match facet {
            Facet::Known(item) => Some(item),
            Facet::Absent | Facet::Unknown => None,
        })
    }

    /// The objects that are known, to change them.
    pub fn known_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.items.values_mut().filter_map(|facet| match facet {
            Facet::Known(item) => Some(item),
            Facet::Absent | Facet::Unknown => None,
        })
    }

    /// All objects by name, or the error that names `what` if the list is not complete.
    pub fn all(&self, what: &str) -> Result<Vec<&T>, CloudError> {
        let unknown = self.items.values().any(|facet| matches!(facet, Facet::Unknown));
        if self.complete && !unknown {
            Ok(self.known().collect())
        } else {
            Err(CloudError::unknown(what))
        }
    }
}

fn fold(name: &str) -> String {
    name.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_incomplete_collection_never_says_absent_by_itself() {
        let mut roles = Collection::unknown();
        assert_eq!(roles.get("a"), Facet::Unknown::<&u8>);
        roles.insert("A", 1_u8);
        assert_eq!(roles.get("a"), Facet::Known(&1));
        assert_eq!(roles.remove("a"), Some(1));
        assert_eq!(roles.get("a"), Facet::Absent);
        assert!(roles.all("roles").unwrap_err().is_unknown());
        roles.complete();
        assert_eq!(roles.get("b"), Facet::Absent);
        assert_eq!(roles.all("roles").unwrap(), Vec::<&u8>::new());
    }
}
