//! One call, with all that is recorded of it.

use host_catalog::{Action, Catalog};
use host_model::{Call, CallError, Effect, ErrorKind, Reply, Timestamp};
use host_runner::CallOutcome;
use host_runner::record::{Intent, Known, Outcome, Took};
use host_runtime::Answer;

/// What stands for the outcome of a call that nobody wrote down.
const UNRECORDED: &str = "run.outcome-unrecorded";

/// A call of a run, whatever came of it.
#[derive(Debug, Clone)]
pub struct PastCall {
    /// The id of the step that it belongs to.
    pub step: String,
    /// What the operator calls the account.
    pub account_name: Option<String>,
    /// The account's id; empty if the record does not say who called.
    pub account: String,
    /// Who called, as the cloud names it.
    pub arn: Option<String>,
    /// The call: as it was sent, or as it was asked for if nothing was sent.
    pub call: Call,
    /// What the catalog says that it does.
    pub effect: Effect,
    /// Whether the catalog says that it changes something.
    can_change: bool,
    /// The catalog's words for it.
    pub sentence: String,
    /// Of a call with an effect: what was recorded before it was sent.
    pub sending: Option<Sending>,
    /// What came of it, if that is recorded.
    pub answer: Option<Result<Reply, CallError>>,
    /// When that was recorded.
    pub answered: Option<Timestamp>,
    /// What it took.
    pub took: Option<Took>,
    /// How the outcome of a call with an effect is known.
    pub known: Option<Known>,
}

/// What was recorded of a call before it was sent.
#[derive(Debug, Clone)]
pub struct Sending {
    /// Who agreed.
    pub consent: String,
    /// What a lost reply means.
    pub lost: String,
    /// Parameters that only the host gives.
    pub host_parameters: Vec<(String, String)>,
    /// Whether it runs a script that only looks.
    pub looks: bool,
}

impl PastCall {
    /// A call that cannot have changed anything, and its answer.
    pub(super) fn answered(call: &Call, answer: &Answer, took: Option<Took>) -> Self {
        Self { answer: answer_of(answer), took, ..Self::asked(call) }
    }

    /// A call that is about to be sent.
    pub(super) fn intended(intent: &Intent) -> Self {
        let sending = Sending {
            consent: intent.consent.clone(),
            lost: intent.lost.clone(),
            host_parameters: intent.host_parameters.clone(),
            looks: intent.looks,
        };
        Self {
            account: intent.account.clone(),
            sending: Some(sending),
            ..Self::asked(&intent.sent)
        }
    }

    pub(super) fn settle(&mut self, outcome: &Outcome, at: Timestamp) {
        self.answer = answer_of(&outcome.answer);
        self.answered = Some(at);
        self.took = Some(outcome.took);
        self.known = Some(outcome.known);
    }

    fn asked(call: &Call) -> Self {
        let action = Catalog::builtin().action(&call.product, &call.action);
        Self {
            step: String::new(),
            account_name: None,
            account: String::new(),
            arn: None,
            call: call.clone(),
            // What no catalog knows was recorded by another version: nothing is said to be harmless then.
            effect: action.map_or(Effect::Update, |action| action.effect),
            can_change: action.is_none_or(Action::changes),
            sentence: action
                .map_or_else(|| host_model::quote(&call.action), |action| action.sentence_of(call)),
            sending: None,
            answer: None,
            answered: None,
            took: None,
            known: None,
        }
    }

    /// Whether it was about to be sent, and nobody wrote down what came of it.
    pub const fn is_open(&self) -> bool {
        self.sending.is_some() && self.answer.is_none()
    }

    /// The cloud's yes.
    pub fn reply(&self) -> Option<&Reply> {
        self.answer.as_ref()?.as_ref().ok()
    }

    /// Why it did not end well.
    pub fn error(&self) -> Option<&CallError> {
        self.answer.as_ref()?.as_ref().err()
    }

    /// How it ended.
    pub fn outcome(&self) -> CallOutcome {
        match &self.answer {
            None => CallOutcome::Unknown,
            Some(Ok(_)) => CallOutcome::Ok,
            Some(Err(error)) => match error.kind {
                ErrorKind::Denied => CallOutcome::Denied,
                ErrorKind::Forbidden => CallOutcome::Refused,
                ErrorKind::OutcomeUnknown => CallOutcome::Unknown,
                _ => CallOutcome::Failed,
            },
        }
    }

    /// Code and words, if it did not end well.
    pub fn trouble(&self) -> Option<(&str, &str)> {
        match &self.answer {
            Some(Ok(_)) => None,
            Some(Err(error)) => Some((&error.code, &error.message)),
            None => Some((
                UNRECORDED,
                "it was about to be sent, and what came of it was not recorded: it may have taken effect",
            )),
        }
    }

    /// The cloud's id of the request.
    pub fn request_id(&self) -> Option<&str> {
        match self.answer.as_ref()? {
            Ok(reply) => reply.request_id.as_deref(),
            Err(error) => error.request_id.as_deref(),
        }
    }

    /// Whether it changes something where it succeeds: a session changes nothing, nor does who only looks.
    pub fn changes(&self) -> bool {
        let looks = self.sending.as_ref().is_some_and(|sending| sending.looks);
        self.can_change && !looks
    }

    /// Whether the cloud is another one since.
    pub fn has_changed(&self) -> bool {
        self.changes() && self.reply().is_some()
    }

    /// `product:Action`.
    pub fn title(&self) -> String {
        format!("{}:{}", self.call.product, self.call.action)
    }
}

fn answer_of(answer: &Answer) -> Option<Result<Reply, CallError>> {
    match answer {
        Answer::Reply { reply } => Some(Ok(reply.clone())),
        Answer::Error { error } => Some(Err(error.clone())),
        // No call is answered otherwise; what the record says then is not known.
        _ => None,
    }
}
