//! A refusal, with what would lift it.

use host_catalog::ParameterError;
use host_model::{Blame, CallError, ErrorKind, Problem};

/// Why a call may not leave.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
#[non_exhaustive]
pub struct Denial {
    /// A stable code, for example `policy.trust-outside`.
    pub code: &'static str,
    /// The number of the rule in the project's security rules.
    pub rule: u8,
    /// For people: lower-case, texts of others escaped and bounded.
    pub sentence: String,
    /// Exactly what the operator would add to allow it; `None` if nothing does, or if it could
    /// not be copied safely.
    pub grant: Option<String>,
    /// Set if the catalog refused a parameter.
    pub parameter: Option<Box<ParameterError>>,
}

impl Denial {
    pub(crate) fn new(code: &'static str, rule: u8, sentence: impl Into<String>) -> Self {
        Self { code, rule, sentence: sentence.into(), grant: None, parameter: None }
    }

    /// The same, lifted by `grant`.
    pub(crate) fn unless(mut self, grant: Option<String>) -> Self {
        self.grant = grant;
        self
    }
}

impl From<ParameterError> for Denial {
    fn from(error: ParameterError) -> Self {
        let rule = match error.code() {
            "catalog.secret-misplaced" => 7,
            "catalog.parameter-owned"
            | "catalog.parameter-repeated"
            | "catalog.setting-repeated" => 3,
            _ => 1,
        };
        let denial = Self::new(error.code(), rule, error.to_string());
        Self { parameter: Some(Box::new(error)), ..denial }
    }
}

/// Kind `denied`; a parameter that is merely wrong keeps the kind that the catalog gave it.
impl From<Denial> for CallError {
    fn from(denial: Denial) -> Self {
        let error = match denial.parameter {
            Some(parameter) => Self::from(*parameter),
            None => Self::new(ErrorKind::Denied, denial.code, denial.sentence),
        };
        let error = error.with("rule", denial.rule.to_string());
        match denial.grant {
            Some(grant) => error.with("grant", grant),
            None => error,
        }
    }
}

impl Problem for Denial {
    fn code(&self) -> &'static str {
        self.code
    }

    fn blame(&self) -> Blame {
        self.parameter.as_ref().map_or(Blame::Policy, |parameter| parameter.blame())
    }

    fn hint(&self) -> Option<String> {
        self.grant.as_ref().map(|grant| format!("add `{grant}` to allow it"))
    }
}
