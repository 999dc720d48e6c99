//! The policy language, as far as the simulator uses it: all that touches `host_ram`.

use host_model::Arn;
use host_ram::{Context, Document, Kind, Outcome, Request};

pub(crate) use host_ram::{system_policies, system_policy};

use crate::state::CloudError;

/// What a permission check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// A statement forbids it.
    Forbidden,
    /// No statement permits it.
    NotPermitted,
}

/// What somebody wants to do to one resource.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) action: String,
    pub(crate) resource: String,
    pub(crate) context: Context,
}

/// Judges `deed` by identity policies and by the session's policy, if there is one.
pub(crate) fn judge(deed: &Deed, identity: &[Document], session: Option<&Document>) -> Decision {
    let request = Request {
        action: deed.action.clone(),
        resource: deed.resource.clone(),
        context: deed.context.clone(),
    };
    let identity: Vec<(&str, &Document)> = identity.iter().map(|document| ("", document)).collect();
    decision(host_ram::evaluate(&request, &identity, session).outcome)
}

/// Judges whether a trust policy lets `caller` in.
pub(crate) fn judge_trust(trust: &str, caller: &Arn, context: &Context) -> Decision {
    let Ok(document) = Document::parse(trust) else { return Decision::NotPermitted };
    decision(host_ram::evaluate_trust(&document, caller, context).outcome)
}

const fn decision(outcome: Outcome) -> Decision {
    match outcome {
        Outcome::Allowed => Decision::Allowed,
        Outcome::ExplicitDeny => Decision::Forbidden,
        Outcome::ImplicitDeny => Decision::NotPermitted,
    }
}

/// The document, or nothing where it does not read: it then permits nothing.
pub(crate) fn document(text: &str) -> Option<Document> {
    Document::parse(text).ok()
}

pub(crate) fn check_permission_document(text: &str) -> Result<(), CloudError> {
    check(Kind::Permission, text, "MalformedPolicyDocument")
}

pub(crate) fn check_trust_document(text: &str) -> Result<(), CloudError> {
    check(Kind::Trust, text, "MalformedPolicyDocument")
}

pub(crate) fn check_session_document(text: &str) -> Result<(), CloudError> {
    check(Kind::Session, text, "InvalidParameter.PolicyGrammar")
}

fn check(kind: Kind, text: &str, code: &str) -> Result<(), CloudError> {
    match Document::parse_as(kind, text) {
        Ok(_) => Ok(()),
        Err(error) => Err(CloudError::invalid(code, error.to_string())),
    }
}
