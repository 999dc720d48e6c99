//! The document that goes along with the request for a session.

use std::collections::BTreeSet;

use host_ram::SESSION_LIMIT;
use serde_json::{Value as Json, json};

use super::coarse::{Clauses, Coarseness};
use super::fault::SessionFault;
use super::intersect;
use super::set::GrantedSet;

/// A session policy that fits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionPolicy {
    /// Compact JSON.
    pub text: String,
    /// How much coarser it is than what is granted.
    pub coarseness: Coarseness,
    /// Whether the rules of the policy file ask for values of parameters, which no session policy says.
    pub is_wider: bool,
    /// Whether it is what both this and the profile's own policy allow.
    pub is_shared: bool,
    /// Whether that is why it is coarser: one document cannot say both more finely.
    pub is_crossing: bool,
}

impl GrantedSet {
    /// The finest session policy that fits: STS takes 2,048 characters. `own` is the one that the profile
    /// brings; what comes out is then no more than either. `origin` is for messages: "profile `x`".
    ///
    /// # Errors
    ///
    /// Nothing fits, or the profile's own policy cannot be read, or allows nothing of what is granted.
    pub fn session_policy(
        &self,
        own: Option<&str>,
        origin: &str,
    ) -> Result<SessionPolicy, SessionFault> {
        let own = own.map(|text| intersect::read(text, origin)).transpose()?;
        let mut shortest = usize::MAX;
        let mut is_crossing = false;
        for coarseness in Coarseness::ALL {
            let clauses = coarseness.of(self);
            let statements = match &own {
                Some(own) => intersect::with(&clauses, own),
                None => Some(statements(&clauses)),
            };
            let Some(statements) = statements else {
                is_crossing = true;
                continue;
            };
            if statements.iter().all(|statement| statement["Effect"] != "Allow") {
                return Err(SessionFault::Empty { origin: origin.to_owned() });
            }
            let text = json!({ "Version": "1", "Statement": statements }).to_string();
            let length = text.chars().count();
            if length <= SESSION_LIMIT {
                let (is_wider, is_shared) = (self.is_wider, own.is_some());
                // The first that can be said at all is too long, or is this one.
                let is_crossing = is_crossing && shortest == usize::MAX;
                return Ok(SessionPolicy { text, coarseness, is_wider, is_shared, is_crossing });
            }
            shortest = shortest.min(length);
        }
        let origin = origin.to_owned();
        Err(SessionFault::Oversized { origin, length: shortest, limit: SESSION_LIMIT })
    }
}

impl SessionPolicy {
    /// What a session may do that exists only to assume the next role.
    pub fn to_assume(role: &str) -> String {
        // Names of roles are written without a region, and with any.
        let role = role.replacen("acs:ram::", "acs:ram:*:", 1);
        let statement = json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": role });
        json!({ "Version": "1", "Statement": [statement] }).to_string()
    }

    /// Whether the policy says less finely what is granted, in words for people.
    pub fn words(&self) -> Vec<String> {
        let why = if self.is_crossing {
            "as one document cannot say more finely what the profile's own policy allows, too"
                .to_owned()
        } else {
            format!("as STS takes {SESSION_LIMIT} characters at most")
        };
        let coarsened = self.coarseness.words().map(|to| format!("coarsened to {to}, {why}"));
        let is_wider = self.is_wider.then_some("values of parameters are judged here only");
        let is_shared = self.is_shared.then_some("narrowed by the profile's own policy");
        let others = [is_wider, is_shared].into_iter().flatten().map(str::to_owned);
        coarsened.into_iter().chain(others).collect()
    }
}

pub(super) fn statements(clauses: &Clauses) -> Vec<Json> {
    clauses.iter().map(|(resources, actions)| allow(actions, resources, None)).collect()
}

pub(super) fn allow(
    actions: &BTreeSet<String>,
    resources: &BTreeSet<String>,
    condition: Option<&Json>,
) -> Json {
    let mut statement = json!({
        "Effect": "Allow", "Action": one_or_many(actions), "Resource": one_or_many(resources),
    });
    if let Some(condition) = condition {
        statement["Condition"] = condition.clone();
    }
    statement
}

fn one_or_many(texts: &BTreeSet<String>) -> Json {
    match texts.first() {
        Some(only) if texts.len() == 1 => json!(only),
        _ => json!(texts),
    }
}
