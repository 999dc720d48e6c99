//! What a workflow does with errors: tell kinds apart, tolerate the expected ones, make its own.

use crate::{Error, ErrorKind};

impl Error {
    /// An error of the workflow's own, for example `delegate.role-foreign`.
    ///
    /// The message is a lower-case sentence: what was attempted, what is wrong, and where.
    pub fn new(kind: ErrorKind, code: &str, message: impl Into<String>) -> Self {
        Self {
            kind,
            code: code.to_owned(),
            message: message.into(),
            request_id: None,
            details: Vec::new(),
        }
    }

    /// The same, with one more detail.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<String>) -> Self {
        self.details.push((key.to_owned(), value.into()));
        self
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn hint(self, next: impl Into<String>) -> Self {
        self.with("hint", next)
    }

    /// The detail of that name.
    pub fn detail(&self, key: &str) -> Option<&str> {
        self.details.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// The object is not there.
    pub const fn is_not_found(&self) -> bool {
        matches!(self.kind, ErrorKind::NotFound)
    }

    /// An object of that name is there already.
    pub const fn is_already_exists(&self) -> bool {
        matches!(self.kind, ErrorKind::AlreadyExists)
    }

    /// The cloud refused. A refusal by the host itself is [`Error::is_denied`].
    pub const fn is_forbidden(&self) -> bool {
        matches!(self.kind, ErrorKind::Forbidden)
    }

    /// The host refused: not declared, not granted, or not in the approved plan.
    pub const fn is_denied(&self) -> bool {
        matches!(self.kind, ErrorKind::Denied)
    }
}

/// Outcomes that are errors to the contract and expected to the workflow.
pub trait Tolerant<T> {
    /// `None` if the object is not there.
    fn or_absent(self) -> Result<Option<T>, Error>;

    /// Nothing to do if the object is there already.
    fn or_exists(self) -> Result<(), Error>;
}

impl<T> Tolerant<T> for Result<T, Error> {
    fn or_absent(self) -> Result<Option<T>, Error> {
        match self {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn or_exists(self) -> Result<(), Error> {
        match self {
            Err(error) if !error.is_already_exists() => Err(error),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(kind: ErrorKind) -> Result<u8, Error> {
        Err(Error::new(kind, "ram.test", "a test"))
    }

    #[test]
    fn tolerates_what_is_expected_and_nothing_else() {
        assert_eq!(Ok::<u8, Error>(7).or_absent().unwrap(), Some(7));
        assert_eq!(failed(ErrorKind::NotFound).or_absent().unwrap(), None);
        failed(ErrorKind::Forbidden).or_absent().unwrap_err();
        failed(ErrorKind::AlreadyExists).or_exists().unwrap();
        failed(ErrorKind::NotFound).or_exists().unwrap_err();
    }

    #[test]
    fn keeps_the_hint_among_the_details() {
        let error = Error::new(ErrorKind::Conflict, "a.b", "c").hint("do d");
        assert_eq!(error.detail("hint"), Some("do d"));
        assert_eq!(error.detail("grant"), None);
    }
}
