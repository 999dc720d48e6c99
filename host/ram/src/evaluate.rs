//! May an identity do this? The rules of permission policies.

use host_model::quote_within;

use crate::condition::Context;
use crate::document::Document;
use crate::holds::Holds;
use crate::statement::Statement;
use crate::verdict::{Finding, Outcome, Survey, Verdict};

/// The name under which a session policy appears in a verdict.
pub const SESSION: &str = "session policy";

/// Longest resource name that an explanation repeats, in characters.
const RESOURCE_LIMIT: usize = 200;

/// What somebody wants to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// For example `ram:CreateRole`.
    pub action: String,
    /// For example `acs:ram:*:123456:role/x`; a `*` in it is a plain character.
    pub resource: String,
    /// Condition keys and their values.
    pub context: Context,
}

/// Decides `request` by the policies of the identity, by name, and of its session if it has one.
///
/// An explicit deny wins, wherever it stands; a session policy must allow as well, so it can only
/// narrow; without a word it is no. Whatever is in doubt (an unknown operator, a value that cannot
/// be read, a part that is not understood) does not allow and does deny.
pub fn evaluate(
    request: &Request,
    identity: &[(&str, &Document)],
    session: Option<&Document>,
) -> Verdict {
    let judge = |statement: &Statement| judge(statement, request);
    let mut own = Survey::default();
    for (name, document) in identity {
        own.take(name, document, judge);
    }
    let narrowed = session.map(|document| {
        let mut survey = Survey::default();
        survey.take(SESSION, document, judge);
        survey
    });
    let denial = own.denial().or_else(|| narrowed.as_ref().and_then(Survey::denial));
    if let Some(verdict) = denial {
        return verdict;
    }
    let mut verdict = own.permission("no policy of the identity allows it");
    if let (Outcome::Allowed, Some(narrowed)) = (verdict.outcome, narrowed) {
        let session = narrowed.permission("the session policy does not allow it");
        if session.outcome != Outcome::Allowed {
            return session;
        }
        verdict.why.extend(session.why);
    }
    verdict
}

fn judge(statement: &Statement, request: &Request) -> Finding {
    if !statement.action.holds_action(&request.action) {
        return Finding::UNRELATED;
    }
    if statement.principal.is_some() {
        let obstacle = Some("it is a trust statement, which is about principals".to_owned());
        return Finding { holds: Holds::Unsure, obstacle };
    }
    let resource = match &statement.resource {
        Some(clause) => clause.holds_resource(&request.resource),
        None => Holds::Unsure,
    };
    let name = || quote_within(&request.resource, RESOURCE_LIMIT);
    let obstacle = match resource {
        Holds::No => Some(format!("`{}` is none of its resources", name())),
        Holds::Unsure => Some(format!("it is not certain that it means `{}`", name())),
        Holds::Yes => statement.condition.obstacle(&request.context),
    };
    Finding { holds: resource.min(statement.condition.holds(&request.context)), obstacle }
}
