//! The answer to "may this be done", with its reason.

use host_model::quote_within;
use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::holds::Holds;
use crate::statement::{Effect, Statement};

/// Most lines of explanation about statements that nearly applied; more are counted, not shown.
pub const WHY_LIMIT: usize = 16;

/// Longest policy name that an explanation repeats, in characters.
const NAME_LIMIT: usize = 128;

/// What comes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A statement allows it, and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
}

/// The statement that decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decider {
    /// The name of the policy as given, or [`crate::SESSION`], or [`crate::TRUST`].
    pub policy: String,
    /// Index in that document, from 0.
    pub statement: usize,
}

/// What comes out, by which statement, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    /// The decision.
    pub outcome: Outcome,
    /// The deciding statement; nothing decides an implicit deny.
    pub by: Option<Decider>,
    /// For people, most important first; texts of documents are quoted, values of the request
    /// are not repeated.
    pub why: Vec<String>,
}

impl Verdict {
    /// Whether it may be done.
    pub fn is_allowed(&self) -> bool {
        self.outcome == Outcome::Allowed
    }
}

/// Whether a statement is about a request, and what stood against it.
pub(crate) struct Finding {
    pub(crate) holds: Holds,
    /// Set if the action was right and something else was not.
    pub(crate) obstacle: Option<String>,
}

impl Finding {
    /// Another action: not worth a line.
    pub(crate) const UNRELATED: Self = Self { holds: Holds::No, obstacle: None };
}

/// What the statements of one or more documents say about one request.
#[derive(Default)]
pub(crate) struct Survey {
    allowed: Option<(Decider, String)>,
    denied: Option<(Decider, String)>,
    near: Vec<String>,
}

impl Survey {
    /// Adds all statements of `document`.
    pub(crate) fn take(
        &mut self,
        policy: &str,
        document: &Document,
        judge: impl Fn(&Statement) -> Finding,
    ) {
        // Members beside the statements could change what all of them mean.
        let clarity = if document.unknown.is_empty() { Holds::Yes } else { Holds::Unsure };
        for (index, statement) in document.statements.iter().enumerate() {
            let finding = judge(statement);
            let holds = finding.holds.min(statement.clarity()).min(clarity);
            let decider = Decider { policy: policy.to_owned(), statement: index };
            let place = place(&decider);
            match (statement.effect, holds) {
                (Effect::Deny, Holds::Yes) => self.deny(decider, format!("{place} denies it")),
                (Effect::Deny, Holds::Unsure) => {
                    let reason = finding.obstacle.unwrap_or_else(|| OPAQUE.to_owned());
                    self.deny(decider, format!("{place} denies it, in doubt: {reason}"));
                }
                (Effect::Deny, Holds::No) => {}
                (Effect::Allow, Holds::Yes) => {
                    self.allowed.get_or_insert((decider, format!("{place} allows it")));
                }
                (Effect::Allow, holds) => {
                    let opaque = (holds == Holds::Unsure).then(|| OPAQUE.to_owned());
                    if let Some(reason) = finding.obstacle.or(opaque) {
                        self.near.push(format!("{place} does not allow it: {reason}"));
                    }
                }
            }
        }
    }

    fn deny(&mut self, decider: Decider, line: String) {
        self.denied.get_or_insert((decider, line));
    }

    /// The deny that was found, as a verdict.
    pub(crate) fn denial(&self) -> Option<Verdict> {
        let (decider, line) = self.denied.clone()?;
        let why = vec![line];
        Some(Verdict { outcome: Outcome::ExplicitDeny, by: Some(decider), why })
    }

    /// Allowed, or not by `nobody`; denies are looked at before.
    pub(crate) fn permission(self, nobody: &str) -> Verdict {
        if let Some((decider, line)) = self.allowed {
            return Verdict { outcome: Outcome::Allowed, by: Some(decider), why: vec![line] };
        }
        let more = self.near.len().saturating_sub(WHY_LIMIT);
        let mut why = vec![nobody.to_owned()];
        why.extend(self.near.into_iter().take(WHY_LIMIT));
        if more > 0 {
            why.push(format!("{more} more statements do not allow it either"));
        }
        Verdict { outcome: Outcome::ImplicitDeny, by: None, why }
    }
}

const OPAQUE: &str = "it has parts that are not understood";

fn place(decider: &Decider) -> String {
    let policy = quote_within(&decider.policy, NAME_LIMIT);
    format!("`Statement[{}]` of `{policy}`", decider.statement)
}
