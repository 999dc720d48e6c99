//! Asking a person.

use std::fmt::Debug;

use async_trait::async_trait;
use host_model::Effect;

/// What a person is asked before a call leaves: the catalog's words and the literal values, risks first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// The account's name in the manifest.
    pub account_name: String,
    /// The account's id.
    pub account: String,
    /// `product:Action`.
    pub action: String,
    /// What it does.
    pub effect: Effect,
    /// The catalog's words.
    pub sentence: String,
    /// What a person should know first, worst first.
    pub risks: Vec<String>,
    /// All parameters, literally but harmless; a secret by its name.
    pub parameters: Vec<(String, String)>,
}

/// A person's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// This call.
    Yes,
    /// This call and all further reads.
    YesToReads,
    /// Not this call, and not the run.
    No,
    /// No answer: the person ended the command.
    Interrupted,
    /// There is nobody to ask.
    Nobody,
}

/// Whoever can be asked.
#[async_trait]
pub trait Approver: Debug + Send + Sync {
    /// Asks, and waits for the answer.
    async fn ask(&self, question: &Question) -> Decision;
}
