//! What a command that failed tells the person who typed it.

use host_model::{Blame, Problem};
use serde::Serialize;

/// An error as it is shown: a stable code, a sentence, its causes, what to do next.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Failure {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) because: Vec<String>,
    pub(crate) hint: Option<String>,
    pub(crate) request_id: Option<String>,
    #[serde(skip)]
    pub(crate) exit: u8,
}

/// The exit status of wrong words, files or settings.
pub(crate) const USAGE: u8 = 2;
/// The exit status of what was not agreed to.
pub(crate) const DENIED: u8 = 3;
/// The exit status of a bug of this program.
pub(crate) const BUG: u8 = 70;

impl Failure {
    /// Wrong words, files or settings.
    pub(crate) fn usage(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, message, USAGE)
    }

    /// Something that nobody agreed to.
    pub(crate) fn denied(code: &str, message: impl Into<String>) -> Self {
        Self::new(code, message, DENIED)
    }

    pub(crate) fn new(code: &str, message: impl Into<String>, exit: u8) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            because: Vec::new(),
            hint: None,
            request_id: None,
            exit,
        }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

impl<P: Problem> From<P> for Failure {
    fn from(problem: P) -> Self {
        let exit = match problem.blame() {
            Blame::User => USAGE,
            Blame::Workflow | Blame::Cloud => 1,
            Blame::Policy => DENIED,
            Blame::Host => BUG,
        };
        let mut failure = Self::new(problem.code(), problem.to_string(), exit);
        failure.hint = problem.hint();
        let mut cause = problem.source();
        while let Some(error) = cause {
            let sentence = error.to_string();
            if !failure.message.contains(&sentence) {
                failure.because.push(sentence);
            }
            cause = error.source();
        }
        failure
    }
}
